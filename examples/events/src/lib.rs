//! Subscribers that every program wants at some time, a file each, and articles that they are shown on.

pub mod article;
pub mod audit;
pub mod outbox;
pub mod schema;
pub mod soft_delete;
pub mod updated_at;

use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use moored::prelude::*;
use moored_sqlite::Sqlite;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// Opens the database with all subscribers, brings its tables up to date, and compares them with the entities.
///
/// They are called in this order: what `updated_at` and `soft_delete` set is seen by `audit`.
///
/// # Errors
///
/// What the database reports.
pub fn open(url: &str, wake: impl Fn() + Send + Sync + 'static) -> moored::Result<Orm<Sqlite>> {
    let orm = Orm::<Sqlite>::builder(url)
        .subscribe(updated_at::subscribe)
        .subscribe(soft_delete::subscribe)
        .subscribe(audit::subscribe)
        .subscribe(|events| outbox::subscribe(events, wake))
        .build()?;
    orm.run_migrations(MIGRATIONS)?;
    orm.verify::<(article::Article, audit::Audit, outbox::Message)>()?;
    Ok(orm)
}
