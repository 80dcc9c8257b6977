//! The contract that a backend crate implements: connections, limits, statement shapes, and what an error means.

mod dialect;
mod failure;

use diesel::backend::DieselReserveSpecialization;
use diesel::connection::{LoadConnection, TransactionManager};
use diesel::query_builder::QueryFragment;
use diesel::{ConnectionResult, QueryResult};

pub use crate::statement::load;
pub use dialect::{Dialect, KeyOrder, UpdateShape};
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

    /// Whether a table makes ascending keys for the rows of one INSERT, under [`KeyOrder::Ascending`].
    ///
    /// Asked after an INSERT of several rows whose keys are not plainly consecutive: a trigger may have taken some in
    /// between, or the table may not count at all. `table` and `key` are quoted. With `false` the flush is undone and
    /// done again, with one row an INSERT.
    ///
    /// # Errors
    ///
    /// What the database reports.
    fn keys_ascend(connection: &mut Self::Connection, table: &str, key: &str) -> QueryResult<bool> {
        let _ = (connection, table, key);
        Ok(true)
    }

    /// An SQL expression for a value that no row has in a column, made from the column's quoted name. A row that takes
    /// part in a swap of required unique values has it in between. `None` where the database has no such expression;
    /// then the swap is [`Error::UniqueCycle`](crate::Error::UniqueCycle).
    fn placeholder(column: &str) -> Option<String> {
        let _ = column;
        None
    }

    /// What an error of the database means.
    fn classify(error: &diesel::result::Error) -> Failure;
}
