//! The SQLite backend of Moored: `Orm::<Sqlite>::connect("app.db")`.

mod classify;
mod options;
mod source;

use diesel::connection::SimpleConnection;
use diesel::query_builder::QueryFragment;
use diesel::sql_types::BigInt;
use diesel::sqlite::SqliteConnection;
use diesel::{ConnectionResult, QueryResult};
use moored::backend::{Backend, Dialect, Failure, KeyOrder, Returning, UpdateShape, load};

pub use options::{Journal, SqliteOptions, Synchronous};
pub use source::Source;

/// SQLite, through Diesel's `SqliteConnection`.
///
/// The address is a path, a `file:` URI, or `:memory:`. An in-memory database is one database however many connections
/// the pool has, and lives as long as the `Orm`. Transactions begin immediate: the one writer that SQLite allows is
/// waited for at BEGIN, within the busy time-out, and never met halfway through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sqlite;

static DIALECT: Dialect = Dialect {
    max_binds: 32_766,
    insert_rows: 500,
    update: UpdateShape::Row,
    delete_rows: 500,
    returning: Returning::Clause,
    // "One larger than the largest ROWID in use", https://www.sqlite.org/autoinc.html; rows of VALUES go in one by one.
    keys: KeyOrder::Ascending,
    empty_row: "DEFAULT VALUES",
    failure_aborts_transaction: false,
};

impl Backend for Sqlite {
    type Diesel = diesel::sqlite::Sqlite;
    type Connection = SqliteConnection;
    type Options = SqliteOptions;
    type Source = Source;

    const NAME: &'static str = "SQLite";

    fn open(url: &str, options: SqliteOptions) -> ConnectionResult<Source> {
        Source::open(url, options)
    }

    fn establish(source: &Source) -> ConnectionResult<SqliteConnection> {
        source.establish()
    }

    fn ping(connection: &mut SqliteConnection) -> QueryResult<()> {
        connection.batch_execute("SELECT 1")
    }

    fn begin(connection: &mut SqliteConnection) -> QueryResult<()> {
        // A deferred BEGIN that reads and then writes fails at once when another writer came between, whatever the busy
        // time-out says.
        diesel::connection::AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN IMMEDIATE")
    }

    fn count(connection: &mut SqliteConnection, query: &dyn QueryFragment<Self::Diesel>) -> QueryResult<i64> {
        let mut count = 0;
        load::<Self, (BigInt,), (i64,)>(connection, query, &mut |(number,)| {
            count = number;
            false
        })?;
        Ok(count)
    }

    fn dialect() -> &'static Dialect {
        &DIALECT
    }

    fn classify(error: &diesel::result::Error) -> Failure {
        classify::classify(error)
    }
}
