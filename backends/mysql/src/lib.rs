//! The MySQL and MariaDB backend of Moored: `Orm::<Mysql>::connect("mysql://user@127.0.0.1/shop")`.
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use moored::prelude::*;
//! use moored_mysql::{Mysql, MysqlOptions};
//!
//! let orm = Orm::<Mysql>::builder("mysql://shop@127.0.0.1/shop")
//!     .options(MysqlOptions { lock_wait_timeout: Some(Duration::from_secs(2)), ..MysqlOptions::default() })
//!     .build()?;
//! # Ok::<_, moored::Error>(())
//! ```
//!
//! One backend serves both: which server it is, a connection asks. `libmysqlclient` or `libmariadb` has to be installed
//! (Debian: `libmariadb-dev`); with the feature `bundled` the former is compiled in, which takes minutes and needs
//! OpenSSL's headers, `cmake` and a C++ compiler (Debian: `libssl-dev`, `pkg-config`, `cmake`, `make`, `g++`).

mod catalogue;
mod classify;
mod collect;
mod fits;
mod keys;
mod lock;
mod migrations;
mod options;
mod placeholder;
mod server;
mod source;
mod transaction;

use std::any::TypeId;
use std::time::Duration;

use diesel::connection::DefaultLoadingMode;
use diesel::mysql::MysqlType;
use diesel::mysql::sql_types::Datetime;
use diesel::query_builder::QueryFragment;
use diesel::sql_types::{BigInt, Integer, SmallInt, Time, Timestamp};
use diesel::{ConnectionResult, IntoSql, MysqlConnection, QueryResult};
use moored::backend::{
    Backend, Collected, ColumnTypes, CompositeKeys, Deferrable, Dialect, Failure, Form, GeneratedKey,
    Incoming, InsertShape, KeyOrder, KeyedShape, Limits, LiveColumn, LiveTable, Locking, MigrationLock,
    ReadBack, Recursion, Returning, RowLocks, Streaming, TableName, TransactionOptions, UnionRows,
    UpdateShape, UpsertShape, load, number,
};
use moored::entity::ColumnMeta;

pub use moored::backend::KeyBatches;
pub use options::MysqlOptions;
pub use server::{Flavor, Server};
pub use source::Source;

/// MySQL and MariaDB, through Diesel's `MysqlConnection`.
///
/// The address is `mysql://user:password@host:port/database`, with `?unix_socket=/path` for a local socket. A key that
/// the database makes has to be an `AUTO_INCREMENT` column: of no other does the server tell the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mysql;

/// What MariaDB and MySQL have in common.
const fn dialect(union: UnionRows, locks: RowLocks, incoming: Incoming, recursion: Recursion) -> Dialect {
    Dialect {
        max_binds: 65_535,
        insert: InsertShape::Values { rows: 500 },
        update: UpdateShape::Join { rows: 500, union },
        upsert: UpsertShape::OnDuplicateKey(incoming),
        keyed: KeyedShape::List { rows: 500, composite: CompositeKeys::Conditions },
        // MariaDB has INSERT and DELETE with RETURNING, but Diesel's client asks for the answer's columns before it
        // executes and MariaDB tells them after; MySQL has neither.
        returning: Returning::Select(ReadBack {
            first_key: "LAST_INSERT_ID()",
            key_step: "@@auto_increment_increment",
            forget_key: "DO LAST_INSERT_ID(0)",
            lock: " FOR UPDATE",
        }),
        // It depends on the table, see `keys`.
        keys: KeyOrder::Unknown,
        streaming: Streaming::Pages { rows: 1_000 },
        recursion,
        empty_row: "() VALUES ()",
        // "Such as deleting a record that refers to itself": https://dev.mysql.com/doc/refman/9.4/en/create-table-foreign-keys.html.
        deferrable: Deferrable { foreign_keys: false, uniques: false },
        row_holds_itself: true,
        locking: Locking::Rows(locks),
        failure_aborts_transaction: false,
    }
}

/// It deprecates the function `VALUES(column)`. A recursion deeper than 1,000 levels is an error unless it is allowed.
static MYSQL: Dialect = dialect(
    UnionRows::Values,
    lock::MYSQL,
    Incoming::Alias,
    Recursion { before: "", hint: "/*+ SET_VAR(cte_max_recursion_depth = 4294967295) */ " },
);
/// Its `VALUES` has no `ROW`, takes no placeholders in a UNION, and has no alias in an INSERT. A recursion deeper than 1,000
/// levels ends there without a word unless it is allowed.
static MARIADB: Dialect = dialect(
    UnionRows::Selects,
    lock::MARIADB,
    Incoming::Values,
    Recursion { before: "SET STATEMENT max_recursive_iterations = 4294967295 FOR ", hint: "" },
);

