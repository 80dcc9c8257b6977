//! Transactions on a level of isolation.

use diesel::connection::SimpleConnection;
use moored::prelude::*;
use moored::{Isolation, Result, TransactionOptions};
use moored_server_tests::Flavour;

/// A level of isolation; `None` is the one that the connection has.
pub(crate) type Level = Option<Isolation>;

/// Those that the database has.
pub(crate) const fn levels(flavour: Flavour) -> &'static [Level] {
    match flavour {
        Flavour::Sqlite => &[None, Some(Isolation::Serializable)],
        _ => &[
            None,
            Some(Isolation::ReadCommitted),
            Some(Isolation::RepeatableRead),
            Some(Isolation::Serializable),
        ],
    }
}

/// Runs a transaction on that level.
pub(crate) fn transaction<'s, B: Backend, R>(
    session: &mut Session<'s, B>,
    (flavour, level): (Flavour, Level),
    work: impl for<'t> FnOnce(&mut Transaction<'t, 's, B>) -> Result<R>,
) -> Result<R> {
    let options = TransactionOptions::new();
    let options = level.map_or(options, |level| options.isolation(level));
    session.transaction_with(options, |tx| {
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
