//! The lock under which migrations are applied: an advisory lock of the session, one for each database.

use diesel::pg::PgConnection;
use diesel::{QueryResult, sql_query};
use moored::backend::{MigrationLock, number};

use crate::Postgres;

/// Not waited for: a session that waits has a snapshot, and `CREATE INDEX CONCURRENTLY` waits for all of those in turn. The number
/// reads `moored`.
const LOCK: &str = "SELECT pg_catalog.pg_try_advisory_lock(120325378565476)::int::bigint";
const UNLOCK: &str = "SELECT pg_catalog.pg_advisory_unlock(120325378565476)::int::bigint";

pub(crate) fn lock(connection: &mut PgConnection) -> QueryResult<MigrationLock> {
    let is_held = number::<Postgres>(connection, &sql_query(LOCK))? != 0;
    Ok(if is_held { MigrationLock::Held } else { MigrationLock::Taken })
}

pub(crate) fn unlock(connection: &mut PgConnection) -> QueryResult<()> {
    number::<Postgres>(connection, &sql_query(UNLOCK)).map(drop)
}
