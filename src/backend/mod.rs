//! The contract that a backend crate implements: connections, limits, statement shapes, and what an error means.

mod dialect;
mod failure;

use diesel::backend::DieselReserveSpecialization;
use diesel::connection::{LoadConnection, TransactionManager};
use diesel::query_builder::QueryFragment;
use diesel::{ConnectionResult, QueryResult};

use crate::entity::EntityMeta;

pub use crate::statement::load;
pub use dialect::{Dialect, KeyOrder, ReadBack, Returning, UpdateShape};
pub use failure::{Failure, FailureKind};

/// A database that sessions can work on: a marker type such as `moored_sqlite::Sqlite`.
///
/// A crate outside this repository can implement it; `docs/backends.md` says how.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a backend",
    label = "expected the marker type of a backend crate, such as `moored_sqlite::Sqlite`"
)]
pub trait Backend: Clone + Sized + Send + Sync + 'static {
    /// Diesel's name for the database.
    type Diesel: diesel::backend::Backend<QueryBuilder: Default>
        + DieselReserveSpecialization
        + Default
        + 'static;
    /// Diesel's connection to it.
    type Connection: diesel::Connection<Backend = Self::Diesel, TransactionManager: TransactionManager<Self::Connection>>
        + LoadConnection
        + 'static;
    /// What can be set for every connection: SQLite's pragmas, a server's time-outs.
    type Options: Clone + Default + Send + Sync + 'static;
    /// What connections are made from: an address, options, and whatever must outlive every connection.
    type Source: Send + Sync + 'static;

    /// The database's name in errors: `SQLite`.
    const NAME: &'static str;

    /// Reads the address. No connection has to be made yet.
    ///
    /// # Errors
    ///
    /// An address that no connection can be made from.
    fn open(url: &str, options: Self::Options) -> ConnectionResult<Self::Source>;

    /// Makes one connection, ready for use.
    ///
    /// # Errors
    ///
    /// What the database or the network reports.
    fn establish(source: &Self::Source) -> ConnectionResult<Self::Connection>;

    /// Asks the database for a sign of life, with one round trip.
    ///
    /// # Errors
    ///
    /// A connection that was lost while it sat in the pool.
    fn ping(connection: &mut Self::Connection) -> QueryResult<()>;

    /// Begins a transaction that may write.
    ///
    /// # Errors
    ///
    /// What the database reports; then no transaction is open.
    fn begin(connection: &mut Self::Connection) -> QueryResult<()>;

    /// Runs a query that gives one number: `moored::backend::load::<Self, (BigInt,), (i64,)>`.
    ///
    /// # Errors
    ///
    /// What the database reports.
    fn count(connection: &mut Self::Connection, query: &dyn QueryFragment<Self::Diesel>) -> QueryResult<i64>;

    /// The limits of the database and the statement shapes that measure best on it.
    fn dialect() -> &'static Dialect;

    /// What is known of the keys that one INSERT of several rows generates into a table.
    ///
    /// Asked at most once a session for each entity with a generated key, before its first INSERT. `table` is quoted,
    /// with its schema if `diesel::table!` names one. The default is the dialect's [`keys`](Dialect::keys); a database
    /// on which it depends on the table or on settings answers for each.
    ///
    /// # Errors
    ///
    /// What the database reports.
    fn key_order(
        source: &Self::Source,
        connection: &mut Self::Connection,
        table: &str,
        entity: &'static EntityMeta,
    ) -> QueryResult<KeyOrder> {
        let _ = (source, connection, table, entity);
        Ok(Self::dialect().keys)
    }

    /// What an error of the database means.
    fn classify(error: &diesel::result::Error) -> Failure;
}
