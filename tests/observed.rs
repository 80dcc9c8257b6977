//! What sessions tell of themselves without a subscriber: counters, durations, and how many statements a piece of work sends.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use diesel::prelude::*;
use moored::metrics::{Counter, Metrics, Timer};
use moored::prelude::*;
use moored::{Error, Result, Retry, StatementLog, assert_statements};
use shop::*;

#[derive(Default)]
struct Told {
    counts: Mutex<BTreeMap<Counter, u64>>,
    times: Mutex<BTreeMap<Timer, Vec<Duration>>>,
}

impl Metrics for Told {
    fn count(&self, counter: Counter, by: u64) {
        *self.counts.lock().unwrap().entry(counter).or_default() += by;
    }

    fn time(&self, timer: Timer, took: Duration) {
        self.times.lock().unwrap().entry(timer).or_default().push(took);
    }
}

impl Told {
    /// What was counted since the last call, statements aside.
    #[track_caller]
    fn expect(&self, expected: impl IntoIterator<Item = (Counter, u64)>) {
        let mut counts = std::mem::take(&mut *self.counts.lock().unwrap());
        counts.remove(&Counter::Statements);
        assert_eq!(counts, expected.into_iter().collect());
    }
}

struct Observed {
    orm: Orm<Sqlite>,
    told: Arc<Told>,
    log: StatementLog,
}

fn observed() -> Observed {
    observed_with(|settings| settings)
}

fn observed_with(
    settings: impl FnOnce(moored::OrmBuilder<Sqlite>) -> moored::OrmBuilder<Sqlite>,
) -> Observed {
    let (told, log) = (Arc::new(Told::default()), StatementLog::new());
    let sink = log.clone();
    let orm =
        orm_with(|builder| settings(builder.metrics(Arc::clone(&told)).instrument(move || sink.clone())));
    log.take();
    told.counts.lock().unwrap().clear();
    told.times.lock().unwrap().clear();
    Observed { orm, told, log }
}

#[test]
fn a_flush_is_counted_by_its_rows_and_its_transaction() {
    let Observed { orm, told, .. } = observed();
    orm.session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let needle = session.find::<Book>(1)?.required()?;
        session.persist(NewAuthor::new("Sansa"))?;
        session.persist(NewAuthor::new("Bran"))?;
        session.edit(&arya)?.name = "No One".into();
        session.remove(needle)?;
        session.flush()?;
        session.flush() // nothing to do
    })
    .unwrap();
    use Counter::{Flushes, RowsDeleted, RowsInserted, RowsUpdated, Sessions, Transactions};
    told.expect([
        (Sessions, 1),
        (Flushes, 1),
        (RowsInserted, 2),
        (RowsUpdated, 1),
        (RowsDeleted, 1),
        (Transactions, 1),
    ]);
    assert_eq!(told.times.lock().unwrap()[&Timer::Flush].len(), 1);
}

/// A row that a flush writes in two steps, since rows refer to each other or exchange unique values, is one row.
#[test]
fn a_row_that_is_written_in_two_steps_is_one() {
    let Observed { orm, told, .. } = observed();
    orm.session(|session| {
        let (arya, jon) = (session.find::<Author>(1)?.required()?, session.find::<Author>(2)?.required()?);
        let email = session.edit(&arya)?.email.take();
        session.edit(&jon)?.email = email;
        session.flush()?;
        session.edit(&arya)?.email = Some("arya@sea.example".into());
        session.flush()?;
        let (theirs, hers) = (session[&jon].email.clone(), session[&arya].email.clone());
        session.edit(&arya)?.email = theirs;
        session.edit(&jon)?.email = hers;
        session.flush()
    })
    .unwrap();
    use Counter::{Flushes, RowsUpdated, Sessions, Transactions};
    // The second flush is one statement, which needs no transaction.
    told.expect([(Sessions, 1), (Flushes, 3), (RowsUpdated, 5), (Transactions, 2)]);
}

#[test]
fn statements_are_counted_as_the_log_has_them_and_each_is_timed() {
    let Observed { orm, told, log } = observed();
    orm.session(|session| {
        session.transaction(|tx| {
            let arya = tx.find::<Author>(1)?.required()?;
            tx.edit(&arya)?.name = "No One".into();
            Ok(())
        })?;
        diesel::delete(books::table).execute(session.connection()?)?;
        Ok(())
    })
    .unwrap();
    orm.read(|session| session.query::<Author>(authors::table).all().map(drop)).unwrap();
    orm.with_connection(|connection| {
        diesel::sql_query("SELECT 1").execute(connection)?;
        Ok(())
    })
    .unwrap();
    let sent = log.take();
    assert_eq!(sent.len(), 7, "{sent:#?}"); // BEGIN, SELECT, UPDATE, COMMIT, DELETE, SELECT, SELECT
    assert_eq!(told.counts.lock().unwrap()[&Counter::Statements], 7);
    assert_eq!(told.times.lock().unwrap()[&Timer::Statement].len(), 7);
}

