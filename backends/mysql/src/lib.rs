//! The MySQL and MariaDB backend of Moored: `Orm::<Mysql>::connect("mysql://user@127.0.0.1/shop")`.

mod classify;
mod keys;
mod options;
mod server;
mod source;

use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::query_builder::QueryFragment;
use diesel::sql_types::{BigInt, Integer};
use diesel::{ConnectionResult, IntoSql, MysqlConnection, QueryResult};
use moored::backend::{Backend, Dialect, Failure, KeyOrder, ReadBack, Returning, UpdateShape, load};
use moored::entity::EntityMeta;

pub use options::{KeyBatches, MysqlOptions};
pub use server::{Flavor, Server};
pub use source::Source;

/// MySQL and MariaDB, through Diesel's `MysqlConnection`.
///
/// The address is `mysql://user:password@host:port/database`, with `?unix_socket=/path` for a local socket. A key that
/// the database makes has to be an `AUTO_INCREMENT` column: of no other does the server tell the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mysql;

static DIALECT: Dialect = Dialect {
    max_binds: 65_535,
    insert_rows: 100,
    update: UpdateShape::Row,
    delete_rows: 500,
    // MariaDB has INSERT and DELETE with RETURNING, but Diesel's client asks for the answer's columns before it executes
    // and MariaDB tells them after; MySQL has neither.
    returning: Returning::Select(ReadBack {
        first_key: "LAST_INSERT_ID()",
        key_step: "@@auto_increment_increment",
        forget_key: "DO LAST_INSERT_ID(0)",
        lock: " FOR UPDATE",
    }),
    // It depends on the table, see `keys`.
    keys: KeyOrder::Unknown,
    empty_row: "() VALUES ()",
    failure_aborts_transaction: false,
};

impl Backend for Mysql {
    type Diesel = diesel::mysql::Mysql;
    type Connection = MysqlConnection;
    type Options = MysqlOptions;
    type Source = Source;

    const NAME: &'static str = "MySQL";

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

    fn begin(connection: &mut MysqlConnection) -> QueryResult<()> {
        AnsiTransactionManager::begin_transaction(connection)
    }

    fn count(connection: &mut MysqlConnection, query: &dyn QueryFragment<Self::Diesel>) -> QueryResult<i64> {
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

    fn key_order(
        source: &Source,
        connection: &mut MysqlConnection,
        table: &str,
        entity: &'static EntityMeta,
    ) -> QueryResult<KeyOrder> {
        keys::order(source, connection, table, entity)
    }

    fn classify(error: &diesel::result::Error) -> Failure {
        classify::classify(error)
    }
}
