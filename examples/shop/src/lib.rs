//! A music shop in the shape of the Chinook sample, served by axum: one unit of work a request.
//!
//! Services (`catalogue`, `orders`) take a unit of work and know nothing of HTTP. Handlers (`http`) ask for the unit of
//! work of their request, call a service in it and say when it is flushed. Who may do what is left out: there are no accounts.

mod catalogue;
mod entities;
mod http;
mod orders;
mod refused;
mod schema;

use std::error::Error;
use std::future::Future;
use std::io;
use std::time::Duration;

use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use moored::{Orm, RunLimits};
use moored_sqlite::{Sqlite, SqliteOptions};
use tokio::net::TcpListener;

/// The folder is read when the program is compiled; the program carries its migrations with it.
const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// How long requests are given.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For a place among those that have a connection.
    pub wait: Duration,
    /// In all.
    pub timeout: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { wait: Duration::from_secs(1), timeout: Duration::from_secs(5) }
    }
}

/// Opens the database and brings its schema up to date.
///
/// # Errors
///
/// An address that cannot be opened, or a migration that the database refuses.
pub fn open(url: impl Into<String>, patience: Patience) -> Result<Orm<Sqlite>, Box<dyn Error + Send + Sync>> {
    let Patience { wait, timeout } = patience;
    let orm = Orm::<Sqlite>::builder(url)
        .run_limits(RunLimits::new().wait(wait).timeout(timeout))
        // A statement cannot be interrupted: without this, one that waits would keep its place long after its request.
        .options(SqliteOptions { busy_timeout: timeout, ..SqliteOptions::default() })
        .build()?;
    orm.try_with_connection(|connection| connection.run_pending_migrations(MIGRATIONS).map(drop))?;
    Ok(orm)
}

/// Serves the shop until `shutdown` is done; then takes no more requests, and ends when those that it has are answered.
///
/// # Errors
///
/// What the network says.
pub async fn serve(
    listener: TcpListener,
    orm: Orm<Sqlite>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    axum::serve(listener, http::router(orm)).with_graceful_shutdown(shutdown).await
}
