//! The PostgreSQL backend of Moored: `Orm::<Postgres>::connect("postgres://user@localhost/shop")`.
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use moored::prelude::*;
//! use moored_postgres::{Postgres, PostgresOptions};
//!
//! let orm = Orm::<Postgres>::builder("postgres://shop@localhost/shop")
//!     .options(PostgresOptions { lock_timeout: Some(Duration::from_secs(2)), ..PostgresOptions::default() })
//!     .build()?;
//! # Ok::<_, moored::Error>(())
//! ```
//!
//! libpq has to be installed (Debian: `libpq-dev`); with the feature `bundled` it is compiled in, which needs
//! OpenSSL's headers (Debian: `libssl-dev`, `pkg-config`).

mod catalogue;
mod classify;
mod collect;
mod fits;
mod keys;
mod lock_wait;
mod migrations;
mod options;
mod placeholder;
mod source;

use std::any::TypeId;
use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, CacheSize, Connection, SimpleConnection};
use diesel::pg::{Pg, PgConnection, PgRowByRowLoadingMode, PgTypeMetadata};
use diesel::query_builder::QueryFragment;
use diesel::sql_types::{BigInt, Integer, SmallInt, Timestamp};
use diesel::{ConnectionResult, QueryResult};
use moored::backend::{
    Backend, Collected, ColumnTypes, Deferrable, Dialect, Failure, Form, GeneratedKey, InsertShape,
    Isolation, KeyOrder, KeyedShape, Limits, LiveColumn, LiveTable, LockWait, Locking, MigrationLock,
    Recursion, Returning, RowLocks, Streaming, TableName, TransactionOptions, UpdateShape, UpsertShape,
    number,
};
use moored::entity::ColumnMeta;

pub use moored::backend::KeyBatches;
pub use options::PostgresOptions;
pub use source::Source;

/// PostgreSQL, through Diesel's `PgConnection`.
///
/// The address is what libpq takes: `postgres://user:password@host:port/database`, or `host=.. dbname=..`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Postgres;

static DIALECT: Dialect = Dialect {
    max_binds: 65_535,
    insert: InsertShape::Arrays { rows: 1_000, values: 100 },
    update: UpdateShape::FromArrays { rows: 1_000, values: 50 },
    upsert: UpsertShape::OnConflict,
    // Ten thousand conditions with OR between them exceed the server's stack; so many keys in an array do not.
    keyed: KeyedShape::Arrays { rows: 10_000, list: 500 },
    returning: Returning::Clause,
    // It depends on the table, see `keys`.
    keys: KeyOrder::Unknown,
    streaming: Streaming::Rows,
    recursion: Recursion::UNBOUNDED,
    empty_row: "DEFAULT VALUES",
    deferrable: Deferrable { foreign_keys: true, uniques: true },
    row_holds_itself: false,
    locking: Locking::Rows(RowLocks {
        update: " FOR UPDATE",
        share: " FOR SHARE",
        no_key_update: Ok(" FOR NO KEY UPDATE"),
        key_share: Ok(" FOR KEY SHARE"),
        of: Ok(" OF "),
        no_wait: Ok(" NOWAIT"),
        skip_locked: Ok(" SKIP LOCKED"),
        wait: LockWait::Setting,
        // From REPEATABLE READ on a lock on a row that was changed is refused instead.
        reads_behind: false,
    }),
    failure_aborts_transaction: true,
};

/// A message may have a gigabyte, and so may an array, of which the server needs more than one at a time.
const LIMITS: Limits = Limits { rows: 128 << 20, row: 1 << 30 };

impl Backend for Postgres {
    type Diesel = Pg;
    type Connection = PgConnection;
    type Streaming = PgRowByRowLoadingMode;
    type Options = PostgresOptions;
    type Source = Source;

    const NAME: &'static str = "PostgreSQL";

    fn open(url: &str, options: PostgresOptions) -> ConnectionResult<Source> {
        Ok(Source::new(url, options))
    }

    fn establish(source: &Source) -> ConnectionResult<PgConnection> {
        source.establish()
    }

    fn ping(connection: &mut PgConnection) -> QueryResult<()> {
        connection.batch_execute("SELECT 1")
    }

