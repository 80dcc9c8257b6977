//! Money that several threads move between accounts at the same time: under every strategy against lost updates, and on every
//! level of isolation, none is made and none is lost, whoever loses a race is told so and may try again, and nobody is in
//! anybody's way for ever. `cargo test -p moored-server-tests --test concurrency -- --nocapture` prints the counts.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod bank;
mod counts;
mod level;
mod race;

use moored::prelude::*;
use moored_server_tests::{Flavour, Place};

use crate::bank::{Account, Computes, Payment, Purse, Transfer};
use crate::race::{Bank, Strategy};

moored_server_tests::on_every_database!(
    versions_are_compared,
    the_database_computes,
    rows_are_locked_in_the_order_of_their_keys,
    rows_are_locked_in_any_order,
    nobody_waits_for_a_lock,
);

/// Nobody locks anything by hand: rows are read, and written if they are what they were.
fn versions_are_compared<B: Computes>(place: Place<B>)
where
    Account: Entity<B>,
    Payment: Entity<B>,
    Purse: Entity<B>,
    Transfer: Entity<B>,
{
    let counts = Bank::open(&place).races(Strategy::Versions);
    match place.flavour() {
        // The rows of one UPDATE are locked as its plan comes upon them, which is no order that a caller could ask for.
        Flavour::Postgres => assert!(counts.deadlocks() * 10 < counts.attempts(), "{counts}"),
        _ => assert_eq!(counts.deadlocks(), 0, "the order of statements is Moored's own: {counts}"),
    }
    assert!(counts.lost() > 0, "nobody was in anybody's way: {counts}");
}

/// Nor here: the database adds to what is there.
fn the_database_computes<B: Computes>(place: Place<B>)
where
    Account: Entity<B>,
    Payment: Entity<B>,
    Purse: Entity<B>,
    Transfer: Entity<B>,
{
    let counts = Bank::open(&place).races(Strategy::Computed);
    assert_eq!(counts.deadlocks(), 0, "the order of statements is Moored's own: {counts}");
}

fn rows_are_locked_in_the_order_of_their_keys<B: Computes>(place: Place<B>)
where
    Account: Entity<B>,
    Payment: Entity<B>,
    Purse: Entity<B>,
    Transfer: Entity<B>,
{
    let counts = Bank::open(&place).races(Strategy::LockedInOrder);
    assert_eq!(counts.deadlocks(), 0, "{counts}");
}

/// Two who lock each other's rows are a deadlock, of which the database ends one.
fn rows_are_locked_in_any_order<B: Computes>(place: Place<B>)
where
    Account: Entity<B>,
    Payment: Entity<B>,
    Purse: Entity<B>,
    Transfer: Entity<B>,
{
    let has_one_writer = place.flavour().has_one_writer();
    let counts = Bank::open(&place).races(Strategy::LockedInAnyOrder);
    assert_eq!(counts.deadlocks() == 0, has_one_writer, "{counts}");
}

/// Whoever does not get a lock at once lets go of what he has.
fn nobody_waits_for_a_lock<B: Computes>(place: Place<B>)
where
    Account: Entity<B>,
    Payment: Entity<B>,
    Purse: Entity<B>,
    Transfer: Entity<B>,
{
    let has_one_writer = place.flavour().has_one_writer();
    let counts = Bank::open(&place).races(Strategy::LockedWithoutWaiting);
    assert_eq!((counts.deadlocks(), counts.lock_timeouts() == 0), (0, has_one_writer), "{counts}");
}
