//! Locks on rows, measured by a second connection that has to wait for them.

#[doc(hidden)]
#[macro_export]
macro_rules! lock_waits_behaviours {
    ($backend:ty, $harness:ty) => {
        mod lock_waits {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            use std::sync::mpsc;
            use std::thread;
            use std::time::{Duration, Instant};

            use $crate::moored::Lock;
            use $crate::moored::backend::FailureKind;
            use $crate::second::{beside, connected, kind};

            const FLAVOUR: Flavour = <H as Harness<B>>::FLAVOUR;
            /// Nobody waits that long for anything here.
            const EVER: Duration = Duration::from_secs(20);

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            /// The locks that the database has.
            fn locks() -> Vec<Lock> {
                match FLAVOUR {
                    Flavour::Mysql | Flavour::Mariadb => vec![Lock::SHARE, Lock::UPDATE],
                    _ => vec![Lock::KEY_SHARE, Lock::SHARE, Lock::NO_KEY_UPDATE, Lock::UPDATE],
                }
            }

            /// Whether two transactions can have these locks on one row:
            /// <https://www.postgresql.org/docs/15/explicit-locking.html#LOCKING-ROWS>.
            fn go_together(one: Lock, other: Lock) -> bool {
                let pair = [one, other];
                let both = |allowed: &[Lock]| pair.iter().all(|lock| allowed.contains(lock));
                both(&[Lock::KEY_SHARE, Lock::SHARE])
                    || (both(&[Lock::KEY_SHARE, Lock::NO_KEY_UPDATE]) && pair.contains(&Lock::KEY_SHARE))
            }

            #[test]
            fn each_lock_stands_in_the_way_of_those_that_it_should() {
                let (orm, _) = open();
                samples::notes(&orm, 2);
                for first in locks() {
                    for second in locks() {
                        let begun = Instant::now();
                        let locked = beside(&orm, FLAVOUR, first, |tx| {
                            let free = tx.find_locked::<Note>(2, second.no_wait());
                            assert!(free.is_ok(), "{free:?}");
                            tx.find_locked::<Note>(1, second.no_wait()).map(drop)
                        });
                        let expected = match FLAVOUR.has_one_writer() {
                            true => Some(FailureKind::Busy),
                            false => (!go_together(first, second)).then_some(FailureKind::LockTimeout),
                        };
                        assert_eq!(kind(&locked), expected, "{first:?}, {second:?}: {locked:?}");
                        assert!(locked.err().is_none_or(|error| error.is_retryable()));
                        assert!(begun.elapsed() < EVER, "it waited");
                    }
                }
            }

            #[test]
            fn a_lock_stands_in_the_way_of_writers_and_not_of_readers() {
                let (orm, _) = open();
                samples::notes(&orm, 1);
                for lock in [Lock::SHARE, Lock::UPDATE] {
                    connected(&orm, FLAVOUR, |other| {
                        other.connection()?.batch_execute(FLAVOUR.impatience())?;
                        let note = other.find::<Note>(1)?.required()?;
                        orm.session(|session| {
                            session.transaction(|tx| {
                                tx.find_locked::<Note>(1, lock)?.required()?;
                                // SQLite's databases in memory, unlike files, keep readers out as well.
                                if !FLAVOUR.has_one_writer() {
                                    other.refresh(&note)?;
                                }
                                other.edit(&note)?.stars += 1;
                                let written = other.flush();
                                let refused = match FLAVOUR.has_one_writer() {
                                    true => FailureKind::Busy,
                                    false => FailureKind::LockTimeout,
                                };
                                assert_eq!(kind(&written), Some(refused), "{written:?}");
                                Ok(())
                            })
                        })?;
                        other.flush()
                    })
                    .unwrap();
                }
            }

            #[test]
            fn who_waits_gets_the_row_as_the_other_left_it() {
                let (orm, _) = open();
                samples::notes(&orm, 1);
                let ((ready, is_ready), (asks, asked)) = (mpsc::channel(), mpsc::channel());
                let (locked, is_locked) = mpsc::channel();
                let other = {
                    let orm = orm.clone();
                    thread::spawn(move || {
                        orm.session(|other| {
                            let seen = other.find::<Note>(1)?.required()?;
                            ready.send(()).unwrap();
                            is_locked.recv().unwrap();
                            let begun = Instant::now();
                            asks.send(()).unwrap();
                            other.transaction(|tx| {
                                tx.lock(&seen, Lock::UPDATE)?;
                                let waited = begun.elapsed();
                                assert_eq!(tx[&seen].stars, 1);
                                tx.edit(&seen)?.stars += 1;
                                Ok(waited)
                            })
                        })
                    })
                };
                is_ready.recv().unwrap();
                orm.session(|session| {
                    session.transaction(|tx| {
                        let note = tx.find_locked::<Note>(1, Lock::UPDATE)?.required()?;
                        locked.send(()).unwrap();
                        asked.recv().unwrap();
                        thread::sleep(Duration::from_millis(300));
                        tx.edit(&note)?.stars += 1;
                        Ok(())
                    })
                })
                .unwrap();
                let waited = other.join().unwrap().unwrap();
                assert!(waited >= Duration::from_millis(250), "it did not wait: {waited:?}");
                let stars = orm.read(|session| {
                    let note = session.find::<Note>(1)?.required()?;
                    Ok(session[&note].stars)
                });
                assert_eq!(stars.unwrap(), 2);
            }

            #[test]
            fn locked_rows_can_be_left_out() {
                let (orm, _) = open();
                samples::notes(&orm, 3);
                let found = beside(&orm, FLAVOUR, Lock::UPDATE, |tx| {
                    let ordered = notes::table.order(notes::id);
                    let all = tx.query::<Note>(ordered).lock(Lock::UPDATE).skip_locked().all()?;
                    let first =
                        tx.query::<Note>(ordered).lock(Lock::SHARE).skip_locked().first()?.required()?;
                    let none = tx.select(Note::ID.eq(1)).lock(Lock::UPDATE).skip_locked().first()?;
                    assert!(none.is_none());
                    let refused = tx.query::<Note>(ordered).lock(Lock::UPDATE.no_wait()).first();
                    assert_eq!(kind(&refused), Some(FailureKind::LockTimeout), "{refused:?}");
                    Ok((all.iter().map(|note| tx[note].id).collect::<Vec<_>>(), tx[&first].id))
                });
                match FLAVOUR {
                    Flavour::Sqlite => assert_eq!(kind(&found), Some(FailureKind::Busy), "{found:?}"),
                    // The refusal was swallowed; the transaction cannot commit.
                    Flavour::Postgres => assert!(matches!(found, Err(Error::Doomed { .. })), "{found:?}"),
                    _ => assert_eq!(found.unwrap(), (vec![2, 3], 2)),
                }
            }

            #[test]
            fn workers_that_leave_out_what_others_have_share_the_rows_among_them() {
                let (orm, _) = open();
                samples::notes(&orm, 24);
                let (orm, done) = (&orm, &std::sync::Mutex::new(Vec::new()));
                thread::scope(|scope| {
                    for worker in 1..=3 {
                        scope.spawn(move || {
                            loop {
                                let taken = orm.session(|session| {
                                    session.transaction(|tx| {
                                        let free = Note::STARS.eq(0).order(Note::ID.asc());
                                        let next =
                                            tx.select(free).lock(Lock::UPDATE).skip_locked().first()?;
                                        let Some(note) = next else { return Ok(None) };
                                        assert_eq!(tx[&note].stars, 0);
                                        tx.edit(&note)?.stars = worker;
                                        Ok(Some(tx[&note].id))
                                    })
                                });
                                match taken.unwrap() {
                                    Some(note) => done.lock().unwrap().push(note),
                                    None => break,
                                }
                            }
                        });
                    }
                });
                let mut done = done.lock().unwrap().clone();
                done.sort_unstable();
                assert_eq!(done, (1..=24).collect::<Vec<_>>());
            }

            #[test]
            fn a_lock_of_a_savepoint_that_was_released_is_held_to_the_end() {
                let (orm, _) = open();
                samples::notes(&orm, 1);
                connected(&orm, FLAVOUR, |other| {
                    let mut lock = || {
                        other.transaction(|tx| tx.find_locked::<Note>(1, Lock::UPDATE.no_wait()).map(drop))
                    };
                    orm.session(|session| {
                        session.transaction(|tx| {
                            tx.transaction(|inner| inner.find_locked::<Note>(1, Lock::UPDATE).map(drop))?;
                            assert!(lock().is_err());
                            Ok(())
                        })
                    })?;
                    lock()
                })
                .unwrap();
            }

            #[test]
            fn of_a_join_the_rows_of_the_entity_are_locked_and_no_others() {
                let (orm, log) = open();
                let author = samples::author(&orm, "Arya");
                let book = samples::book(&orm, "Needle", author);
                connected(&orm, FLAVOUR, |other| {
                    orm.session(|session| {
                        session.transaction(|tx| {
                            let joined =
                                books::table.inner_join(authors::table).filter(authors::name.eq("Arya"));
                            log.skip();
                            let locked = tx.query::<Book>(joined).lock(Lock::UPDATE).all();
                            if FLAVOUR == Flavour::Mariadb {
                                assert!(matches!(locked, Err(Error::Unsupported { .. })), "{locked:?}");
                                log.expect::<&str>([]);
                                // A subquery says the same, and what it reads is not locked.
                                let arya =
                                    authors::table.filter(authors::name.eq("Arya")).select(authors::id);
                                let nested = books::table.filter(books::author_id.eq_any(arya));
                                assert_eq!(tx.query::<Book>(nested).lock(Lock::UPDATE).all()?.len(), 1);
                            } else {
                                assert_eq!(locked?.len(), 1);
                            }
                            let author = other.transaction(|waiting| {
                                waiting.find_locked::<Author>(author, Lock::UPDATE.no_wait()).map(drop)
                            });
                            assert_eq!(author.is_ok(), !FLAVOUR.has_one_writer(), "{author:?}");
                            let book = other.transaction(|waiting| {
                                waiting.find_locked::<Book>(book, Lock::UPDATE.no_wait()).map(drop)
                            });
                            let expected = match FLAVOUR.has_one_writer() {
                                true => FailureKind::Busy,
                                false => FailureKind::LockTimeout,
                            };
                            assert_eq!(kind(&book), Some(expected), "{book:?}");
                            Ok(())
                        })
                    })
                })
                .unwrap();
            }
        }
    };
}
