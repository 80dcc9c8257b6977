//! Units of work that async code runs: how many at once, for how long, and what is left of one that nobody waits for.
#![allow(
    missing_docs,
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a test"
)]

include!("../docs/doctest.rs");

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::{self, sleep};
use std::time::Duration;

use diesel::connection::{Instrumentation, InstrumentationEvent};
use moored::{Error, OrmBuilder, Result, Retry, RunLimits};
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

const SHORT: Duration = Duration::from_millis(250);
/// As long as nothing takes that goes well.
const LONG: Duration = Duration::from_secs(20);

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap()
}

/// A library with one connection whose units have so long, and a place each.
fn hurried(limit: Duration) -> Orm<Sqlite> {
    let limits = RunLimits::new().timeout(limit);
    library_with(|builder| builder.pool_size(1).run_at_once(8).run_limits(limits)).unwrap()
}

/// The authors beside Ursula, by a session that waits for its connection: so whoever had it has given it back.
fn others(orm: &Orm<Sqlite>) -> Vec<String> {
    let others = |session: &mut ReadSession<'_, Sqlite>| {
        let found = session.query::<Author>(authors::table.filter(authors::id.ne(1))).all()?;
        Ok(found.iter().map(|author| session[author].name.clone()).collect())
    };
    orm.read(others).unwrap()
}

fn persist(session: &mut Session<'_, Sqlite>, name: &str) -> Result<()> {
    session.persist(NewAuthor::new(name))?;
    session.flush()
}

#[test]
fn a_unit_gives_its_value_or_its_error() {
    let orm = library().unwrap();
    runtime().block_on(async {
        let here = thread::current().id();
        let there = orm.run(|session| persist(session, "Octavia").map(|()| thread::current().id()));
        assert_ne!(there.await.unwrap(), here);
        assert_eq!(others(&orm), ["Octavia"]);

        let none = orm.run(|session| session.find::<Author>(7)?.required().map(drop)).await;
        assert!(matches!(none, Err(Error::NotFound { .. })), "{none:?}");
        let lost = orm.run(|session| session.persist(NewAuthor::new("Lost")).map(drop)).await;
        assert!(matches!(lost, Err(Error::Unflushed(_))), "{lost:?}");
        let own: std::result::Result<(), String> =
            orm.try_run(|_| Err(Own("mine".into()))).await.map_err(|own| own.0);
        assert_eq!(own, Err("mine".to_owned()));
        // The future does not borrow: it can be a task of its own.
        tokio::spawn(orm.run_read(|session| session.find::<Author>(1)?.required().map(drop)))
            .await
            .unwrap()
            .unwrap();
    });
}

struct Own(String);

impl From<Error> for Own {
    fn from(error: Error) -> Self {
        Self(error.to_string())
    }
}

#[test]
fn two_hundred_callers_share_two_connections_and_few_threads() {
    let orm = library_with(|builder| builder.pool_size(2).checkout_timeout(LONG)).unwrap();
    let (now, most, threads) = (AtomicUsize::new(0), AtomicUsize::new(0), Mutex::default());
    let seen = Arc::new((now, most, threads));
    runtime().block_on(async {
        let callers: Vec<_> = (0..200)
            .map(|_| {
                let seen = Arc::clone(&seen);
                tokio::spawn(orm.run(move |session| {
                    let (now, most, threads) = &*seen;
                    most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    let threads: &Mutex<std::collections::HashSet<_>> = threads;
                    threads.lock().unwrap().insert(thread::current().id());
                    let book = session.find::<Book>(1)?.required()?;
                    sleep(Duration::from_millis(1));
                    now.fetch_sub(1, Ordering::SeqCst);
                    Ok(session[&book].copies)
                }))
            })
            .collect();
        for caller in callers {
            assert_eq!(caller.await.unwrap().unwrap(), 3);
        }
    });
    let (now, most, threads) = &*seen;
    assert_eq!((now.load(Ordering::SeqCst), most.load(Ordering::SeqCst)), (0, 2));
    // A thread that just ended a unit may not be idle yet when the next one begins.
    assert!(threads.lock().unwrap().len() < 50, "{threads:?}");
}

