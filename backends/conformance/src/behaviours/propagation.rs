//! What becomes of a transaction inside another one.

#[doc(hidden)]
#[macro_export]
macro_rules! propagation_behaviours {
    ($backend:ty, $harness:ty) => {
        mod propagation {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            use $crate::moored::{Propagation, TransactionOptions};

            const FLAVOUR: Flavour = <H as Harness<B>>::FLAVOUR;

            const fn of(propagation: Propagation) -> TransactionOptions {
                TransactionOptions::new().propagation(propagation)
            }

            fn texts(orm: &Orm<B>) -> Vec<String> {
                orm.read(|session| {
                    let notes = session.query::<Note>(notes::table.order(notes::text)).all()?;
                    Ok(notes.iter().map(|note| session[note].text.clone()).collect())
                })
                .unwrap()
            }

            #[test]
            fn a_part_writes_what_is_pending_in_it_and_is_committed_with_the_whole() {
                for propagation in [Propagation::Required, Propagation::Mandatory] {
                    let (orm, log) = open();
                    samples::notes(&orm, 2);
                    orm.session(|session| {
                        let first = session.find::<Note>(1)?.required()?;
                        let second = session.find::<Note>(2)?.required()?;
                        log.skip();
                        session.transaction(|tx| {
                            tx.edit(&first)?.stars = 1;
                            tx.transaction_with(of(propagation), |part| {
                                part.edit(&second)?.stars = 2;
                                Ok(())
                            })?;
                            assert_eq!(tx[&second].stars, 2);
                            assert_eq!(tx.plan()?.to_string(), "1. UPDATE Note (stars) × 1: 1\n");
                            Ok(())
                        })?;
                        let mut expected = vec!["B".to_owned()];
                        expected.extend(samples::flush_inside(&orm, "UPDATE notes (stars)"));
                        expected.extend(["UPDATE notes (stars)", "C"].map(String::from));
                        log.expect(expected);
                        assert_eq!((session[&first].stars, session[&second].stars), (1, 2));
                        Ok(())
                    })
                    .unwrap();
                }
            }

            #[test]
            fn when_a_part_fails_the_whole_cannot_commit_whatever_becomes_of_the_error() {
                let (orm, _) = open();
                samples::notes(&orm, 1);
                orm.session(|session| {
                    let note = session.find::<Note>(1)?.required()?;
                    let ended = session.transaction(|tx| {
                        tx.edit(&note)?.stars = 1;
                        let part: Result<()> = tx.transaction_with(of(Propagation::Required), |part| {
                            part.edit(&note)?.text = "part".into();
                            part.flush()?;
                            let _ = part.persist(NewTag::new("never", "#000"))?;
                            Err(Error::NotFound { entity: "Reason" })
                        });
                        assert!(matches!(part, Err(Error::NotFound { .. })));
                        assert!(tx.is_rollback_only());
                        // As the database has it until the end.
                        assert_eq!(tx[&note].text, "part");
                        Ok(())
                    });
                    assert!(matches!(ended, Err(Error::RollbackOnly)), "{ended:?}");
                    assert_eq!((session[&note].stars, session[&note].text.as_str()), (0, "note"));
                    assert!(!session.has_changes());
                    Ok(())
                })
                .unwrap();
                assert_eq!(texts(&orm), ["note"]);
            }

            #[test]
            fn a_part_that_cannot_write_or_panics_takes_the_whole_with_it() {
                let (orm, _) = open();
                samples::notes(&orm, 1);
                samples::author_with_email(&orm, "Arya", Some("taken"));
                for panics in [false, true] {
                    orm.session(|session| {
                        let note = session.find::<Note>(1)?.required()?;
                        let ended = session.transaction(|tx| {
                            tx.edit(&note)?.stars = 1;
                            tx.flush()?;
                            let part = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                                tx.transaction_with(of(Propagation::Required), |part| {
                                    assert!(!panics, "on purpose");
                                    part.persist(NewAuthor::new("Bran").email("taken")).map(drop)
                                })
                            }));
                            assert!(part.is_err() || part.is_ok_and(|part| part.is_err()));
                            Ok(())
                        });
                        assert!(matches!(ended, Err(Error::RollbackOnly)), "{ended:?}");
                        assert_eq!(session[&note].stars, 0);
                        assert!(!session.has_changes());
                        Ok(())
                    })
                    .unwrap();
                }
            }

            #[test]
            fn a_part_does_not_decide_for_the_whole() {
                let (orm, _) = open();
                orm.session(|session| {
                    let ended = session.transaction(|tx| {
                        tx.transaction_with(of(Propagation::Required), |part| {
                            assert!(matches!(part.commit(), Err(Error::TransactionOpen)));
                            part.rollback();
                            Ok(())
                        })?;
                        tx.persist(NewNote::new("never", 0)).map(drop)
                    });
                    assert!(matches!(ended, Err(Error::RollbackOnly)), "{ended:?}");
                    Ok(())
                })
                .unwrap();
                assert!(texts(&orm).is_empty());
            }

            #[test]
            fn where_none_is_open_required_begins_one_and_mandatory_is_an_error() {
                let (orm, log) = open();
                orm.session(|session| {
                    log.skip();
                    let none = session.transaction_with(of(Propagation::Mandatory), |_| Ok(()));
                    assert!(matches!(none, Err(Error::NoTransaction)), "{none:?}");
                    session.scope(|inner| {
                        let none = inner.transaction_with(of(Propagation::Mandatory), |_| Ok(()));
                        assert!(matches!(none, Err(Error::NoTransaction)), "{none:?}");
                        Ok(())
                    })?;
                    log.expect::<&str>([]);
                    for propagation in [Propagation::Required, Propagation::Never, Propagation::Nested] {
                        session.transaction_with(of(propagation), |tx| {
                            tx.persist(NewTag::new(format!("{propagation:?}"), "#000")).map(drop)
                        })?;
                        log.expect(["B", "INSERT tags", "C"]);
                    }
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn what_must_be_committed_on_return_is_refused_inside_another_one() {
                let (orm, _) = open();
                orm.session(|session| {
                    session.transaction(|tx| {
                        let inside = tx.transaction_with(of(Propagation::Never), |_| Ok(()));
                        assert!(matches!(inside, Err(Error::TransactionOpen)), "{inside:?}");
                        tx.scope(|scope| {
                            let inside = scope.transaction_with(of(Propagation::Never), |_| Ok(()));
                            assert!(matches!(inside, Err(Error::TransactionOpen)), "{inside:?}");
                            Ok(())
                        })?;
                        tx.persist(NewNote::new("goes on", 0)).map(drop)
                    })
                })
                .unwrap();
                assert_eq!(texts(&orm), ["goes on"]);
            }

            #[test]
            fn one_on_a_connection_of_its_own_stands_whatever_becomes_of_the_other() {
                let (orm, _) = open();
                let key = samples::note(&orm, "note");
                orm.session(|session| {
                    let note = session.find::<Note>(key)?.required()?;
                    session.edit(&note)?.stars = 1;
                    let mut log = |text: &str| {
                        session.requires_new(|tx| {
                            // Nothing of the other one is here.
                            assert!(!tx.has_changes());
                            let note = tx.find::<Note>(key)?.required()?;
                            assert_eq!(tx[&note].stars, 0);
                            tx.persist(NewNote::new(text, 0)).map(drop)
                        })
                    };
                    log("outside")?;
                    let refused: Result<()> = session.requires_new(|tx| {
                        tx.persist(NewNote::new("never", 0))?;
                        tx.flush()?;
                        Err(Error::NotFound { entity: "Reason" })
                    });
                    assert!(matches!(refused, Err(Error::NotFound { .. })));
                    // On SQLite a transaction that may write keeps all others from writing.
                    if FLAVOUR != Flavour::Sqlite {
                        let ended: Result<()> = session.transaction(|tx| {
                            tx.persist(NewTag::new("never", "#000"))?;
                            tx.flush()?;
                            tx.requires_new(|own| own.persist(NewNote::new("inside", 0)).map(drop))?;
                            Err(Error::NotFound { entity: "Reason" })
                        });
                        assert!(ended.is_err());
                    }
                    assert_eq!(session[&note].stars, 1);
                    session.flush()
                })
                .unwrap();
                let inside: &[&str] = if FLAVOUR == Flavour::Sqlite { &[] } else { &["inside"] };
                assert_eq!(texts(&orm), [inside, &["note", "outside"]].concat());
                let tags = orm.read(|session| session.query::<Tag>(tags::table).count()).unwrap();
                assert_eq!(tags, 0);
            }
        }
    };
}
