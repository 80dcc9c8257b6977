//! How long a statement waits for a lock, set for a part of a transaction.
//!
//! What was set before is kept on the server, in a setting of a name of our own, so that putting it back takes no answer.
//! Both are local to the transaction: a rollback, of a savepoint too, takes them back by itself.

use std::time::Duration;

use diesel::QueryResult;
use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;

pub(crate) fn set(connection: &mut PgConnection, wait: Option<Duration>) -> QueryResult<()> {
    match wait {
        Some(wait) => connection.batch_execute(&format!(
            "SELECT set_config('moored.lock_timeout', current_setting('lock_timeout'), true); \
             SET LOCAL lock_timeout = {}",
            milliseconds(wait)
        )),
        None => connection
            .batch_execute("SELECT set_config('lock_timeout', current_setting('moored.lock_timeout'), true)"),
    }
}

/// Whole milliseconds, as many as the server counts at most: 24 days.
fn milliseconds(wait: Duration) -> i32 {
    i32::try_from(wait.as_nanos().div_ceil(1_000_000)).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_finer_than_a_millisecond_is_rounded_up() {
        assert_eq!(milliseconds(Duration::from_nanos(1)), 1);
        assert_eq!(milliseconds(Duration::from_micros(1_001)), 2);
        assert_eq!(milliseconds(Duration::from_secs(2)), 2_000);
        assert_eq!(milliseconds(Duration::MAX), i32::MAX);
    }
}
