//! Several writers at the same time: no key goes to another's row, no two wait for each other, no update is lost.

#[doc(hidden)]
#[macro_export]
macro_rules! writers_behaviours {
    ($backend:ty, $harness:ty) => {
        mod writers {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            use std::thread;

            #[test]
            fn keys_made_for_several_inserters_reach_the_rows_of_each() {
                let (orm, _) = open();
                thread::scope(|scope| {
                    for writer in 0..4 {
                        let orm = &orm;
                        scope.spawn(move || {
                            for round in 0..10 {
                                orm.session(|session| {
                                    let new = (0..20)
                                        .map(|row| {
                                            session
                                                .persist(NewNote::new(format!("{writer}/{round}/{row}"), row))
                                        })
                                        .collect::<Result<Vec<_>>>()?;
                                    session.flush()?;
                                    for (row, note) in (0..).zip(&session.promote(&new)?) {
                                        session.refresh(note)?;
                                        let Note { text, stars, .. } = &session[note];
                                        assert_eq!((text, *stars), (&format!("{writer}/{round}/{row}"), row));
                                    }
                                    Ok(())
                                })
                                .unwrap();
                            }
                        });
                    }
                });
                let count = orm.read(|session| session.query::<Note>(notes::table).count()).unwrap();
                assert_eq!(count, 4 * 10 * 20);
            }

            #[test]
            fn graphs_of_several_inserters_hang_together() {
                let (orm, _) = open();
                thread::scope(|scope| {
                    for writer in 0..4 {
                        let orm = &orm;
                        scope.spawn(move || {
                            orm.session(|session| {
                                for number in 0..30 {
                                    let author =
                                        session.persist(NewAuthor::new(format!("{writer}/{number}")))?;
                                    for _ in 0..3 {
                                        let _ = session
                                            .persist(NewBook::new(format!("{writer}/{number}"), &author))?;
                                    }
                                }
                                session.flush()
                            })
                            .unwrap();
                        });
                    }
                });
                orm.session(|session| {
                    let books = session.query::<Book>(books::table).all()?;
                    assert_eq!(books.len(), 4 * 30 * 3);
                    for book in &books {
                        let author = session.find::<Author>(session[book].author_id)?.required()?;
                        assert_eq!(session[&author].name, session[book].title);
                    }
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn two_that_edit_the_same_rows_in_opposite_order_do_not_wait_for_each_other() {
                for rows in [2, 60] {
                    let (orm, _) = open();
                    samples::notes(&orm, rows);
                    thread::scope(|scope| {
                        for writer in 0..2 {
                            let orm = &orm;
                            scope.spawn(move || {
                                for round in 0..30 {
                                    orm.session(|session| {
                                        let mut notes =
                                            session.query::<Note>(notes::table.order(notes::id)).all()?;
                                        if writer == 1 {
                                            notes.reverse();
                                        }
                                        session.transaction(|tx| {
                                            for note in &notes {
                                                // Different columns of odd rows: two statements, each over all of its rows.
                                                let odd = tx[note].id % 2 == 1;
                                                let row = tx.edit(note)?;
                                                row.text = format!("{writer}/{round}");
                                                row.stars =
                                                    if odd { 1 + 2 * round + writer } else { row.stars };
                                            }
                                            Ok(())
                                        })
                                    })
                                    .unwrap();
                                }
                            });
                        }
                    });
                }
            }

            #[test]
            fn two_that_remove_the_same_rows_in_opposite_order_do_not_wait_for_each_other() {
                let (orm, _) = open();
                for _ in 0..10 {
                    samples::notes(&orm, 40);
                    thread::scope(|scope| {
                        let removers: Vec<_> = [false, true]
                            .map(|reverse| {
                                let orm = &orm;
                                scope.spawn(move || {
                                    orm.session(|session| {
                                        let mut notes =
                                            session.query::<Note>(notes::table.order(notes::id)).all()?;
                                        if reverse {
                                            notes.reverse();
                                        }
                                        for note in notes {
                                            let _ = session.remove(note)?;
                                        }
                                        session.flush()
                                    })
                                })
                            })
                            .into_iter()
                            .collect();
                        for remover in removers {
                            match remover.join().unwrap() {
                                Ok(()) | Err(Error::Stale(_)) => {}
                                Err(other) => panic!("{other:?}"),
                            }
                        }
                    });
                    let count = orm.read(|session| session.query::<Note>(notes::table).count()).unwrap();
                    assert_eq!(count, 0);
                }
            }

            #[test]
            fn no_update_of_a_versioned_row_is_lost() {
                const EACH: i64 = 20;
                let (orm, _) = open();
                samples::execute(&orm, "INSERT INTO accounts (id, balance, version) VALUES (1, 0, 1)");
                let (orm, attempts) = (&orm, &std::sync::atomic::AtomicI64::new(0));
                thread::scope(|scope| {
                    for _ in 0..3 {
                        scope.spawn(move || {
                            let mut done = 0;
                            while done < EACH {
                                let paid = orm.session(|session| {
                                    let account = session.find::<Account>(1)?.required()?;
                                    session.edit(&account)?.balance += 1;
                                    attempts.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                                    session.transaction(|_| Ok(()))?;
                                    session.flush()
                                });
                                match paid {
                                    Ok(()) => done += 1,
                                    Err(Error::Stale(_)) => {}
                                    Err(other) => panic!("{other:?}"),
                                }
                            }
                        });
                    }
                });
                orm.session(|session| {
                    let account = session.find::<Account>(1)?.required()?;
                    let version = i32::try_from(3 * EACH).unwrap() + 1;
                    assert_eq!((session[&account].balance, session[&account].version), (3 * EACH, version));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn no_expression_is_lost() {
                let (orm, _) = open();
                samples::notes(&orm, 1);
                thread::scope(|scope| {
                    for _ in 0..3 {
                        let orm = &orm;
                        scope.spawn(move || {
                            for _ in 0..20 {
                                orm.session(|session| {
                                    let note = session.find::<Note>(1)?.required()?;
                                    let before = session[&note].stars;
                                    session.compute(&note, notes::stars, notes::stars + 1)?;
                                    session.flush()?;
                                    assert!(session[&note].stars > before);
                                    Ok(())
                                })
                                .unwrap();
                            }
                        });
                    }
                });
                orm.session(|session| {
                    let note = session.find::<Note>(1)?.required()?;
                    assert_eq!(session[&note].stars, 60);
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