    fn forget_statements(connection: &mut PgConnection) -> QueryResult<()> {
        connection.set_prepared_statement_cache_size(CacheSize::Disabled);
        connection.set_prepared_statement_cache_size(CacheSize::Unbounded);
        // The client only forgets their names.
        connection.batch_execute("DEALLOCATE ALL")
    }

    fn lacks(_: &Source, options: &TransactionOptions) -> Option<&'static str> {
        // Elsewhere the server takes the word and does nothing about it.
        let waits = options.isolation == Some(Isolation::Serializable) && options.read_only;
        (options.deferrable && !waits)
            .then_some("deferrable transactions but those that are serializable and read-only")
    }

    fn begin(_: &Source, connection: &mut PgConnection, options: &TransactionOptions) -> QueryResult<()> {
        let isolation = match options.isolation {
            Some(Isolation::ReadCommitted) => " ISOLATION LEVEL READ COMMITTED",
            Some(Isolation::RepeatableRead) => " ISOLATION LEVEL REPEATABLE READ",
            Some(Isolation::Serializable) => " ISOLATION LEVEL SERIALIZABLE",
            _ => "",
        };
        let access = if options.read_only { " READ ONLY" } else { "" };
        let waits = if options.deferrable { " DEFERRABLE" } else { "" };
        let begin = format!("BEGIN{isolation}{access}{waits}");
        AnsiTransactionManager::begin_transaction_sql(connection, &begin)
    }

    fn set_lock_wait(connection: &mut PgConnection, wait: Option<Duration>) -> QueryResult<()> {
        lock_wait::set(connection, wait)
    }

    fn count(connection: &mut PgConnection, query: &dyn QueryFragment<Pg>) -> QueryResult<i64> {
        number::<Self>(connection, query)
    }

    fn dialect(_: &Source) -> &'static Dialect {
        &DIALECT
    }

    fn limits(_: &Source) -> Limits {
        LIMITS
    }

    fn collect(
        connection: &mut PgConnection,
        values: &[&dyn QueryFragment<Pg>],
        form: Form,
    ) -> QueryResult<Option<Collected<Pg>>> {
        collect::collect(connection, values, form)
    }

    fn key_order(
        source: &Source,
        connection: &mut PgConnection,
        generated: &GeneratedKey<'_>,
    ) -> QueryResult<KeyOrder> {
        source.keys_of(generated, || keys::ask(connection, generated))
    }

    fn placeholder(name: &str, column: &ColumnMeta) -> Option<String> {
        placeholder::of(name, (column.sql_type)())
    }

    fn next_version(name: &str, column: &ColumnMeta) -> Option<String> {
        let sql_type = (column.sql_type)();
        if [TypeId::of::<SmallInt>(), TypeId::of::<Integer>(), TypeId::of::<BigInt>()].contains(&sql_type) {
            return Some(format!("{name} + 1"));
        }
        // Now, or a microsecond after the last where that is not before.
        let is_moment = sql_type == TypeId::of::<Timestamp>();
        is_moment.then(|| {
            format!("GREATEST(clock_timestamp() AT TIME ZONE 'UTC', {name} + INTERVAL '1 microsecond')")
        })
    }

    fn lock_migrations(connection: &mut PgConnection) -> QueryResult<MigrationLock> {
        migrations::lock(connection)
    }

    fn unlock_migrations(connection: &mut PgConnection) -> QueryResult<()> {
        migrations::unlock(connection)
    }

    fn live_table(
        _: &Source,
        connection: &mut PgConnection,
        table: &TableName,
    ) -> QueryResult<Option<LiveTable>> {
        catalogue::table(connection, table)
    }

    fn types(connection: &mut PgConnection, ask: ColumnTypes<Pg>) -> Vec<Option<PgTypeMetadata>> {
        let mut types = Vec::new();
        ask(connection, &mut types);
        types
    }

    fn fits(_: &ColumnMeta, declared: &PgTypeMetadata, live: &LiveColumn) -> bool {
        fits::fits(declared, live)
    }

    fn classify(error: &diesel::result::Error) -> Failure {
        classify::classify(error)
    }
}