#[test]
fn whoever_gets_no_place_in_time_is_told_and_nothing_was_begun() {
    let limits = RunLimits::new().wait(SHORT);
    let orm = library_with(|builder| builder.pool_size(8).run_at_once(1).run_limits(limits)).unwrap();
    let (end, ended) = mpsc::channel::<()>();
    runtime().block_on(async {
        let (begin, begun) = tokio::sync::oneshot::channel();
        let long = tokio::spawn(orm.run(move |_| {
            begin.send(()).unwrap();
            ended.recv_timeout(LONG).unwrap();
            Ok(())
        }));
        begun.await.unwrap();
        let began = Arc::new(AtomicBool::new(false));
        let note = Arc::clone(&began);
        let refused = orm.run(move |_| {
            note.store(true, Ordering::SeqCst);
            Ok(())
        });
        let refused = timeout(LONG, refused).await.unwrap();
        assert!(matches!(&refused, Err(error @ Error::Busy) if error.is_retryable()), "{refused:?}");
        // The time for the whole ends the wait as well.
        let hurried = orm.with_run_limits(RunLimits::new().wait(LONG).timeout(SHORT));
        let refused = timeout(LONG / 2, hurried.run_read(|_| Ok(()))).await.unwrap();
        assert!(matches!(refused, Err(Error::Busy)), "{refused:?}");
        end.send(()).unwrap();
        long.await.unwrap().unwrap();
        assert!(!began.load(Ordering::SeqCst));
        orm.run(|_| Ok(())).await.unwrap();
    });
}

/// They have the connections of the copies, and so places of their own.
#[test]
fn where_there_are_replicas_readers_do_not_wait_for_writers() {
    let limits = RunLimits::new().wait(SHORT);
    let orm = library_with(|builder| {
        builder.run_at_once(1).run_limits(limits).replica("/no/such/folder/copy.sqlite")
    })
    .unwrap();
    let (begin, begun) = mpsc::channel();
    let (end, ended) = mpsc::channel::<()>();
    let runtime = runtime();
    let writer = runtime.spawn(orm.run(move |_| {
        begin.send(()).unwrap();
        // Nobody sends where the test fails, and the runtime waits for this.
        ended.recv_timeout(LONG).unwrap();
        Ok(())
    }));
    begun.recv_timeout(LONG).unwrap();
    let authors = orm.run_read(|session| session.query::<Author>(authors::table).count());
    assert_eq!(runtime.block_on(authors).unwrap(), 1);
    assert!(matches!(runtime.block_on(orm.run(|_| Ok(()))), Err(Error::Busy)));
    end.send(()).unwrap();
    runtime.block_on(writer).unwrap().unwrap();
}