#[test]
fn transactions_that_are_undone_are_counted_however_they_are() {
    let Observed { orm, told, .. } = observed();
    orm.session(|session| {
        let undone: Result<()> = session.transaction(|_| Err(Error::NotFound { entity: "Reason" }));
        assert!(undone.is_err());
        session.transaction(|tx| {
            let savepoint: Result<()> = tx.transaction(|_| Err(Error::NotFound { entity: "Reason" }));
            assert!(savepoint.is_err());
            Ok(())
        })?;
        let panicked =
            catch_unwind(AssertUnwindSafe(|| session.transaction::<()>(|_| panic_any("a reason"))));
        assert!(panicked.is_err());
        // The second row is refused, and the first with it.
        session.persist(NewAuthor::new("Sansa"))?;
        session.persist(NewAuthor::new("Twin").email("arya@wall.example"))?;
        assert!(session.flush().is_err());
        session.discard();
        Ok(())
    })
    .unwrap();
    use Counter::{Flushes, Rollbacks, Sessions, Transactions};
    told.expect([(Sessions, 1), (Flushes, 1), (Transactions, 4), (Rollbacks, 3)]);
}

/// A constraint that is checked at the end.
#[test]
fn a_commit_that_is_refused_is_a_rollback() {
    let Observed { orm, told, .. } = observed();
    let refused = orm.session(|session| {
        session.transaction(|tx| {
            diesel::sql_query("PRAGMA defer_foreign_keys = ON").execute(tx.connection()?)?;
            diesel::sql_query("DELETE FROM authors WHERE id = 1").execute(tx.connection()?)?;
            Ok(())
        })
    });
    assert!(matches!(refused, Err(Error::Database { .. })), "{refused:?}");
    told.expect([(Counter::Sessions, 1), (Counter::Transactions, 1), (Counter::Rollbacks, 1)]);
}

#[test]
fn each_attempt_of_a_retry_is_a_session_and_each_after_the_first_a_retry() {
    let Observed { orm, told, .. } = observed();
    let mut attempts = 0;
    let policy = Retry::default().attempts(4).wait(Duration::ZERO, Duration::ZERO);
    orm.retry(&policy, |_| {
        attempts += 1;
        if attempts < 3 { Err(Error::NoConnection { reason: "busy".into() }) } else { Ok(()) }
    })
    .unwrap();
    told.expect([(Counter::Sessions, 3), (Counter::Retries, 2)]);
    let given_up: Result<()> = orm.retry(&policy, |_| Err(Error::NoConnection { reason: "busy".into() }));
    assert!(given_up.is_err());
    told.expect([(Counter::Sessions, 4), (Counter::Retries, 3)]);
}

#[test]
fn statements_of_many_rows_are_counted_by_what_they_changed() {
    let Observed { orm, told, .. } = observed();
    orm.session(|session| {
        session.update_all::<Author>(authors::table).set(authors::name.eq("No One")).execute()?;
        session.delete_all::<Book>(books::table).execute()?;
        let tags = ["war", "peace"].map(|name| Tag { name: name.into(), color: "blue".into() });
        session.upsert_many(tags).on_conflict(UniqueSet::KEY).update(Tag::COLOR).execute()?;
        Ok(())
    })
    .unwrap();
    let mut counts = told.counts.lock().unwrap().clone();
    counts.retain(|counter, _| {
        matches!(counter, Counter::RowsUpdated | Counter::RowsDeleted | Counter::RowsUpserted)
    });
    let expected = [(Counter::RowsUpdated, 2), (Counter::RowsDeleted, 1), (Counter::RowsUpserted, 2)];
    assert_eq!(counts, expected.into_iter().collect());
}

#[test]
fn what_takes_longer_than_said_is_slow() {
    let count = |from| {
        let Observed { orm, told, .. } = observed_with(|settings| settings.slow_statements(from));
        orm.read(|session| session.query::<Author>(authors::table).all().map(drop)).unwrap();
        let counts = told.counts.lock().unwrap();
        (counts[&Counter::Statements], counts.get(&Counter::SlowStatements).copied())
    };
    assert_eq!(count(Duration::ZERO), (1, Some(1)));
    assert_eq!(count(Duration::from_secs(3600)), (1, None));
}

#[test]
fn work_that_sends_as_many_statements_as_said_passes_and_gives_its_value() {
    let Observed { orm, log, .. } = observed();
    orm.read(|session| {
        let arya = assert_statements!(log, 1, session.find::<Author>(1)?.required()?);
        assert_statements!(&log, 0, {
            session.find::<Author>(1)?;
        });
        assert_eq!(session[&arya].name, "Arya");
        Ok(())
    })
    .unwrap();
    assert_eq!(log.len(), 1, "the log is as it was");
}

#[test]
fn work_that_sends_others_fails_and_shows_them() {
    let Observed { orm, log, .. } = observed();
    log.take();
    let failed = catch_unwind(AssertUnwindSafe(|| {
        orm.read(|session| {
            session.find::<Tag>("war".to_owned())?; // before
            assert_statements!(log, 1, {
                for id in [1, 2] {
                    session.find::<Author>(id)?;
                }
            });
            Ok(())
        })
    }));
    let said = *failed.unwrap_err().downcast::<String>().unwrap();
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[0], "1 statements were expected, 2 were sent");
    assert!(lines[1].starts_with("  1. SELECT") && lines[2].starts_with("  2. SELECT"), "{said}");
    assert!(said.contains("authors") && !said.contains("tags"), "{said}");
}
