//! The SQLite backend of Moored: `Orm::<Sqlite>::connect("app.db")`.
//!
//! ```
//! use moored::prelude::*;
//! use moored_sqlite::{Sqlite, SqliteOptions, Synchronous};
//!
//! let orm = Orm::<Sqlite>::builder(":memory:")
//!     .options(SqliteOptions { synchronous: Synchronous::Full, ..SqliteOptions::default() })
//!     .build()?;
//! # Ok::<_, moored::Error>(())
//! ```
//!
//! SQLite is compiled in; without the feature `bundled` the system's library is linked.

mod catalogue;
mod classify;
mod fits;
mod options;
mod references;
mod source;
mod version;

use std::any::TypeId;

use diesel::connection::{AnsiTransactionManager, DefaultLoadingMode, SimpleConnection};
use diesel::query_builder::QueryFragment;
use diesel::sql_types::{BigInt, Integer, SmallInt};
use diesel::sqlite::{SqliteConnection, SqliteType};
use diesel::{ConnectionResult, QueryResult};
use moored::backend::{
    Backend, ColumnTypes, CompositeKeys, Deferrable, Dialect, Failure, GeneratedKey, InsertShape, Isolation,
    KeyOrder, KeyedShape, LiveColumn, LiveTable, Locking, Recursion, Returning, Streaming, TableName,
    TransactionOptions, UpdateShape, UpsertShape, number,
};
use moored::entity::ColumnMeta;

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
    insert: InsertShape::Values { rows: 500 },
    // As fast as a hundred rows at a time, and fewer are left to go one by one.
    update: UpdateShape::FromValues { rows: 50 },
    upsert: UpsertShape::OnConflict,
    keyed: KeyedShape::List { rows: 500, composite: CompositeKeys::Values },
    returning: Returning::Clause,
    // "One larger than the largest ROWID in use", https://www.sqlite.org/autoinc.html; rows of VALUES go in one by one.
    keys: KeyOrder::Ascending,
    streaming: Streaming::Rows,
    recursion: Recursion::UNBOUNDED,
    empty_row: "DEFAULT VALUES",
    deferrable: Deferrable { foreign_keys: true, uniques: false },
    row_holds_itself: false,
    // BEGIN IMMEDIATE.
    locking: Locking::Database,
    failure_aborts_transaction: false,
};

impl Backend for Sqlite {
    type Diesel = diesel::sqlite::Sqlite;
    type Connection = SqliteConnection;
    type Streaming = DefaultLoadingMode;
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

    fn lacks(_: &Source, options: &TransactionOptions) -> Option<&'static str> {
        // What a transaction reads is what was committed before it, and only one writes at a time.
        match options.isolation {
            Some(Isolation::ReadCommitted) => Some("READ COMMITTED, only SERIALIZABLE"),
            Some(Isolation::RepeatableRead) => Some("REPEATABLE READ, only SERIALIZABLE"),
            _ => options.deferrable.then_some("deferrable transactions"),
        }
    }

    fn begin(_: &Source, connection: &mut SqliteConnection, options: &TransactionOptions) -> QueryResult<()> {
        if options.read_only {
            connection.batch_execute("PRAGMA query_only = ON")?;
            let begun = AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN DEFERRED");
            return begun.or_else(|error| Self::ended(connection, options).and(Err(error)));
        }
        // A deferred BEGIN that reads and then writes fails at once when another writer came between, whatever the busy
        // time-out says.
        AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN IMMEDIATE")
    }

    fn ended(connection: &mut SqliteConnection, options: &TransactionOptions) -> QueryResult<()> {
        if options.read_only { connection.batch_execute("PRAGMA query_only = OFF") } else { Ok(()) }
    }

    fn count(connection: &mut SqliteConnection, query: &dyn QueryFragment<Self::Diesel>) -> QueryResult<i64> {
        number::<Self>(connection, query)
    }

    fn dialect(_: &Source) -> &'static Dialect {
        &DIALECT
    }

    fn key_order(
        _: &Source,
        _: &mut SqliteConnection,
        generated: &GeneratedKey<'_>,
    ) -> QueryResult<KeyOrder> {
        // Only the rowid is counted; another key has its values from a DEFAULT.
        let integers = [TypeId::of::<SmallInt>(), TypeId::of::<Integer>(), TypeId::of::<BigInt>()];
        let counted = integers.contains(&(generated.column.sql_type)());
        Ok(if counted { KeyOrder::Ascending } else { KeyOrder::Unknown })
    }

    fn keys_ascend(
        _: &Source,
        connection: &mut SqliteConnection,
        generated: &GeneratedKey<'_>,
    ) -> QueryResult<bool> {
        let GeneratedKey { table, quoted: key, .. } = generated;
        // Only the rowid is counted up, and no more once the largest possible one is taken: then SQLite picks at random,
        // https://www.sqlite.org/autoinc.html. A key that is no rowid has its values from a DEFAULT.
        let uncounted = format!(
            "SELECT (SELECT COUNT(*) FROM {table} WHERE rowid = last_insert_rowid() AND {key} IS NOT rowid) \
             + (SELECT COUNT(*) FROM {table} WHERE rowid = 9223372036854775807)"
        );
        match Self::count(connection, &diesel::sql_query(uncounted)) {
            Ok(rows) => Ok(rows == 0),
            // A table WITHOUT ROWID does not know the name.
            Err(diesel::result::Error::DatabaseError(..)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn placeholder(column: &str, _: &ColumnMeta) -> Option<String> {
        // Of the kind that is there, so that a STRICT table takes it too; random enough for no two to be alike.
        Some(format!(
            "CASE typeof({column}) WHEN 'integer' THEN random() WHEN 'real' THEN random() / 3.0 \
             WHEN 'text' THEN {column} || hex(randomblob(16)) ELSE randomblob(16) END"
        ))
    }

    fn next_version(name: &str, column: &ColumnMeta) -> Option<String> {
        version::next(name, (column.sql_type)())
    }

    fn live_table(
        _: &Source,
        connection: &mut SqliteConnection,
        table: &TableName,
    ) -> QueryResult<Option<LiveTable>> {
        catalogue::table(connection, table)
    }

    fn types(_: &mut SqliteConnection, ask: ColumnTypes<Self::Diesel>) -> Vec<Option<SqliteType>> {
        let mut types = Vec::new();
        ask(&mut (), &mut types);
        types
    }

    fn fits(column: &ColumnMeta, declared: &SqliteType, live: &LiveColumn) -> bool {
        fits::fits(column, *declared, &live.sql_type)
    }

    fn classify(error: &diesel::result::Error) -> Failure {
        classify::classify(error)
    }
}
