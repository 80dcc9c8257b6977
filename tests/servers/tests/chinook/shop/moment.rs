//! A moment, in the column types that the sample has for one: TIMESTAMP on PostgreSQL, DATETIME elsewhere.
//!
//! Diesel's `Timestamp` is sent to MariaDB as a value of its type TIMESTAMP, which has the years from 1970 to 2038 only: of a
//! birthday in 1962 it makes NULL, and no error. MySQL takes it for a DATETIME.

use chrono::NaiveDateTime;
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::mysql::Mysql;
use diesel::pg::Pg;
use diesel::query_builder::QueryId;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{SqlType, Timestamp};
use diesel::sqlite::Sqlite;
use serde_json::Value;

use super::values::Cell;

/// The SQL type; public because a module that `table!` makes is. The numbers are those of `timestamp` and of its array.
#[derive(Clone, Copy, Debug, SqlType, QueryId)]
#[diesel(
    sqlite_type(name = "Text"),
    postgres_type(oid = 1114, array_oid = 1115),
    mysql_type(name = "DateTime")
)]
pub struct Moment;

/// A moment without a time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Moment)]
pub(crate) struct At(pub(crate) NaiveDateTime);

macro_rules! as_timestamp_on {
    ($($database:ty),+) => {$(
        impl ToSql<Moment, $database> for At {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, $database>) -> serialize::Result {
                ToSql::<Timestamp, $database>::to_sql(&self.0, out)
            }
        }

        impl FromSql<Moment, $database> for At {
            fn from_sql(value: <$database as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
                <NaiveDateTime as FromSql<Timestamp, $database>>::from_sql(value).map(Self)
            }
        }
    )+};
}

as_timestamp_on!(Sqlite, Pg, Mysql);

const FORMAT: &str = "%Y-%m-%dT%H:%M:%S%.f";

impl Cell for At {
    fn read(value: &Value) -> Self {
        Self(NaiveDateTime::parse_from_str(value.as_str().unwrap(), FORMAT).unwrap())
    }

    fn write(&self) -> Value {
        self.0.format(FORMAT).to_string().into()
    }
}
