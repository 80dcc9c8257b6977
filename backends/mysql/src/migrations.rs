//! The lock under which migrations are applied: a named lock of the session, with the database in its name, since it is one for
//! the whole server.

use diesel::{MysqlConnection, QueryResult, sql_query};
use moored::backend::{MigrationLock, number};

use crate::Mysql;

/// A name has at most 64 characters.
const LOCK: &str = "SELECT CAST(COALESCE(GET_LOCK(CONCAT('moored migrations ', LEFT(SHA2(COALESCE(DATABASE(), ''), 256), 40)), 0), 0) AS SIGNED)";
const UNLOCK: &str = "SELECT CAST(COALESCE(RELEASE_LOCK(CONCAT('moored migrations ', LEFT(SHA2(COALESCE(DATABASE(), ''), 256), 40))), 0) AS SIGNED)";

pub(crate) fn lock(connection: &mut MysqlConnection) -> QueryResult<MigrationLock> {
    let is_held = number::<Mysql>(connection, &sql_query(LOCK))? != 0;
    Ok(if is_held { MigrationLock::Held } else { MigrationLock::Taken })
}

pub(crate) fn unlock(connection: &mut MysqlConnection) -> QueryResult<()> {
    number::<Mysql>(connection, &sql_query(UNLOCK)).map(drop)
}
