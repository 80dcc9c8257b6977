//! Transactions that their closures end themselves, and what is called when that has come true.

#[doc(hidden)]
#[macro_export]
macro_rules! endings_behaviours {
    ($backend:ty, $harness:ty) => {
        mod endings {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            use std::cell::RefCell;
            use std::rc::Rc;

            fn names(orm: &Orm<B>) -> Vec<String> {
                orm.read(|session| {
                    let authors = session.query::<Author>(authors::table.order(authors::name)).all()?;
                    Ok(authors.iter().map(|author| session[author].name.clone()).collect())
                })
                .unwrap()
            }

            #[test]
            fn what_was_committed_stands_though_the_closure_fails_afterwards() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    log.skip();
                    let ended: Result<()> = session.transaction(|tx| {
                        tx.edit(&arya)?.name = "No One".into();
                        tx.commit()?;
                        log.expect(["B", "UPDATE authors (name, version)", "C"]);
                        assert_eq!(tx[&arya].version, 2);
                        assert!(matches!(tx.find::<Author>(99), Err(Error::TransactionEnded)));
                        assert!(matches!(tx.commit(), Err(Error::TransactionEnded)));
                        assert!(matches!(tx.transaction(|_| Ok(())), Err(Error::TransactionEnded)));
                        log.expect::<&str>([]);
                        Err(Error::NotFound { entity: "Reason" })
                    });
                    assert!(matches!(ended, Err(Error::NotFound { .. })), "{ended:?}");
                    log.expect::<&str>([]);
                    assert_eq!((session[&arya].name.as_str(), session[&arya].version), ("No One", 2));
                    session.edit(&arya)?.name = "Cat".into();
                    session.flush()
                })
                .unwrap();
                assert_eq!(names(&orm), ["Cat"]);
            }

            #[test]
            fn a_panic_after_the_commit_leaves_it_standing_too() {
                let (orm, _) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                        session.transaction(|tx| {
                            tx.edit(&arya)?.name = "No One".into();
                            tx.commit()?;
                            panic!("on purpose");
                            #[expect(unreachable_code, reason = "it says what the closure returns")]
                            Ok(())
                        })
                    }));
                    assert!(ended.is_err());
                    assert_eq!((session[&arya].name.as_str(), session[&arya].version), ("No One", 2));
                    Ok(())
                })
                .unwrap();
                assert_eq!(names(&orm), ["No One"]);
            }

            #[test]
            fn work_after_the_commit_is_never_lost_silently() {
                let (orm, _) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    let ended = session.transaction(|tx| {
                        tx.commit()?;
                        tx.edit(&arya)?.name = "Too Late".into();
                        Ok(())
                    });
                    assert!(matches!(ended, Err(Error::Unflushed(_))), "{ended:?}");
                    assert_eq!(session[&arya].name, "Arya");
                    assert!(!session.has_changes());
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_commit_that_fails_can_be_answered_to_and_is_an_error_at_the_end_in_any_case() {
                let (orm, _) = open();
                let key = samples::author(&orm, "Arya");
                samples::author_with_email(&orm, "Bran", Some("taken"));
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    let ended = session.transaction(|tx| {
                        tx.edit(&arya)?.email = Some("taken".into());
                        assert!(tx.commit().is_err());
                        Ok(())
                    });
                    assert!(matches!(ended, Err(Error::Doomed { .. })), "{ended:?}");
                    assert_eq!((session[&arya].email.as_deref(), session[&arya].version), (None, 1));
                    session.edit(&arya)?.email = Some("free".into());
                    session.flush()
                })
                .unwrap();
            }

            #[test]
            fn a_savepoint_that_was_released_early_goes_with_the_transaction() {
                let (orm, _) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    let ended: Result<()> = session.transaction(|tx| {
                        tx.transaction(|tx| {
                            tx.edit(&arya)?.name = "No One".into();
                            tx.commit()
                        })?;
                        assert_eq!(tx[&arya].name, "No One");
                        Err(Error::NotFound { entity: "Reason" })
                    });
                    assert!(ended.is_err());
                    assert_eq!((session[&arya].name.as_str(), session[&arya].version), ("Arya", 1));
                    Ok(())
                })
                .unwrap();
                assert_eq!(names(&orm), ["Arya"]);
            }

            #[test]
            fn one_that_is_rolled_back_on_purpose_returns_what_its_closure_does() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    session.edit(&arya)?.email = Some("pending".into());
                    log.skip();
                    let name = session.transaction(|tx| {
                        tx.edit(&arya)?.name = "No One".into();
                        tx.flush()?;
                        tx.rollback();
                        Ok(tx[&arya].name.clone())
                    })?;
                    assert_eq!(log.take().last().map(String::as_str), Some("R"));
                    assert_eq!(name, "No One");
                    let Author { name, email, version, .. } = &session[&arya];
                    assert_eq!((name.as_str(), email.as_deref(), *version), ("Arya", Some("pending"), 1));
                    session.flush()
                })
                .unwrap();
                assert_eq!(names(&orm), ["Arya"]);
            }

            /// What was called so far.
            #[derive(Clone, Default)]
            struct Called(Rc<RefCell<Vec<&'static str>>>);

            impl Called {
                fn call(&self, name: &'static str) -> impl FnOnce() + 'static {
                    let called = Rc::clone(&self.0);
                    move || called.borrow_mut().push(name)
                }

                #[track_caller]
                fn expect(&self, names: &[&str]) {
                    assert_eq!(self.0.take(), names);
                }
            }

            #[test]
            fn a_hook_is_called_once_the_outermost_transaction_is_committed() {
                let (orm, log) = open();
                let called = Called::default();
                orm.session(|session| {
                    session.transaction(|tx| {
                        tx.after_commit(called.call("first"));
                        // What is pending is given up; what the transaction did before is committed.
                        tx.discard();
                        tx.transaction(|tx| {
                            tx.after_commit(called.call("second"));
                            tx.persist(NewAuthor::new("Arya")).map(drop)
                        })?;
                        let undone: Result<()> = tx.transaction(|tx| {
                            tx.after_commit(called.call("never"));
                            tx.transaction(|tx| {
                                tx.after_commit(called.call("nor this"));
                                Ok(())
                            })?;
                            Err(Error::NotFound { entity: "Reason" })
                        });
                        assert!(undone.is_err());
                        called.expect(&[]);
                        log.skip();
                        Ok(())
                    })?;
                    log.expect(["C"]);
                    called.expect(&["first", "second"]);
                    let undone: Result<()> = session.transaction(|tx| {
                        tx.after_commit(called.call("never"));
                        Err(Error::NotFound { entity: "Reason" })
                    });
                    assert!(undone.is_err());
                    session.transaction(|_| Ok(()))?;
                    session.flush()?;
                    called.expect(&[]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_hook_outside_of_a_transaction_waits_for_the_flush_of_what_is_pending_there() {
                let (orm, _) = open();
                samples::author_with_email(&orm, "Bran", Some("taken"));
                let called = Called::default();
                orm.session(|session| {
                    let arya = session.persist(NewAuthor::new("Arya").email("taken"))?;
                    session.after_commit(called.call("outside"));
                    session.transaction(|tx| {
                        tx.after_commit(called.call("inside"));
                        tx.flush()
                    })?;
                    called.expect(&["inside"]);
                    assert!(session.flush().is_err());
                    called.expect(&[]);
                    session.edit_draft(&arya)?.email = Some("free".into());
                    // An automatic flush is one as well.
                    session.query::<Author>(authors::table).count()?;
                    called.expect(&["outside"]);
                    session.persist(NewAuthor::new("Rickon"))?;
                    session.after_commit(called.call("discarded"));
                    session.discard();
                    session.flush()?;
                    called.expect(&[]);
                    session.after_commit(called.call("never flushed"));
                    Ok(())
                })
                .unwrap();
                called.expect(&[]);
            }
        }
    };
}
