//! Units of work that start over: when, how often, and never when something would be done twice.

#[doc(hidden)]
#[macro_export]
macro_rules! retries_behaviours {
    ($backend:ty, $harness:ty) => {
        mod retries {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
            use std::sync::{Arc, Mutex};
            use std::thread;
            use std::time::Duration;

            use $crate::moored::Retry;

            fn policy() -> Retry {
                Retry::default().attempts(3).wait(Duration::from_millis(1), Duration::from_millis(5))
            }

            fn raise(session: &mut Session<'_, B>, orm: &Orm<B>, in_the_way: bool) -> Result<i64> {
                let account = session.find::<Account>(1)?.required()?;
                session.edit(&account)?.balance += 1;
                if in_the_way {
                    samples::execute(orm, "UPDATE accounts SET version = version + 1");
                }
                session.flush()?;
                Ok(session[&account].balance)
            }

            fn opened() -> Orm<B> {
                let (orm, _) = open();
                samples::execute(&orm, "INSERT INTO accounts (id, balance, version) VALUES (1, 10, 1)");
                orm
            }

            fn balance(orm: &Orm<B>) -> i64 {
                orm.read(|session| {
                    let account = session.find::<Account>(1)?.required()?;
                    Ok(session[&account].balance)
                })
                .unwrap()
            }

            #[test]
            fn a_stale_unit_starts_over_in_a_fresh_session() {
                let orm = opened();
                let mut attempts = 0;
                let raised = orm.retry(&policy(), |session| {
                    attempts += 1;
                    assert!(!session.has_changes(), "something of the attempt before");
                    raise(session, &orm, attempts < 3)
                });
                assert_eq!((raised.unwrap(), attempts, balance(&orm)), (11, 3, 11));
            }

            #[test]
            fn the_last_error_is_returned_after_as_many_attempts_as_allowed() {
                let orm = opened();
                let mut attempts = 0;
                let raised = orm.retry(&policy(), |session| {
                    attempts += 1;
                    raise(session, &orm, true)
                });
                assert!(matches!(raised, Err(Error::Stale(_))), "{raised:?}");
                assert_eq!((attempts, balance(&orm)), (3, 10));
            }

            #[test]
            fn what_another_attempt_cannot_change_is_not_tried_again() {
                let orm = opened();
                let mut attempts = 0;
                let missing = orm.retry(&policy(), |session| {
                    attempts += 1;
                    session.find::<Account>(99)?.required().map(drop)
                });
                assert!(matches!(missing, Err(Error::NotFound { .. })), "{missing:?}");
                let forgotten = orm.retry(&policy(), |session| {
                    attempts += 1;
                    session.persist(NewNote::new("x", 0)).map(drop)
                });
                assert!(matches!(forgotten, Err(Error::Unflushed(_))), "{forgotten:?}");
                assert_eq!(attempts, 2);
            }

            /// One flush of the unit is committed when the next one fails.
            #[test]
            fn what_stands_already_is_never_done_twice() {
                let orm = opened();
                let mut attempts = 0;
                let mut run = |first: fn(&mut Session<'_, B>) -> Result<()>| {
                    let raised = orm.retry(&policy(), |session| {
                        attempts += 1;
                        first(session)?;
                        raise(session, &orm, true)
                    });
                    assert!(matches!(raised, Err(Error::Stale(_))), "{raised:?}");
                    std::mem::take(&mut attempts)
                };
                let flushed = run(|session| {
                    session.persist(NewNote::new("once", 0))?;
                    session.flush()
                });
                let committed =
                    run(|session| session.transaction(|tx| tx.persist(NewNote::new("twice", 0)).map(drop)));
                let plain = run(|session| {
                    session
                        .connection()?
                        .batch_execute("INSERT INTO notes (id, text, stars) VALUES (99, 'x', 0)")?;
                    Ok(())
                });
                let apart =
                    run(|session| session.requires_new(|tx| tx.persist(NewNote::new("apart", 0)).map(drop)));
                assert_eq!((flushed, committed, plain, apart), (1, 1, 1, 1));
                // What was undone, or only read, does not stand.
                let undone = run(|session| {
                    let undone: Result<()> = session.transaction(|tx| {
                        tx.persist(NewNote::new("never", 0))?;
                        tx.flush()?;
                        Err(Error::NotFound { entity: "Reason" })
                    });
                    assert!(undone.is_err());
                    session.transaction(|tx| tx.query::<Note>(notes::table).count().map(drop))
                });
                assert_eq!(undone, 3);
                let written = orm.read(|session| session.query::<Note>(notes::table).count());
                assert_eq!((written.unwrap(), balance(&orm)), (4, 10));
            }

            /// Neither the unit nor a statement of its own is run.
            #[track_caller]
            fn assert_refused(orm: &Orm<B>) {
                let orm = orm.clone();
                let retried = orm.retry(&policy(), |_| -> Result<()> { panic!("the unit was run") });
                assert!(matches!(retried, Err(Error::RetryInTransaction)), "{retried:?}");
                let verified = orm.retry_verified(
                    &policy(),
                    |_| -> Result<()> { panic!("the unit was run") },
                    |_| panic!("it was verified"),
                );
                assert!(matches!(verified, Err(Error::RetryInTransaction)), "{verified:?}");
            }

            #[track_caller]
            fn assert_retried(orm: &Orm<B>) {
                let found = orm.retry(&policy(), |session| session.find::<Account>(1)?.required().map(drop));
                assert!(found.is_ok(), "{found:?}");
            }

            /// In a pool of one it would wait for the connection of the transaction around it.
            #[test]
            fn a_unit_inside_a_transaction_of_its_thread_is_refused_before_anything_is_run() {
                let (orm, log) = <H as Harness<B>>::open_with(|settings| settings.pool_size(1));
                samples::execute(&orm, "INSERT INTO accounts (id, balance, version) VALUES (1, 10, 1)");
                orm.session(|session| {
                    session.transaction(|tx| {
                        log.skip();
                        assert_refused(&orm);
                        tx.transaction(|savepoint| savepoint.scope(|_| Ok(assert_refused(&orm))))?;
                        // A savepoint that ended leaves the transaction open.
                        assert_refused(&orm);
                        let undone: Result<()> = tx.transaction(|_| samples::give_up());
                        assert!(undone.is_err());
                        assert_refused(&orm);
                        log.expect(["SP", "RELEASE", "SP", "RB SP"]);
                        // It is a refusal, not a failure: the transaction goes on.
                        let account = tx.find::<Account>(1)?.required()?;
                        tx.edit(&account)?.balance += 1;
                        Ok(())
                    })
                })
                .unwrap();
                assert_eq!(balance(&orm), 11);
                assert_retried(&orm);
            }

            #[test]
            fn a_unit_after_a_transaction_that_ended_in_whatever_way_is_run() {
                let orm = opened();
                orm.session(|session| {
                    session.transaction(|tx| {
                        tx.find::<Account>(1)?.required().map(drop)?;
                        tx.after_commit({
                            let orm = orm.clone();
                            move || assert_retried(&orm)
                        });
                        Ok(())
                    })?;
                    assert_retried(&orm);
                    session.transaction(|tx| {
                        tx.commit()?;
                        Ok(assert_retried(&orm))
                    })?;
                    let undone: Result<()> = session.transaction(|_| samples::give_up());
                    assert!(undone.is_err());
                    assert_retried(&orm);
                    let panicked = catch_unwind(AssertUnwindSafe(|| {
                        session.transaction::<()>(|_| panic_any("past the transaction"))
                    }));
                    assert!(panicked.is_err());
                    assert_retried(&orm);
                    session.requires_new(|_| Ok(assert_refused(&orm)))?;
                    assert_retried(&orm);
                    session.persist(NewNote::new("a flush of its own", 0))?;
                    session.persist(NewTag::new("two statements", "#000"))?;
                    session.flush()?;
                    assert_retried(&orm);
                    Ok(())
                })
                .unwrap();
                assert_retried(&orm);
            }

            /// The units send nothing: where there is one writer, the open transaction would keep them from it.
            #[test]
            fn transactions_of_other_threads_and_of_other_databases_are_none_of_its_business() {
                let (orm, other) = (opened(), opened());
                orm.session(|session| {
                    session.transaction(|_| {
                        let run = || orm.retry(&policy(), |_| Ok(()));
                        thread::scope(|scope| scope.spawn(run).join().unwrap())?;
                        assert_retried(&other);
                        other.session(|session| session.transaction(|_| Ok(assert_refused(&other))))?;
                        assert_refused(&orm);
                        Ok(())
                    })
                })
                .unwrap();
            }

            #[test]
            fn a_subscriber_in_a_transaction_cannot_retry_either() {
                let seen = Arc::new(Mutex::new(None::<Orm<B>>));
                let within = Arc::clone(&seen);
                let (orm, _) = <H as Harness<B>>::open_with(|settings| {
                    settings.subscribe(move |events| {
                        events.after_flush(move |_| {
                            let orm = within.lock().unwrap().clone();
                            assert_refused(&orm.unwrap());
                            Ok(())
                        });
                    })
                });
                *seen.lock().unwrap() = Some(orm.clone());
                orm.session(|session| {
                    session.persist(NewNote::new("announced", 0))?;
                    session.flush()
                })
                .unwrap();
                seen.lock().unwrap().take();
            }

            #[test]
            fn several_writers_of_one_row_all_come_through() {
                let orm = opened();
                thread::scope(|scope| {
                    for _ in 0..3 {
                        scope.spawn(|| {
                            for _ in 0..10 {
                                orm.retry(&policy().attempts(1_000), |session| raise(session, &orm, false))
                                    .unwrap();
                            }
                        });
                    }
                });
                assert_eq!(balance(&orm), 40);
            }
        }
    };
}
