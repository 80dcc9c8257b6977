//! What a database does to end a conflict: deadlocks, locks that are not granted, transactions that do not serialize.

#[doc(hidden)]
#[macro_export]
macro_rules! conflicts_behaviours {
    ($backend:ty, $harness:ty) => {
        mod conflicts {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            use std::sync::Barrier;
            use std::thread;

            use $crate::moored::backend::FailureKind;

            const FLAVOUR: Flavour = <H as Harness<B>>::FLAVOUR;

            fn kind<T>(result: &Result<T>) -> Option<FailureKind> {
                result.as_ref().err()?.failure().map(|failure| failure.kind)
            }

            fn stars(orm: &Orm<B>) -> Vec<i32> {
                orm.session(|session| {
                    let notes = session.query::<Note>(notes::table.order(notes::id)).all()?;
                    Ok(notes.iter().map(|note| session[note].stars).collect())
                })
                .unwrap()
            }

            /// Two transactions that each write a row and then, in `second`, that of the other: what came of them.
            fn crossed(
                orm: &Orm<B>,
                second: impl for<'t> Fn(&mut Transaction<'t, '_, B>, i32) -> Result<()> + Sync,
            ) -> Vec<Result<()>> {
                samples::notes(orm, 2);
                let (both_wrote, second) = (&Barrier::new(2), &second);
                thread::scope(|scope| {
                    let threads = [1, 2].map(|own| {
                        scope.spawn(move || {
                            orm.session(|session| {
                                session.transaction(|tx| {
                                    let note = tx.find::<Note>(own)?.required()?;
                                    tx.edit(&note)?.stars = 10 * own;
                                    tx.flush()?;
                                    // With one writer the other does not get as far until this one is done.
                                    if !FLAVOUR.has_one_writer() {
                                        both_wrote.wait();
                                    }
                                    second(tx, own)
                                })
                            })
                        })
                    });
                    threads.map(|thread| thread.join().unwrap()).into()
                })
            }

            fn write_the_other(tx: &mut Transaction<'_, '_, B>, own: i32) -> Result<()> {
                let note = tx.find::<Note>(3 - own)?.required()?;
                tx.edit(&note)?.stars = 10 * own + 1;
                tx.flush()
            }

            #[test]
            fn a_deadlock_is_ended_at_the_expense_of_one_that_may_retry() {
                let (orm, _) = open();
                let mut outcomes = crossed(&orm, |tx, own| write_the_other(tx, own));
                if FLAVOUR.has_one_writer() {
                    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
                    return;
                }
                let winner = 1 + i32::from(outcomes[0].is_err());
                let at = outcomes.iter().position(Result::is_err).unwrap();
                let lost = outcomes.remove(at);
                assert_eq!(kind(&lost), Some(FailureKind::Deadlock), "{lost:?}");
                assert!(lost.unwrap_err().is_retryable());
                assert!(outcomes[0].is_ok(), "{outcomes:?}");
                let mut expected = vec![10 * winner + 1; 2];
                expected[usize::try_from(winner).unwrap() - 1] = 10 * winner;
                assert_eq!(stars(&orm), expected);
            }

            #[test]
            fn a_deadlock_in_a_savepoint_dooms_the_transaction_around_it() {
                let (orm, _) = open();
                let outcomes = crossed(&orm, |tx, own| {
                    let inner = tx.transaction(|inner| {
                        let note = inner.find::<Note>(3 - own)?.required()?;
                        inner.edit(&note)?.stars = 10 * own + 1;
                        Ok(())
                    });
                    if inner.is_err() {
                        assert_eq!(kind(&inner), Some(FailureKind::Deadlock), "{inner:?}");
                        // Swallowed, and the transaction acts as if all were well.
                        let _ = tx.persist(NewTag::new("pretender", "x"))?;
                        let _ = tx.flush();
                    }
                    Ok(())
                });
                let written = stars(&orm);
                if FLAVOUR.has_one_writer() {
                    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
                    return;
                }
                assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
                let winner = 1 + i32::from(outcomes[0].is_err());
                assert!(written.iter().all(|stars| stars / 10 == winner), "{written:?}: {outcomes:?}");
                assert_eq!(orm.read(|session| session.query::<Tag>(tags::table).count()).unwrap(), 0);
            }

            #[test]
            fn a_lock_that_is_not_granted_in_time_may_be_asked_for_again() {
                let (orm, _) = open();
                samples::notes(&orm, 2);
                orm.session(|other| {
                    other.connection()?.batch_execute(FLAVOUR.impatience())?;
                    let note = other.find::<Note>(1)?.required()?;
                    orm.session(|session| {
                        session.transaction(|tx| {
                            let same = tx.find::<Note>(1)?.required()?;
                            tx.edit(&same)?.stars = 1;
                            tx.flush()?;
                            other.edit(&note)?.stars = 2;
                            for _ in 0..2 {
                                let refused = other.flush();
                                let expected = if FLAVOUR.has_one_writer() {
                                    FailureKind::Busy
                                } else {
                                    FailureKind::LockTimeout
                                };
                                assert_eq!(kind(&refused), Some(expected), "{refused:?}");
                                assert!(refused.unwrap_err().is_retryable());
                                assert_eq!(other[&note].stars, 2);
                            }
                            Ok(())
                        })
                    })?;
                    other.flush()
                })
                .unwrap();
                assert_eq!(stars(&orm), [2, 0]);
            }

            #[test]
            fn a_transaction_goes_on_after_a_lock_that_was_not_granted() {
                let (orm, _) = open();
                samples::notes(&orm, 2);
                orm.session(|other| {
                    other.connection()?.batch_execute(FLAVOUR.impatience())?;
                    orm.session(|session| {
                        session.transaction(|tx| {
                            let same = tx.find::<Note>(1)?.required()?;
                            tx.edit(&same)?.stars = 1;
                            tx.flush()?;
                            let begun = other.transaction(|waiting| {
                                let free = waiting.find::<Note>(2)?.required()?;
                                waiting.edit(&free)?.stars = 2;
                                waiting.flush()?;
                                let locked = waiting.find::<Note>(1)?.required()?;
                                waiting.edit(&locked)?.stars = 3;
                                let refused = waiting.flush();
                                assert_eq!(kind(&refused), Some(FailureKind::LockTimeout), "{refused:?}");
                                waiting.discard();
                                let _ = waiting.persist(NewTag::new("after", "x"))?;
                                Ok(())
                            });
                            if FLAVOUR.has_one_writer() {
                                assert_eq!(kind(&begun), Some(FailureKind::Busy), "{begun:?}");
                                return Ok(());
                            }
                            begun
                        })
                    })
                })
                .unwrap();
                let (free, tags) = if FLAVOUR.has_one_writer() { (0, 0) } else { (2, 1) };
                assert_eq!(stars(&orm), [1, free]);
                assert_eq!(orm.read(|session| session.query::<Tag>(tags::table).count()).unwrap(), tags);
            }

            #[test]
            fn a_transaction_that_does_not_serialize_may_retry() {
                let (orm, _) = open();
                samples::notes(&orm, 1);
                let refuses = FLAVOUR.serializes();
                let (before, within) = refuses.unwrap_or(("SELECT 1", "SELECT 1"));
                orm.session(|session| {
                    session.connection()?.batch_execute(before)?;
                    let note = session.find::<Note>(1)?.required()?;
                    let mut attempt = |interfere: bool| {
                        session.transaction(|tx| {
                            tx.connection()?.batch_execute(within)?;
                            tx.refresh(&note)?;
                            if interfere && !FLAVOUR.has_one_writer() {
                                samples::execute(&orm, "UPDATE notes SET stars = stars + 1");
                            }
                            tx.edit(&note)?.stars += 10;
                            tx.flush()
                        })
                    };
                    let first = attempt(true);
                    if refuses.is_some() {
                        assert_eq!(kind(&first), Some(FailureKind::Serialization), "{first:?}");
                        assert!(first.unwrap_err().is_retryable());
                    } else {
                        first?;
                    }
                    attempt(false)
                })
                .unwrap();
                // What the other wrote is there, or was written over: this row has no version.
                assert_eq!(stars(&orm), [if refuses.is_some() { 11 } else { 20 }]);
            }

            #[test]
            fn a_row_that_changed_since_it_was_read_is_stale_inside_a_transaction_too() {
                let (orm, _) = open();
                let keys: Vec<_> =
                    (0..3).map(|number| samples::author(&orm, &format!("a{number}"))).collect();
                orm.session(|session| {
                    let outcome = session.transaction(|tx| {
                        let authors = tx.find_many::<Author, _>(keys.iter().copied())?.required()?;
                        if !FLAVOUR.has_one_writer() {
                            samples::execute(
                                &orm,
                                &format!(
                                    "UPDATE authors SET name = 'theirs', version = 2 WHERE id = {}",
                                    keys[1]
                                ),
                            );
                        }
                        for author in &authors {
                            tx.edit(author)?.name = "mine".into();
                        }
                        Ok(())
                    });
                    if FLAVOUR.has_one_writer() {
                        return outcome;
                    }
                    match outcome {
                        Err(Error::Stale(row)) => assert_eq!(&*row.key, format!("{:?}", keys[1].value())),
                        other => panic!("an update was lost: {other:?}"),
                    }
                    let authors = session.query::<Author>(authors::table.order(authors::id)).all()?;
                    let names: Vec<_> = authors.iter().map(|author| session[author].name.as_str()).collect();
                    assert_eq!(names, ["a0", "theirs", "a2"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_failure_that_the_caller_swallowed_never_ends_in_half_a_commit() {
                let (orm, _) = open();
                orm.session(|session| {
                    let ended = session.transaction(|tx| {
                        let _ = tx.persist(NewNote::new("before", 0))?;
                        tx.flush()?;
                        assert!(tx.connection()?.batch_execute("SELECT nonsense FROM nowhere").is_err());
                        let _ = tx.persist(NewNote::new("after", 0))?;
                        Ok(())
                    });
                    let aborts = orm.dialect().failure_aborts_transaction;
                    assert_eq!(ended.is_err(), aborts, "{ended:?}");
                    let expected = if aborts { 0 } else { 2 };
                    assert_eq!(session.query::<Note>(notes::table).count()?, expected);
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
