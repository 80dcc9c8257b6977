//! A panic: undone like an error, and a connection that nobody gets halfway through a transaction.

#[doc(hidden)]
#[macro_export]
macro_rules! panics_behaviours {
    ($backend:ty, $harness:ty) => {
        mod panics {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            use std::panic::{AssertUnwindSafe, catch_unwind};

            use $crate::diesel::connection::{Instrumentation, InstrumentationEvent};

            /// Panics when a statement of that text begins.
            struct Trap(&'static str);

            impl Instrumentation for Trap {
                fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
                    if let InstrumentationEvent::StartQuery { query, .. } = event
                        && query.to_string().contains(self.0)
                    {
                        let text = std::mem::replace(&mut self.0, "nothing contains this");
                        panic!("trapped at {text}");
                    }
                }
            }

            fn one() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open_with(|settings| settings.pool_size(1))
            }

            fn names(orm: &Orm<B>) -> Vec<String> {
                orm.session(|session| {
                    let authors = session.query::<Author>(authors::table.order(authors::id)).all()?;
                    Ok(authors.iter().map(|author| session[author].name.clone()).collect())
                })
                .unwrap()
            }

            #[test]
            fn a_panic_in_a_session_writes_nothing_and_the_pool_goes_on() {
                let (orm, _) = one();
                for _ in 0..3 {
                    let caught = catch_unwind(AssertUnwindSafe(|| {
                        orm.session(|session| -> Result<()> {
                            let _ = session.persist(NewAuthor::new("Lost"))?;
                            let _ = session.connection()?;
                            panic!("on purpose")
                        })
                    }));
                    assert!(caught.is_err());
                }
                // Each session flushed for its connection; what it wrote had been committed.
                assert_eq!(names(&orm).len(), 3);
            }

            #[test]
            fn a_panic_in_a_transaction_rolls_back() {
                let (orm, _) = one();
                for _ in 0..3 {
                    let caught = catch_unwind(AssertUnwindSafe(|| {
                        orm.session(|session| {
                            session.transaction(|tx| -> Result<()> {
                                let _ = tx.persist(NewAuthor::new("Lost"))?;
                                tx.flush()?;
                                panic!("on purpose")
                            })
                        })
                    }));
                    assert!(caught.is_err());
                }
                assert!(names(&orm).is_empty());
            }

            #[test]
            fn a_panic_caught_around_a_transaction_leaves_the_session_as_a_rollback_does() {
                let (orm, _) = one();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    let waiting = session.persist(NewAuthor::new("Waiting"))?;
                    let caught = catch_unwind(AssertUnwindSafe(|| {
                        session.transaction(|tx| -> Result<()> {
                            tx.edit(&arya)?.name = "Lost".into();
                            tx.flush()?;
                            tx.transaction(|inner| -> Result<()> {
                                let _ = inner.remove(arya.alias())?;
                                inner.flush()?;
                                panic!("on purpose")
                            })
                        })
                    }));
                    assert!(caught.is_err());
                    assert_eq!((session[&arya].name.as_str(), session[&arya].version), ("Arya", 1));
                    assert_eq!(session.draft(&waiting)?.name, "Waiting");
                    session.edit(&arya)?.name = "No One".into();
                    session.flush()?;
                    assert_eq!(session[&arya].version, 2);
                    Ok(())
                })
                .unwrap();
                assert_eq!(names(&orm), ["No One", "Waiting"]);
            }

            #[test]
            fn a_panic_within_a_flush_is_undone_and_the_next_flush_commits() {
                for text in ["INTO", "UPDATE", "COMMIT"] {
                    let (orm, _) = one();
                    let key = samples::author(&orm, "Arya");
                    orm.session(|session| {
                        let arya = session.find::<Author>(key)?.required()?;
                        session.connection()?.set_instrumentation(Trap(text));
                        session.edit(&arya)?.name = "No One".into();
                        let bran = session.persist(NewAuthor::new("Bran"))?;
                        let book = session.persist(NewBook::new("Crow", &bran))?;
                        let caught = catch_unwind(AssertUnwindSafe(|| session.flush()));
                        assert!(caught.is_err(), "{text}");
                        assert_eq!((session[&arya].name.as_str(), session[&arya].version), ("No One", 1));
                        assert_eq!(session.draft(&bran)?.name, "Bran");
                        assert!(session.has_changes());
                        session.flush()?;
                        let (bran, book) = session.promote((&bran, &book))?;
                        assert_eq!(session[&book].author_id, session.key(&bran));
                        assert_eq!(session[&arya].version, 2);
                        Ok(())
                    })
                    .unwrap();
                    assert_eq!(names(&orm), ["No One", "Bran"], "{text}");
                }
            }

            #[test]
            fn a_panic_within_a_flush_of_a_transaction_undoes_the_transaction() {
                for text in ["INTO", "UPDATE", "RELEASE", "COMMIT"] {
                    let (orm, _) = one();
                    let key = samples::author(&orm, "Arya");
                    orm.session(|session| {
                        let arya = session.find::<Author>(key)?.required()?;
                        let caught = catch_unwind(AssertUnwindSafe(|| {
                            session.transaction(|tx| {
                                let _ = tx.persist(NewNote::new("earlier", 0))?;
                                tx.flush()?;
                                tx.connection()?.set_instrumentation(Trap(text));
                                tx.edit(&arya)?.name = "Lost".into();
                                let _ = tx.persist(NewAuthor::new("Lost"))?;
                                tx.flush()
                            })
                        }));
                        assert!(caught.is_err(), "{text}");
                        assert_eq!((session[&arya].name.as_str(), session[&arya].version), ("Arya", 1));
                        session.edit(&arya)?.name = "No One".into();
                        session.flush()?;
                        Ok(())
                    })
                    .unwrap();
                    assert_eq!(names(&orm), ["No One"], "{text}");
                    let notes = orm.session(|session| session.query::<Note>(notes::table).count()).unwrap();
                    assert_eq!(notes, 0, "{text}");
                }
            }

            #[test]
            fn a_transaction_whose_flush_panicked_cannot_commit_though_the_panic_was_caught_inside() {
                let (orm, _) = one();
                orm.session(|session| {
                    let ended = session.transaction(|tx| {
                        let _ = tx.persist(NewNote::new("earlier", 0))?;
                        tx.flush()?;
                        tx.connection()?.set_instrumentation(Trap("INTO"));
                        let lost = tx.persist(NewAuthor::new("Lost"))?;
                        assert!(catch_unwind(AssertUnwindSafe(|| tx.flush())).is_err());
                        tx.remove(lost)?;
                        Ok(())
                    });
                    assert!(matches!(ended, Err(Error::Doomed { .. })), "{ended:?}");
                    assert_eq!(session.query::<Note>(notes::table).count()?, 0);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_connection_left_in_a_transaction_is_not_handed_on() {
                use $crate::diesel::connection::TransactionManager;

                let (orm, _) = one();
                orm.session(|session| {
                    let connection = session.connection()?;
                    connection.batch_execute("CREATE TABLE never_there (id INTEGER)")?;
                    Ok(())
                })
                .unwrap();
                let caught = catch_unwind(AssertUnwindSafe(|| {
                    orm.with_connection(|connection| -> Result<()> {
                        type Manager = <<B as Backend>::Connection as Connection>::TransactionManager;
                        <Manager as TransactionManager<_>>::begin_transaction(connection)?;
                        connection.batch_execute("INSERT INTO notes (text, stars) VALUES ('lost', 0)")?;
                        panic!("on purpose")
                    })
                }));
                assert!(caught.is_err());
                orm.session(|session| {
                    let _ = session.persist(NewNote::new("kept", 0))?;
                    session.flush()?;
                    assert_eq!(session.query::<Note>(notes::table).count()?, 1);
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
