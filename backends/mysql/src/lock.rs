//! How MySQL and MariaDB lock rows, and how long a statement of MySQL waits for it.

use std::time::Duration;

use diesel::connection::Connection;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::BigInt;
use diesel::{MysqlConnection, QueryResult};
use moored::backend::{LockWait, RowLocks};

use crate::transaction::Prepared;

pub(crate) const MYSQL: RowLocks = RowLocks {
    update: " FOR UPDATE",
    share: " FOR SHARE",
    no_key_update: Err("locks that leave the key of a row alone"),
    key_share: Err("locks on the key of a row alone"),
    of: Ok(" OF "),
    no_wait: Ok(" NOWAIT"),
    skip_locked: Ok(" SKIP LOCKED"),
    wait: LockWait::Setting,
    // REPEATABLE READ, the server's own default: the first SELECT makes the snapshot that the plain ones see.
    reads_behind: true,
};

pub(crate) const MARIADB: RowLocks = RowLocks {
    share: " LOCK IN SHARE MODE",
    of: Err("locks on one table of a join where the server is MariaDB"),
    // A year, which is the most of lock_wait_timeout.
    wait: LockWait::Clause { before: " WAIT ", most: 31_536_000 },
    ..MYSQL
};

/// The setting that was there before is kept in a variable of the connection.
pub(crate) fn set_wait(connection: &mut MysqlConnection, wait: Option<Duration>) -> QueryResult<()> {
    let set = match wait {
        Some(wait) => connection.execute_returning_count(&SetWait(seconds(wait))),
        None => connection.execute_returning_count(&Prepared(
            "SET SESSION innodb_lock_wait_timeout = @moored_lock_wait_timeout",
        )),
    };
    set.map(drop)
}

/// Whole seconds, as many as the server counts at most.
fn seconds(wait: Duration) -> i64 {
    let up = i64::from(wait.subsec_nanos() > 0);
    i64::try_from(wait.as_secs()).unwrap_or(i64::MAX).saturating_add(up).min(1 << 30)
}

struct SetWait(i64);

impl QueryFragment<diesel::mysql::Mysql> for SetWait {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, diesel::mysql::Mysql>) -> QueryResult<()> {
        out.push_sql(
            "SET @moored_lock_wait_timeout = @@SESSION.innodb_lock_wait_timeout, \
             SESSION innodb_lock_wait_timeout = ",
        );
        out.push_bind_param::<BigInt, _>(&self.0)
    }
}

impl QueryId for SetWait {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_finer_than_a_second_is_rounded_up() {
        assert_eq!(seconds(Duration::from_nanos(1)), 1);
        assert_eq!(seconds(Duration::from_millis(1_001)), 2);
        assert_eq!(seconds(Duration::from_secs(2)), 2);
        assert_eq!(seconds(Duration::MAX), 1 << 30);
    }
}
