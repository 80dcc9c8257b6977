//! Transactions and savepoints: what reaches the database, and what each of them undoes.

#[doc(hidden)]
#[macro_export]
macro_rules! transactions_behaviours {
    ($backend:ty, $harness:ty) => {
        mod transactions {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            #[test]
            fn a_transaction_flushes_before_its_commit() {
                let (orm, log) = open();
                orm.session(|session| {
                    session.transaction(|tx| tx.persist(NewAuthor::new("Arya")).map(|_| ()))?;
                    log.expect(["B", "INSERT authors", "C"]);
                    session.transaction(|tx| {
                        let arya = tx.persist(NewAuthor::new("Bran"))?;
                        tx.persist(NewBook::new("Crow", &arya)).map(|_| ())
                    })?;
                    log.expect(["B", "INSERT authors", "INSERT books", "C"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_transaction_gives_back_what_its_closure_returns() {
                let (orm, log) = open();
                let seven = orm.session(|session| session.transaction(|_| Ok(7))).unwrap();
                assert_eq!((seven, log.take()), (7, vec!["B".to_owned(), "C".to_owned()]));
            }

            #[test]
            fn a_flush_of_several_statements_inside_is_a_savepoint() {
                let (orm, log) = open();
                orm.session(|session| {
                    session.transaction(|tx| {
                        let arya = tx.persist(NewAuthor::new("Arya"))?;
                        let _ = tx.persist(NewBook::new("Needle", &arya))?;
                        tx.flush()?;
                        log.expect(["B", "SP", "INSERT authors", "INSERT books", "RELEASE"]);
                        let _ = tx.persist(NewNote::new("x", 0))?;
                        tx.flush()?;
                        log.expect(samples::flush_inside(&orm, "INSERT notes"));
                        Ok(())
                    })?;
                    log.expect(["C"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_flush_that_fails_inside_is_undone_alone_and_the_rest_commits() {
                let (orm, log) = open();
                samples::author_with_email(&orm, "Arya", Some("a"));
                orm.session(|session| {
                    session.transaction(|tx| {
                        let _ = tx.persist(NewNote::new("before", 0))?;
                        tx.flush()?;
                        log.skip();
                        let _ = tx.persist(NewTag::new("red", "#f00"))?;
                        let twin = tx.persist(NewAuthor::new("Bran").email("a"))?;
                        assert!(tx.flush().is_err());
                        log.expect(["SP", "INSERT tags", "INSERT authors", "RB SP"]);
                        tx.edit_draft(&twin)?.email = Some("b".into());
                        tx.flush()?;
                        log.expect(["SP", "INSERT tags", "INSERT authors", "RELEASE"]);
                        let _ = tx.persist(NewNote::new("after", 0))?;
                        Ok(())
                    })?;
                    log.expect(["INSERT notes", "C"]);
                    Ok(())
                })
                .unwrap();
                orm.session(|session| {
                    assert_eq!(session.query::<Note>(notes::table).count()?, 2);
                    assert_eq!(session.query::<Author>(authors::table).count()?, 2);
                    assert_eq!(session.query::<Tag>(tags::table).count()?, 1);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_flush_of_one_statement_that_fails_inside_leaves_the_transaction_usable() {
                let (orm, _) = open();
                samples::author_with_email(&orm, "Arya", Some("a"));
                orm.session(|session| {
                    session.transaction(|tx| {
                        let _ = tx.persist(NewNote::new("before", 0))?;
                        tx.flush()?;
                        let twin = tx.persist(NewAuthor::new("Bran").email("a"))?;
                        assert!(tx.flush().is_err());
                        tx.remove(twin)?;
                        assert_eq!(tx.query::<Note>(notes::table).count()?, 1);
                        Ok(())
                    })?;
                    assert_eq!(session.query::<Note>(notes::table).count()?, 1);
                    assert_eq!(session.query::<Author>(authors::table).count()?, 1);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_transaction_inside_a_transaction_is_a_savepoint() {
                let (orm, log) = open();
                orm.session(|session| {
                    session.transaction(|tx| {
                        let _ = tx.persist(NewNote::new("outer", 0))?;
                        tx.flush()?;
                        log.skip();
                        tx.transaction(|inner| inner.persist(NewNote::new("inner", 0)).map(|_| ()))?;
                        log.expect(["SP", "INSERT notes", "RELEASE"]);
                        Ok(())
                    })?;
                    log.expect(["C"]);
                    assert_eq!(session.query::<Note>(notes::table).count()?, 2);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn an_inner_failure_is_undone_alone() {
                let (orm, log) = open();
                orm.session(|session| {
                    session.transaction(|tx| {
                        let _ = tx.persist(NewNote::new("outer", 0))?;
                        tx.flush()?;
                        log.skip();
                        let undone: Result<()> = tx.transaction(|inner| {
                            let _ = inner.persist(NewNote::new("inner", 0))?;
                            inner.flush()?;
                            samples::give_up()
                        });
                        assert!(matches!(undone, Err(Error::NotFound { .. })));
                        let mut expected = vec!["SP".to_owned()];
                        expected.extend(samples::flush_inside(&orm, "INSERT notes"));
                        expected.push("RB SP".into());
                        log.expect(expected);
                        Ok(())
                    })?;
                    log.expect(["C"]);
                    let note = session.query::<Note>(notes::table).one()?;
                    assert_eq!(session[&note].text, "outer");
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn an_error_rolls_back_and_is_returned() {
                let (orm, log) = open();
                orm.session(|session| {
                    let undone: Result<()> = session.transaction(|tx| {
                        let _ = tx.persist(NewNote::new("lost", 0))?;
                        tx.flush()?;
                        samples::give_up()
                    });
                    assert!(matches!(undone, Err(Error::NotFound { entity: "reason to go on" })));
                    let mut expected = vec!["B".to_owned()];
                    expected.extend(samples::flush_inside(&orm, "INSERT notes"));
                    expected.push("R".into());
                    log.expect(expected);
                    assert_eq!(session.query::<Note>(notes::table).count()?, 0);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn work_that_was_not_flushed_before_an_error_never_reaches_the_database() {
                let (orm, log) = open();
                orm.session(|session| {
                    let undone: Result<()> = session.transaction(|tx| {
                        let _ = tx.persist(NewNote::new("lost", 0))?;
                        samples::give_up()
                    });
                    assert!(undone.is_err());
                    log.expect(["B", "R"]);
                    assert!(!session.has_changes());
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_flush_that_fails_before_commit_rolls_everything_back() {
                let (orm, log) = open();
                let taken = samples::author_with_email(&orm, "Arya", Some("a"));
                orm.session(|session| {
                    let arya = session.find::<Author>(taken)?.required()?;
                    log.skip();
                    let failed: Result<()> = session.transaction(|tx| {
                        tx.edit(&arya)?.name = "No One".into();
                        tx.flush()?;
                        let _ = tx.persist(NewAuthor::new("Bran").email("a"))?;
                        Ok(())
                    });
                    let failed = failed.unwrap_err();
                    assert_eq!(
                        failed.failure().map(|f| f.kind),
                        Some($crate::moored::backend::FailureKind::Unique)
                    );
                    let mut expected = vec!["B".to_owned()];
                    expected.extend(samples::flush_inside(&orm, "UPDATE authors (name, version)"));
                    expected.extend(["INSERT authors", "R"].map(str::to_owned));
                    log.expect(expected);
                    assert_eq!((session[&arya].name.as_str(), session[&arya].version), ("Arya", 1));
                    session.refresh(&arya)?;
                    assert_eq!((session[&arya].name.as_str(), session[&arya].version), ("Arya", 1));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn errors_of_a_type_of_your_own_come_through() {
                #[derive(Debug)]
                enum Mine {
                    Moored,
                    TooManyNotes(u64),
                }
                impl From<Error> for Mine {
                    fn from(_: Error) -> Self {
                        Self::Moored
                    }
                }
                let (orm, log) = open();
                let result = orm.try_session(|session| {
                    session.try_transaction(|tx| {
                        let _ = tx.persist(NewNote::new("x", 0))?;
                        match tx.query::<Note>(notes::table).count()? {
                            0 => Ok(()),
                            count => Err(Mine::TooManyNotes(count)),
                        }
                    })
                });
                assert!(matches!(result, Err(Mine::TooManyNotes(1))), "{result:?}");
                assert_eq!(log.take().last().map(String::as_str), Some("R"));
            }
        }
    };
}