/// Both in a transaction and in a flush of its own.
#[test]
fn what_runs_out_of_time_is_rolled_back() {
    let orm = hurried(SHORT);
    let (send, seen) = mpsc::channel();
    runtime().block_on(async {
        let tell = send.clone();
        let (told, was_told) = mpsc::channel();
        let late = orm.run(move |session| {
            session.transaction(|tx| {
                tx.persist(NewAuthor::new("Written"))?;
                tx.flush()?;
                // The caller does not wait for it.
                was_told.recv_timeout(LONG).unwrap();
                tx.persist(NewAuthor::new("Too late"))?;
                tell.send(tx.flush().unwrap_err()).unwrap();
                // Whoever takes no notice does not commit either.
                tx.discard();
                Ok(())
            })
        });
        let late = late.await;
        told.send(()).unwrap();
        assert!(
            matches!(&late, Err(error @ Error::TimedOut { may_stand: false }) if error.is_retryable()),
            "{late:?}"
        );
        assert!(matches!(seen.recv().unwrap(), Error::TimedOut { may_stand: false }));
        assert!(others(&orm).is_empty());

        for in_transaction in [false, true] {
            let late = orm.run(move |session| {
                sleep(SHORT * 2);
                match in_transaction {
                    true => session.transaction(|tx| tx.persist(NewAuthor::new("Too late")).map(drop)),
                    false => persist(session, "Too late"),
                }
            });
            assert!(matches!(late.await, Err(Error::TimedOut { may_stand: false })));
        }
        // What is not a flush: a set-based statement, plain Diesel, a session of its own, a savepoint.
        let tell = send.clone();
        let late = orm.run_blocking(move |orm| {
            orm.session(|session| {
                sleep(SHORT * 2);
                let all = session.delete_all::<Book>(books::table).execute().map(drop);
                tell.send(all.unwrap_err()).unwrap();
                tell.send(session.connection().map(drop).unwrap_err()).unwrap();
                tell.send(session.find::<Book>(1).map(drop).unwrap_err()).unwrap();
                tell.send(session.requires_new(|_| Ok(())).unwrap_err()).unwrap();
                Ok(())
            })?;
            tell.send(orm.with_connection(|_| Ok(())).unwrap_err()).unwrap();
            tell.send(orm.read(|session| session.find::<Book>(1).map(drop)).unwrap_err()).unwrap();
            Ok(())
        });
        assert!(matches!(late.await, Err(Error::TimedOut { may_stand: false })));
        drop(send);
        for error in seen {
            assert!(matches!(error, Error::TimedOut { .. }), "{error:?}");
        }
        assert!(others(&orm).is_empty());
        orm.run(|session| persist(session, "In time")).await.unwrap();
    });
    assert_eq!(others(&orm), ["In time"]);
}

#[test]
fn what_nobody_waits_for_is_rolled_back() {
    let orm = hurried(LONG);
    let (send, seen) = mpsc::channel();
    runtime().block_on(async {
        let left = orm.run(move |session| {
            let done = session.transaction(|tx| {
                tx.persist(NewAuthor::new("Written"))?;
                tx.flush()?;
                sleep(SHORT * 3);
                tx.transaction(|_| Ok(()))
            });
            send.send(done.unwrap_err()).unwrap();
            Ok(())
        });
        assert!(timeout(SHORT, left).await.is_err());
        assert!(matches!(seen.recv_timeout(LONG), Ok(Error::Cancelled { may_stand: false })));
        assert!(others(&orm).is_empty());
        orm.run(|session| persist(session, "Next")).await.unwrap();
    });
    assert_eq!(others(&orm), ["Next"]);
}

/// What waits for a commit hears of none, and whoever subscribed hears of the rollback.
#[test]
fn those_who_wait_for_an_end_hear_of_a_rollback() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let (on_commit, on_rollback, hook) = (Arc::clone(&heard), Arc::clone(&heard), Arc::clone(&heard));
    let orm = library_with(|builder| {
        builder.run_limits(RunLimits::new().timeout(SHORT)).subscribe(|events| {
            events.after_commit(move |_| on_commit.lock().unwrap().push("committed"));
            events.after_rollback(move |_| on_rollback.lock().unwrap().push("rolled back"));
        })
    })
    .unwrap();
    let (end, ended) = mpsc::channel();
    runtime().block_on(async {
        let late = orm.run(move |session| {
            let done = session.transaction(|tx| {
                tx.after_commit(move || hook.lock().unwrap().push("done"));
                tx.persist(NewAuthor::new("Written"))?;
                tx.flush()?;
                sleep(SHORT * 2);
                Ok(())
            });
            end.send(()).unwrap();
            done
        });
        assert!(matches!(late.await, Err(Error::TimedOut { may_stand: false })));
        ended.recv_timeout(LONG).unwrap();
    });
    assert_eq!(*heard.lock().unwrap(), ["rolled back"]);
}

#[test]
fn who_does_not_wait_for_a_place_any_more_leaves_the_queue() {
    let orm = library_with(|builder| builder.pool_size(1)).unwrap();
    runtime().block_on(async {
        let (end, ended) = mpsc::channel::<()>();
        let long = tokio::spawn(orm.run(move |_| ended.recv_timeout(LONG).map_err(|_| Error::NoTransaction)));
        tokio::time::sleep(SHORT).await;
        assert!(timeout(SHORT, orm.run(|session| persist(session, "Never begun"))).await.is_err());
        end.send(()).unwrap();
        long.await.unwrap().unwrap();
        orm.run(|session| persist(session, "Next")).await.unwrap();
    });
    assert_eq!(others(&orm), ["Next"]);
}

