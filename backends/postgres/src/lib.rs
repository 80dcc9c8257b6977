//! The PostgreSQL backend of Moored.

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::query_builder::QueryFragment;
use diesel::sql_types::BigInt;
use diesel::{Connection, ConnectionResult, QueryResult};
use moored::backend::{Backend, Dialect, Failure, FailureKind, KeyOrder, Returning, UpdateShape, load};

/// PostgreSQL, through Diesel's `PgConnection`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Postgres;

static DIALECT: Dialect = Dialect {
    max_binds: 65_535,
    insert_rows: 100,
    update: UpdateShape::Row,
    delete_rows: 500,
    returning: Returning::Clause,
    keys: KeyOrder::Ascending,
    empty_row: "DEFAULT VALUES",
    failure_aborts_transaction: true,
};

impl Backend for Postgres {
    type Diesel = diesel::pg::Pg;
    type Connection = PgConnection;
    type Options = ();
    type Source = String;

    const NAME: &'static str = "PostgreSQL";

    fn open(url: &str, (): ()) -> ConnectionResult<String> {
        Ok(url.to_owned())
    }

    fn establish(source: &String) -> ConnectionResult<PgConnection> {
        PgConnection::establish(source)
    }

    fn ping(connection: &mut PgConnection) -> QueryResult<()> {
        connection.batch_execute("SELECT 1")
    }

    fn begin(connection: &mut PgConnection) -> QueryResult<()> {
        use diesel::connection::TransactionManager;
        diesel::connection::AnsiTransactionManager::begin_transaction(connection)
    }

    fn count(connection: &mut PgConnection, query: &dyn QueryFragment<Self::Diesel>) -> QueryResult<i64> {
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
        let _ = FailureKind::Other;
        Failure::of(error)
    }
}
