//! The program: what it prints without any set-up, and what is left of its work when it is stopped or killed.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Stdio};

use jobs::account::Account;
use jobs::mail::Mail;
use moored::prelude::*;
use moored_server_tests::{Flavour, Place};
use moored_sqlite::Sqlite;

const ACCOUNTS: u64 = 100_000;

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jobs"));
    command.args(arguments).stderr(Stdio::null());
    command
}

/// Starts it on a file, and waits for the first transaction of the long job.
fn begun(file: &str) -> (Child, BufReader<ChildStdout>) {
    let mut child = program(&[&ACCOUNTS.to_string(), file]).stdout(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.starts_with("interest up to") {
        line.clear();
        assert_ne!(said.read_line(&mut line).unwrap(), 0, "it ended too early");
    }
    (child, said)
}

/// Runs it to its end on a file where it was before, and looks whether everything was done once.
fn ends_well(file: &str) {
    let output = program(&[&ACCOUNTS.to_string(), file]).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}");
    assert!(said.contains("Waiting: 0\nDone: 21\nDead: 2\n"), "{said}");
    let orm = Orm::<Sqlite>::connect(file).unwrap();
    let done = orm.read(|session| {
        let once = session.select(Account::CENTS.eq(10_100)).count()?;
        Ok((once, session.select(Select::<Mail>::all()).count()?))
    });
    assert_eq!(done.unwrap(), (ACCOUNTS, 20));
}

#[test]
fn it_runs_without_any_set_up() {
    let output = program(&["1000"]).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}");
    for line in [
        "Done: 21\nDead: 2\n",
        "failed 3 times: \"nowhere\" is no address\n",
        "failed 3 times: panicked: a bug in a handler\n",
        "1000 accounts have interest\n",
    ] {
        assert!(said.contains(line), "{said}");
    }
}

#[test]
fn what_a_killed_program_had_begun_is_done_once_by_the_next() {
    let place = Place::<Sqlite>::of(Flavour::Sqlite);
    let (mut child, _) = begun(place.url());
    child.kill().unwrap();
    child.wait().unwrap();
    ends_well(place.url());
}

#[test]
#[cfg(unix)]
fn a_program_that_is_told_to_end_commits_what_it_has_begun() {
    let place = Place::<Sqlite>::of(Flavour::Sqlite);
    let (mut child, mut said) = begun(place.url());
    assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
    let mut rest = String::new();
    said.read_to_string(&mut rest).unwrap();
    assert!(child.wait().unwrap().success(), "{rest}");
    let waiting = rest.lines().find_map(|line| line.strip_prefix("Waiting: ")).unwrap();
    assert_ne!(waiting, "0", "the long job is left: {rest}");
    ends_well(place.url());
}
