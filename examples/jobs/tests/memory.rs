//! The job over all accounts takes the memory of one chunk, however many accounts there are.
//!
//! The memory is that of the whole process, so there is nothing else in this one. Linux tells it.
#![cfg(target_os = "linux")]
#![allow(missing_docs, clippy::unwrap_used, reason = "a test")]

use std::sync::{Arc, Mutex};

use jobs::account::{self, Account};
use jobs::job::{Job, enqueue};
use jobs::memory::resident;
use jobs::state::State;
use jobs::worker::{Patience, Worker};
use jobs::{SQLITE, migrate};
use moored::prelude::*;
use moored_server_tests::{Flavour, Place};
use moored_sqlite::Sqlite;

/// What a process may gain between its first and its last account, in KiB.
const FLAT: u64 = 2 * 1_024;

#[test]
fn two_hundred_thousand_accounts_take_the_memory_of_a_thousand() {
    measure(200_000);
}

#[test]
#[ignore = "ten seconds in release: cargo test --release -p jobs --test memory -- --ignored --nocapture"]
fn a_million_accounts_take_the_memory_of_a_thousand() {
    measure(1_000_000);
}

fn measure(accounts: usize) {
    let place = Place::<Sqlite>::of(Flavour::Sqlite);
    let orm = Orm::<Sqlite>::connect(place.url()).unwrap();
    migrate(&orm, SQLITE).unwrap();
    orm.session(|session| {
        account::open(session, accounts)?;
        enqueue(session, "interest", "0")?;
        session.flush()
    })
    .unwrap();
    let memory = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&memory);
    let worker = Worker::new(orm.clone(), Patience::default()).handle("interest", move |tx, task| {
        let progress = account::interest(tx, task)?;
        seen.lock().unwrap().push(resident().unwrap());
        Ok(progress)
    });
    while worker.work().unwrap() {}

    let (waiting, with_interest) = orm
        .read(|session| {
            let waiting = session.select(Job::STATE.ne(State::Done)).count()?;
            Ok((waiting, session.select(Account::CENTS.eq(10_100)).count()?))
        })
        .unwrap();
    assert_eq!((waiting, with_interest), (0, accounts as u64));
    let memory = memory.lock().unwrap();
    let (first, last) = (memory.first().unwrap(), memory.iter().max().unwrap());
    println!("{accounts} accounts: {first} KiB after the first transaction, {last} at most");
    assert!(*last <= first + FLAT, "it grows: {memory:?}");

    // The measurement sees what is held.
    let (before, all) = orm
        .read(|session| {
            let before = resident().unwrap();
            session.select(Select::<Account>::all()).all()?;
            Ok((before, resident().unwrap()))
        })
        .unwrap();
    println!("{} KiB more with all of them loaded", all - before);
    assert!(all > before + 2 * FLAT, "{before} KiB, then {all}");
}
