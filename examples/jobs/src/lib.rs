//! Workers that take jobs from a table: every job is one transaction, in which what it did and that it is done are committed
//! together, so that whatever ends a job before its end leaves it as if it had never begun.
//!
//! All of it is generic over the backend. `main` runs it on SQLite, and the tests run it on every database.

pub mod account;
pub mod failure;
pub mod job;
pub mod mail;
pub mod memory;
pub mod schema;
pub mod state;
pub mod stop;
pub mod worker;

use std::error::Error;

use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use moored::prelude::*;

/// The tables on SQLite.
pub const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
/// The tables on PostgreSQL.
pub const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");
/// The tables on MySQL and MariaDB.
pub const MYSQL: EmbeddedMigrations = embed_migrations!("migrations/mysql");

/// Brings the tables up to date.
///
/// # Errors
///
/// What the database reports.
pub fn migrate<B: Backend>(
    orm: &Orm<B>,
    migrations: EmbeddedMigrations,
) -> Result<(), Box<dyn Error + Send + Sync>>
where
    B::Connection: MigrationHarness<B::Diesel>,
{
    orm.try_with_connection(|connection| connection.run_pending_migrations(migrations).map(drop))
}