impl Backend for Mysql {
    type Diesel = diesel::mysql::Mysql;
    type Connection = MysqlConnection;
    type Streaming = DefaultLoadingMode;
    type Options = MysqlOptions;
    type Source = Source;

    const NAME: &'static str = "MySQL";
    const COLLECTS: bool = true;

    fn open(url: &str, options: MysqlOptions) -> ConnectionResult<Source> {
        Ok(Source::new(url, options))
    }

    fn establish(source: &Source) -> ConnectionResult<MysqlConnection> {
        source.establish()
    }

    fn ping(connection: &mut MysqlConnection) -> QueryResult<()> {
        // Prepared once for each connection. `batch_execute` would take three round trips: Diesel switches statements
        // after each other on before it, and off after it.
        load::<Self, (Integer,), (i32,)>(connection, &diesel::select(1.into_sql::<Integer>()), &mut |_| false)
    }

    fn lacks(_: &Source, options: &TransactionOptions) -> Option<&'static str> {
        options.deferrable.then_some("deferrable transactions")
    }

    fn begin(
        source: &Source,
        connection: &mut MysqlConnection,
        options: &TransactionOptions,
    ) -> QueryResult<()> {
        transaction::begin(source.flavor(), connection, options)
    }

    fn commit(connection: &mut MysqlConnection) -> QueryResult<()> {
        transaction::commit(connection)
    }

    fn set_lock_wait(connection: &mut MysqlConnection, wait: Option<Duration>) -> QueryResult<()> {
        lock::set_wait(connection, wait)
    }

    fn count(connection: &mut MysqlConnection, query: &dyn QueryFragment<Self::Diesel>) -> QueryResult<i64> {
        number::<Self>(connection, query)
    }

    fn dialect(source: &Source) -> &'static Dialect {
        match source.flavor() {
            Flavor::Mysql => &MYSQL,
            Flavor::MariaDb => &MARIADB,
        }
    }

    fn limits(source: &Source) -> Limits {
        source.limits()
    }

    fn collect(
        _: &mut MysqlConnection,
        values: &[&dyn QueryFragment<Self::Diesel>],
        form: Form,
    ) -> QueryResult<Option<Collected<Self::Diesel>>> {
        match form {
            Form::Single => collect::collect(values).map(Some),
            Form::Arrays => Ok(None),
        }
    }

    fn key_order(
        source: &Source,
        connection: &mut MysqlConnection,
        generated: &GeneratedKey<'_>,
    ) -> QueryResult<KeyOrder> {
        keys::order(source, connection, generated)
    }

    fn cast(column: &ColumnMeta) -> Option<&'static str> {
        // MySQL takes a placeholder beside such a column for a moment of whole seconds, and cuts off the rest.
        let sql_type = (column.sql_type)();
        if [TypeId::of::<Timestamp>(), TypeId::of::<Datetime>()].contains(&sql_type) {
            Some("DATETIME(6)")
        } else if sql_type == TypeId::of::<Time>() {
            Some("TIME(6)")
        } else {
            None
        }
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
        let is_moment = [TypeId::of::<Timestamp>(), TypeId::of::<Datetime>()].contains(&sql_type);
        is_moment.then(|| format!("GREATEST(UTC_TIMESTAMP(6), {name} + INTERVAL 1 MICROSECOND)"))
    }

    fn lock_migrations(connection: &mut MysqlConnection) -> QueryResult<MigrationLock> {
        migrations::lock(connection)
    }

    fn unlock_migrations(connection: &mut MysqlConnection) -> QueryResult<()> {
        migrations::unlock(connection)
    }

    fn live_table(
        source: &Source,
        connection: &mut MysqlConnection,
        table: &TableName,
    ) -> QueryResult<Option<LiveTable>> {
        catalogue::table(source.flavor(), connection, table)
    }

    fn types(_: &mut MysqlConnection, ask: ColumnTypes<Self::Diesel>) -> Vec<Option<MysqlType>> {
        let mut types = Vec::new();
        ask(&mut (), &mut types);
        types
    }

    fn fits(column: &ColumnMeta, declared: &MysqlType, live: &LiveColumn) -> bool {
        fits::fits(column, *declared, &live.sql_type)
    }

    fn classify(error: &diesel::result::Error) -> Failure {
        classify::classify(error)
    }
}
