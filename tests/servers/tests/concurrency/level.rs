//! Transactions on a level of isolation.

use diesel::connection::SimpleConnection;
use moored::Result;
use moored::prelude::*;
use moored_server_tests::Flavour;

/// A level of isolation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    /// The one that the connection has.
    Default,
    ReadCommitted,
    RepeatableRead,
    Serializable,
}

impl Level {
    /// Those that the database has.
    pub(crate) const fn of(flavour: Flavour) -> &'static [Self] {
        match flavour {
            Flavour::Sqlite => &[Self::Default],
            _ => &[Self::Default, Self::ReadCommitted, Self::RepeatableRead, Self::Serializable],
        }
    }

    const fn sql(self) -> Option<&'static str> {
        match self {
            Self::Default => None,
            Self::ReadCommitted => Some("SET TRANSACTION ISOLATION LEVEL READ COMMITTED"),
            Self::RepeatableRead => Some("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"),
            Self::Serializable => Some("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"),
        }
    }
}

/// Runs a transaction on that level.
pub(crate) fn transaction<'s, B: Backend, R>(
    session: &mut Session<'s, B>,
    (flavour, level): (Flavour, Level),
    work: impl for<'t> FnOnce(&mut Transaction<'t, 's, B>) -> Result<R>,
) -> Result<R> {
    let within = flavour == Flavour::Postgres;
    if let (false, Some(sql)) = (within, level.sql()) {
        // Of the next transaction.
        session.connection()?.batch_execute(sql)?;
    }
    session.transaction(|tx| {
        if let (true, Some(sql)) = (within, level.sql()) {
            tx.connection()?.batch_execute(sql)?;
        }
        if flavour == Flavour::Postgres {
            // A second by default, which is the administrator's to change.
            tx.connection()?.batch_execute(
                "DO $$ BEGIN PERFORM set_config('deadlock_timeout', '20ms', true); \
                 EXCEPTION WHEN insufficient_privilege THEN NULL; END $$",
            )?;
        }
        work(tx)
    })
}