/// Takes its time over every COMMIT, and over a DELETE.
struct Slow(Duration);

/// A statement takes about a millisecond, which is as exact as tokio's time.
struct Even;

impl Instrumentation for Even {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if matches!(event, InstrumentationEvent::StartQuery { .. } | InstrumentationEvent::FinishQuery { .. })
        {
            sleep(Duration::from_micros(400));
        }
    }
}

impl Instrumentation for Slow {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            let text = query.to_string();
            if text.starts_with("COMMIT") || text.starts_with("DELETE") {
                sleep(self.0);
            }
        }
    }
}

fn slow_to_commit(settings: impl FnOnce(OrmBuilder<Sqlite>) -> OrmBuilder<Sqlite>) -> Orm<Sqlite> {
    library_with(|builder| settings(builder.pool_size(1).instrument(|| Slow(SHORT * 3)))).unwrap()
}

#[test]
fn a_commit_on_its_way_is_waited_for() {
    let orm = slow_to_commit(|builder| builder.run_limits(RunLimits::new().timeout(SHORT)));
    runtime().block_on(async {
        let done =
            orm.run(|session| session.transaction(|tx| tx.persist(NewAuthor::new("Committed")).map(drop)));
        done.await.unwrap();
        assert_eq!(others(&orm), ["Committed"]);
        // A statement that is its own commit.
        let done = orm.run(|session| {
            let book = session.find::<Book>(1)?.required()?;
            session.remove(book)?;
            session.flush()
        });
        done.await.unwrap();
        assert_eq!(orm.read(|session| session.query::<Book>(books::table).count()).unwrap(), 0);
        // After it, the unit is stopped.
        let more = orm.run(|session| {
            session.transaction(|tx| tx.persist(NewAuthor::new("Stands")).map(drop))?;
            persist(session, "Too late")
        });
        let more = more.await;
        assert!(
            matches!(&more, Err(error @ Error::TimedOut { may_stand: true }) if !error.is_retryable()),
            "{more:?}"
        );
        assert_eq!(others(&orm), ["Committed", "Stands"]);
    });
}

#[test]
fn a_commit_that_takes_longer_still_may_stand() {
    let limits = RunLimits::new().timeout(SHORT).commit_wait(Duration::from_millis(1));
    let orm = slow_to_commit(|builder| builder.run_limits(limits));
    runtime().block_on(async {
        let unknown =
            orm.run(|session| session.transaction(|tx| tx.persist(NewAuthor::new("Committed")).map(drop)));
        let unknown = unknown.await;
        assert!(matches!(unknown, Err(Error::TimedOut { may_stand: true })), "{unknown:?}");
        assert_eq!(others(&orm), ["Committed"]);
        // A transaction that wrote nothing leaves nothing.
        let nothing = orm.run(|session| {
            session.transaction(|tx| tx.find::<Author>(1).map(drop))?;
            sleep(SHORT * 2);
            Ok(())
        });
        let nothing = nothing.await;
        assert!(matches!(nothing, Err(Error::TimedOut { .. })), "{nothing:?}");
        assert_eq!(others(&orm), ["Committed"]);
    });
}

/// What plain Diesel does outside of a transaction cannot be taken back, nor seen.
#[test]
fn plain_diesel_may_stand() {
    let orm = hurried(SHORT);
    runtime().block_on(async {
        let limits = RunLimits::new().timeout(SHORT).commit_wait(Duration::from_millis(1));
        for in_transaction in [false, true] {
            let late = orm.with_run_limits(limits).run(move |session| {
                let delete = |connection: &mut _| diesel::delete(books::table).execute(connection).map(drop);
                if in_transaction {
                    return session.transaction(|tx| {
                        delete(tx.connection()?)?;
                        sleep(SHORT * 2);
                        Ok(())
                    });
                }
                delete(session.connection()?)?;
                sleep(SHORT * 2);
                Ok(())
            });
            let late = late.await;
            let may_stand = !in_transaction;
            assert!(
                matches!(late, Err(Error::TimedOut { may_stand: found }) if found == may_stand),
                "{late:?}"
            );
        }
    });
}

