//! Connections that a server ends: in the pool, in a session, in a transaction, before its COMMIT.

#[doc(hidden)]
#[macro_export]
macro_rules! connections_behaviours {
    ($backend:ty, $harness:ty) => {
        mod connections {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            use std::time::{Duration, Instant};

            use $crate::diesel::sql_query;
            use $crate::moored::Backend;
            use $crate::moored::backend::FailureKind;

            type Connection = <B as Backend>::Connection;

            fn kind<T>(result: &Result<T>) -> Option<FailureKind> {
                result.as_ref().err()?.failure().map(|failure| failure.kind)
            }

            fn number(connection: &mut Connection, sql: &str) -> i64 {
                <B as Backend>::count(connection, &sql_query(sql)).unwrap()
            }

            /// Ends a connection from another one of the same pool. Without a server nothing can: `false`.
            fn end(orm: &Orm<B>, connection: &mut Connection) -> bool {
                let Some(server) = <H as Harness<B>>::FLAVOUR.server() else { return false };
                let id = number(connection, server.connection);
                samples::execute(orm, &format!("{}({id})", server.end));
                // Nothing is sent over the connection to see it: that is for the library to meet.
                let asked = Instant::now();
                let alive = format!("{} {id}", server.alive);
                while orm.with_connection(|other| Ok(number(other, &alive))).unwrap() > 0 {
                    assert!(asked.elapsed() < Duration::from_secs(10), "the connection does not end");
                    std::thread::sleep(Duration::from_millis(1));
                }
                true
            }

            fn stars(orm: &Orm<B>, key: Key<Note>) -> i32 {
                orm.session(|session| {
                    let note = session.find::<Note>(key)?.required()?;
                    Ok(session[&note].stars)
                })
                .unwrap()
            }

            #[test]
            fn one_that_ended_in_the_pool_is_replaced_unseen() {
                let (orm, _) = <H as Harness<B>>::open_with(|settings| {
                    settings.pool_size(2).test_after_idle(Duration::ZERO)
                });
                for round in 0..3_u64 {
                    orm.with_connection(|connection| {
                        end(&orm, connection);
                        Ok(())
                    })
                    .unwrap();
                    // On as many connections as the pool has.
                    orm.session(|first| {
                        assert_eq!(first.query::<Note>(notes::table).count()?, 2 * round);
                        orm.session(|second| {
                            let _ = second.persist(NewNote::new("second", 0))?;
                            second.flush()
                        })?;
                        let _ = first.persist(NewNote::new("first", 0))?;
                        first.flush()
                    })
                    .unwrap();
                }
            }

            #[test]
            fn one_that_ended_in_a_session_is_an_error_once_and_the_session_goes_on() {
                let (orm, _) = open();
                let key = samples::note(&orm, "x");
                orm.session(|session| {
                    let note = session.find::<Note>(key)?.required()?;
                    session.edit(&note)?.stars = 1;
                    if end(&orm, session.connection()?) {
                        session.edit(&note)?.stars = 2;
                        // A single statement is its own commit: nobody knows whether the server still saw it.
                        let lost = session.flush();
                        assert!(matches!(&lost, Err(Error::CommitUnknown { .. })), "{lost:?}");
                        assert!(!lost.unwrap_err().is_retryable());
                        assert_eq!(session[&note].stars, 2);
                    }
                    session.edit(&note)?.stars = 3;
                    session.flush()?;
                    session.refresh(&note)?;
                    assert_eq!(session[&note].stars, 3);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn one_that_ended_in_a_transaction_undoes_it_and_memory() {
                let (orm, _) = open();
                let key = samples::note(&orm, "x");
                orm.session(|session| {
                    let note = session.find::<Note>(key)?.required()?;
                    let mut ended = false;
                    let lost = session.transaction(|tx| {
                        tx.edit(&note)?.stars = 1;
                        let new = tx.persist(NewNote::new("lost", 0))?;
                        tx.flush()?;
                        let _ = tx.promote(&new)?;
                        ended = end(&orm, tx.connection()?);
                        tx.edit(&note)?.stars = 2;
                        Ok(())
                    });
                    if !ended {
                        return Ok(());
                    }
                    assert_eq!(kind(&lost), Some(FailureKind::LostConnection), "{lost:?}");
                    assert!(lost.unwrap_err().is_retryable());
                    assert_eq!(session[&note].stars, 0);
                    assert_eq!((stars(&orm, key), session.query::<Note>(notes::table).count()?), (0, 1));
                    session.transaction(|tx| {
                        tx.edit(&note)?.stars = 3;
                        Ok(())
                    })?;
                    assert_eq!((session[&note].stars, stars(&orm, key)), (3, 3));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn one_that_ended_in_a_savepoint_dooms_all_around_it() {
                let (orm, _) = open();
                let key = samples::note(&orm, "x");
                orm.session(|session| {
                    let note = session.find::<Note>(key)?.required()?;
                    let mut ended = false;
                    let lost = session.transaction(|tx| {
                        tx.edit(&note)?.stars = 1;
                        tx.flush()?;
                        let inner = tx.transaction(|inner| {
                            ended = end(&orm, inner.connection()?);
                            inner.edit(&note)?.stars = 2;
                            inner.flush()
                        });
                        assert_eq!(inner.is_err(), ended);
                        if ended {
                            // Nothing pretends to be in the transaction that is no more.
                            assert!(tx.query::<Note>(notes::table).count().is_err());
                        }
                        Ok(())
                    });
                    assert_eq!(lost.is_err(), ended, "{lost:?}");
                    let expected = if ended { 0 } else { 2 };
                    assert_eq!((session[&note].stars, stars(&orm, key)), (expected, expected));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn one_that_ended_before_its_commit_leaves_the_outcome_unknown() {
                let (orm, _) = open();
                let key = samples::note(&orm, "x");
                orm.session(|session| {
                    let note = session.find::<Note>(key)?.required()?;
                    let mut ended = false;
                    let outcome = session.transaction(|tx| {
                        tx.edit(&note)?.stars = 1;
                        tx.flush()?;
                        ended = end(&orm, tx.connection()?);
                        Ok(())
                    });
                    if ended {
                        assert!(matches!(outcome, Err(Error::CommitUnknown { .. })), "{outcome:?}");
                        assert_eq!(stars(&orm, key), 0);
                        session.refresh(&note)?;
                        assert_eq!(session[&note].stars, 0);
                    } else {
                        outcome?;
                    }
                    session.edit(&note)?.stars = 3;
                    session.flush()?;
                    assert_eq!(stars(&orm, key), 3);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn one_keeps_a_bounded_number_of_prepared_statements() {
                const MOST: usize = 20;
                let (orm, _) =
                    <H as Harness<B>>::open_with(|settings| settings.statement_cache(MOST).pool_size(1));
                let author = samples::author(&orm, "Arya");
                let key = samples::book(&orm, "Needle", author);
                orm.session(|session| {
                    let book = session.find::<Book>(key)?.required()?;
                    // Every set of six columns.
                    for set in 1..64 {
                        let row = session.edit(&book)?;
                        if set & 1 > 0 {
                            row.title = format!("{set}")
                        }
                        if set & 2 > 0 {
                            row.isbn = Some(format!("{set}"))
                        }
                        if set & 4 > 0 {
                            row.shelf = Some(set)
                        }
                        if set & 8 > 0 {
                            row.position = Some(set)
                        }
                        if set & 16 > 0 {
                            row.pages = set
                        }
                        if set & 32 > 0 {
                            row.views = set.into()
                        }
                        session.flush()?;
                        if let Some(server) = <H as Harness<B>>::FLAVOUR.server() {
                            let prepared = number(session.connection()?, server.prepared);
                            assert!(
                                prepared <= i64::try_from(MOST).unwrap() + 5,
                                "{prepared} after {set} shapes"
                            );
                        }
                    }
                    session.refresh(&book)?;
                    let row = &session[&book];
                    assert_eq!(
                        (row.title.as_str(), row.isbn.as_deref(), row.shelf),
                        ("63", Some("63"), Some(63))
                    );
                    assert_eq!((row.position, row.pages, row.views), (Some(63), 63, 63));
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
