//! What an expert writes with plain Diesel.
//!
//! Diesel's bounds differ from connection to connection, so the same code is compiled for both of them by a macro.

use diesel::connection::{Connection, SimpleConnection};
use diesel::mysql::MysqlConnection;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use moored::Backend;
use moored_mysql::Mysql;
use moored_postgres::Postgres;

use crate::schema::{User, UserRow, change, users};

/// The workloads on a connection of Diesel's.
pub(crate) trait ByHand: Backend<Connection: Connection + SimpleConnection> {
    /// Inserts rows and gives their keys, so many rows a statement.
    fn insert(connection: &mut Self::Connection, rows: &[UserRow], chunk: usize) -> QueryResult<Vec<i32>>;
    /// Changes rows that are loaded, a statement a row.
    fn update(connection: &mut Self::Connection, users: &mut [User]) -> QueryResult<()>;
    /// Deletes rows by their keys.
    fn delete(connection: &mut Self::Connection, keys: &[i32]) -> QueryResult<usize>;
    /// Loads all rows.
    fn load(connection: &mut Self::Connection) -> QueryResult<Vec<User>>;
    /// Loads one row.
    fn find(connection: &mut Self::Connection, key: i32) -> QueryResult<User>;
    /// The rows as they are in the database.
    fn contents(connection: &mut Self::Connection) -> QueryResult<Vec<User>>;
    /// The columns `folder` and `file` of a query of one row.
    fn folder_and_file(connection: &mut Self::Connection, query: &str) -> QueryResult<FolderAndFile>;
    /// The column `number` of a query of one row.
    fn number(connection: &mut Self::Connection, query: &str) -> QueryResult<i64>;
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
pub(crate) struct FolderAndFile {
    #[diesel(sql_type = Text)]
    pub(crate) folder: String,
    #[diesel(sql_type = Text)]
    pub(crate) file: String,
}

macro_rules! by_hand {
    ($backend:ty, $insert:path) => {
        impl ByHand for $backend {
            fn insert(
                connection: &mut Self::Connection,
                rows: &[UserRow],
                chunk: usize,
            ) -> QueryResult<Vec<i32>> {
                connection.transaction(|connection| {
                    let mut keys = Vec::with_capacity(rows.len());
                    rows.chunks(chunk).try_for_each(|rows| $insert(connection, rows, &mut keys))?;
                    Ok(keys)
                })
            }

            fn update(connection: &mut Self::Connection, users: &mut [User]) -> QueryResult<()> {
                connection.transaction(|connection| {
                    for user in users {
                        let version = user.version;
                        change(user);
                        user.version += 1;
                        let row = users::table.find(user.id).filter(users::version.eq(version));
                        let set = (
                            users::name.eq(&user.name),
                            users::age.eq(user.age),
                            users::version.eq(user.version),
                        );
                        let count = diesel::update(row).set(set).execute(connection)?;
                        assert_eq!(count, 1);
                    }
                    Ok(())
                })
            }

            fn delete(connection: &mut Self::Connection, keys: &[i32]) -> QueryResult<usize> {
                diesel::delete(users::table.filter(users::id.eq_any(keys))).execute(connection)
            }

            fn load(connection: &mut Self::Connection) -> QueryResult<Vec<User>> {
                users::table.load(connection)
            }

            fn find(connection: &mut Self::Connection, key: i32) -> QueryResult<User> {
                users::table.find(key).get_result(connection)
            }

            fn contents(connection: &mut Self::Connection) -> QueryResult<Vec<User>> {
                users::table.order(users::id).load(connection)
            }

            fn folder_and_file(connection: &mut Self::Connection, query: &str) -> QueryResult<FolderAndFile> {
                diesel::sql_query(query).get_result(connection)
            }

            fn number(connection: &mut Self::Connection, query: &str) -> QueryResult<i64> {
                diesel::sql_query(query).get_result(connection).map(|Number { number }| number)
            }
        }
    };
}

by_hand!(Postgres, returning);
by_hand!(Mysql, counting_on);

fn returning(connection: &mut PgConnection, rows: &[UserRow], keys: &mut Vec<i32>) -> QueryResult<()> {
    let insert = diesel::insert_into(users::table).values(rows).returning(users::id);
    keys.extend(insert.get_results::<i32>(connection)?);
    Ok(())
}

#[diesel::declare_sql_function]
extern "SQL" {
    fn last_insert_id() -> Unsigned<BigInt>;
}

/// The rows of one INSERT have the keys from the first one on, unless a setting or a trigger says otherwise.
fn counting_on(connection: &mut MysqlConnection, rows: &[UserRow], keys: &mut Vec<i32>) -> QueryResult<()> {
    diesel::insert_into(users::table).values(rows).execute(connection)?;
    let first: u64 = diesel::select(last_insert_id()).get_result(connection)?;
    keys.extend((first as i32..).take(rows.len()));
    Ok(())
}