#[test]
fn a_panic_is_the_callers() {
    let orm = hurried(LONG);
    runtime().block_on(async {
        let panicked = tokio::spawn(orm.run(|session| {
            session.transaction(|tx| -> Result<()> {
                tx.persist(NewAuthor::new("Undone"))?;
                tx.flush()?;
                panic!("a panic of the unit")
            })
        }));
        let panic = panicked.await.unwrap_err().into_panic();
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"a panic of the unit"));
        orm.run(|session| persist(session, "Next")).await.unwrap();
    });
    assert_eq!(others(&orm), ["Next"]);
}

#[test]
fn a_unit_that_starts_over_stops_as_well() {
    let orm = hurried(SHORT);
    let (send, attempts) = mpsc::channel();
    runtime().block_on(async {
        let policy =
            Retry::default().attempts(u32::MAX).wait(Duration::from_millis(1), Duration::from_millis(5));
        let done = orm.run_blocking(move |orm| {
            orm.retry(&policy, |session| {
                send.send(()).unwrap();
                session.transaction(|tx| tx.persist(NewAuthor::new("Undone")).map(drop))?;
                Err::<(), _>(Error::NoConnection { reason: "so the test wants it".into() })
            })
        });
        // What stands keeps it from starting over.
        let done = done.await;
        assert!(matches!(done, Err(Error::NoConnection { .. })), "{done:?}");
        assert_eq!(attempts.iter().count(), 1);

        let (send, attempts) = mpsc::channel();
        let done = orm.run_blocking(move |orm| {
            orm.retry(&policy, |session| {
                send.send(()).unwrap();
                session.transaction(|tx| {
                    tx.persist(NewAuthor::new("Undone"))?;
                    tx.flush()?;
                    Err::<(), _>(Error::NoConnection { reason: "so the test wants it".into() })
                })
            })
        });
        assert!(matches!(done.await, Err(Error::TimedOut { may_stand: false })));
        // The sender goes when the unit ends.
        assert!(attempts.iter().count() > 1);
    });
    assert_eq!(others(&orm), ["Undone"]);
}

/// However a time-out and a commit meet, the caller is told the truth.
#[test]
fn whoever_is_told_that_nothing_stands_finds_nothing() {
    let orm = library_with(|builder| builder.pool_size(1).run_at_once(8).instrument(|| Even)).unwrap();
    let (mut in_time, mut late, mut unknown) = (0, 0, 0);
    runtime().block_on(async {
        for round in 0..400_u64 {
            let limits = RunLimits::new()
                .timeout(Duration::from_millis(round % 7))
                .commit_wait(if round % 3 == 0 { Duration::from_micros(1) } else { LONG });
            let name = format!("round {round}");
            let mine = name.clone();
            let done = orm.with_run_limits(limits).run(move |session| match round % 2 {
                0 => persist(session, &mine),
                _ => session.transaction(|tx| {
                    tx.persist(NewAuthor::new(mine))?;
                    tx.flush()
                }),
            });
            let done = done.await;
            let written = authors::table.filter(authors::name.eq(name));
            let stands = orm.read(|session| session.query::<Author>(written).count()).unwrap() == 1;
            match done {
                Ok(()) => {
                    in_time += 1;
                    assert!(stands, "{round}");
                }
                Err(Error::TimedOut { may_stand: false } | Error::Busy) => {
                    late += 1;
                    assert!(!stands, "{round}");
                }
                Err(Error::TimedOut { may_stand: true }) => unknown += 1,
                Err(other) => panic!("{other:?}"),
            }
        }
    });
    println!("{in_time} in time, {late} too late, {unknown} unknown");
    assert!(in_time > 0 && late > 0);
}
