//! The settings of every connection.

use std::fmt::Write as _;
use std::time::Duration;

use moored::backend::KeyBatches;

/// What every connection to the server is set to. `None` leaves a setting to the server, the database and the role.
///
/// The time zone is UTC, which Diesel requires. Messages are in English where the role may choose that, since Diesel
/// drops most of the codes by which errors are told apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PostgresOptions {
    /// How long a statement may wait for a lock; whole milliseconds.
    pub lock_timeout: Option<Duration>,
    /// How long a statement may run; whole milliseconds.
    pub statement_timeout: Option<Duration>,
    /// How long a transaction may sit idle before the server ends it; whole milliseconds.
    pub idle_in_transaction_session_timeout: Option<Duration>,
    /// The name of the program in the server's views and logs.
    pub application_name: Option<String>,
    /// Whether several rows whose keys the database makes may go into one INSERT. The server gives keys back in no promised
    /// order; they are told apart by being counted up.
    ///
    /// Proven is an identity, or a default that is `nextval` of one sequence, in a table without a trigger before INSERT.
    pub key_batches: KeyBatches,
}

impl PostgresOptions {
    /// The statements that set a new connection up.
    pub(crate) fn statements(&self) -> String {
        // Only a superuser, or a role that was given the right, may.
        let mut set = String::from(
            "DO $$ BEGIN PERFORM set_config('lc_messages', 'C', false); \
             EXCEPTION WHEN insufficient_privilege THEN NULL; END $$",
        );
        let timeouts = [
            ("lock_timeout", self.lock_timeout),
            ("statement_timeout", self.statement_timeout),
            ("idle_in_transaction_session_timeout", self.idle_in_transaction_session_timeout),
        ];
        for (name, timeout) in timeouts {
            if let Some(timeout) = timeout {
                // Zero would be no limit at all.
                let _ = write!(set, "; SET {name} = {}", timeout.as_millis().max(1));
            }
        }
        if let Some(name) = &self.application_name {
            let _ = write!(set, "; SET application_name = '{}'", name.replace('\'', "''"));
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_quoted_and_a_short_time_is_not_none() {
        let options = PostgresOptions {
            lock_timeout: Some(Duration::from_micros(1)),
            application_name: Some("it's".into()),
            ..PostgresOptions::default()
        };
        let set = options.statements();
        assert!(set.ends_with("; SET lock_timeout = 1; SET application_name = 'it''s'"), "{set}");
    }
}
