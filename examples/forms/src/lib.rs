//! Articles that are edited in a browser: a unit of work reads one, another one saves it minutes later, and what somebody
//! else saved between the two is never overwritten unseen.
//!
//! The form posts the version and the fields; `expect_version` compares. The JSON side sends the whole row and takes it back
//! edited; `merge` compares. Who may edit what is left out: there are no accounts.

mod article;
mod form;
mod json;
mod page;
mod schema;
mod work;

use axum::Router;
use axum::routing::{get, post};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use moored::Orm;
use moored_sqlite::Sqlite;

/// The folder is read when the program is compiled; the program carries its migrations with it.
const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// Opens the database, brings its schema up to date, and finds out at once whether it is the one that the article declares.
///
/// # Errors
///
/// An address that cannot be opened, or a migration that the database refuses.
pub fn open(url: impl Into<String>) -> moored::Result<Orm<Sqlite>> {
    let orm = Orm::<Sqlite>::connect(url)?;
    orm.run_migrations(MIGRATIONS)?;
    orm.verify::<article::Article>()?;
    Ok(orm)
}

/// The application.
pub fn router(orm: Orm<Sqlite>) -> Router {
    Router::new()
        .route("/articles/{id}/edit", get(form::show))
        .route("/articles/{id}", post(form::post).get(json::show).put(json::put))
        .with_state(orm)
}
