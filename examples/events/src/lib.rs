//! Subscribers that every program wants at some time, a file each, and articles that they are shown on.

pub mod article;
pub mod audit;
pub mod outbox;
pub mod schema;
pub mod soft_delete;
pub mod updated_at;

use std::error::Error;

use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use moored::prelude::*;
use moored_sqlite::Sqlite;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// Opens the database with all subscribers, and brings its tables up to date.
///
/// They are called in this order: what `updated_at` and `soft_delete` set is seen by `audit`.
///
/// # Errors
///
/// What the database reports.
pub fn open(
    url: &str,
    wake: impl Fn() + Send + Sync + 'static,
) -> Result<Orm<Sqlite>, Box<dyn Error + Send + Sync>> {
    let orm = Orm::<Sqlite>::builder(url)
        .subscribe(updated_at::subscribe)
        .subscribe(soft_delete::subscribe)
        .subscribe(audit::subscribe)
        .subscribe(|events| outbox::subscribe(events, wake))
        .build()?;
    orm.try_with_connection(|connection| {
        connection.run_pending_migrations(MIGRATIONS).map(drop).map_err(Failed)
    })
    .map_err(|Failed(error)| error)?;
    Ok(orm)
}

/// Any error on its way out.
struct Failed(Box<dyn Error + Send + Sync>);

impl From<moored::Error> for Failed {
    fn from(error: moored::Error) -> Self {
        Self(error.into())
    }
}
