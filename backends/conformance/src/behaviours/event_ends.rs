//! What subscribers are told of ends: transactions in every propagation, attempts, and panics wherever they come from.

#[doc(hidden)]
#[macro_export]
macro_rules! event_ends_behaviours {
    ($backend:ty, $harness:ty) => {
        mod event_ends {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            use std::panic::{AssertUnwindSafe, catch_unwind};
            use std::sync::Arc;
            use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

            use $crate::moored::backend::{Failure, FailureKind};
            use $crate::moored::event::Events;
            use $crate::moored::{Propagation, Retry, TransactionOptions};
            use $crate::subscribers::{Told, panicking};

            fn open(register: impl FnOnce(&mut Events<'_, B>)) -> (Orm<B>, Statements) {
                <H as Harness<B>>::open_with(|settings| settings.subscribe(register))
            }

            fn note_ends(told: &Told, events: &mut Events<'_, B>) {
                let noted = told.clone();
                events.before_commit(move |_| {
                    noted.note("before commit");
                    Ok(())
                });
                let noted = told.clone();
                events.after_commit(move |event| {
                    let rows = event.query::<Note>(notes::table).count();
                    noted.note(format!("committed {}", rows.map_err(|error| error.to_string()).unwrap()));
                });
                let noted = told.clone();
                events.after_rollback(move |event| {
                    let rows = event.query::<Note>(notes::table).count();
                    noted.note(format!("rolled back {}", rows.map_err(|error| error.to_string()).unwrap()));
                });
            }

            fn failure<T>() -> Result<T> {
                Err(Error::NotFound { entity: "reason to go on" })
            }

            #[test]
            fn a_flush_of_one_statement_is_a_whole_one() {
                let told = Told::default();
                let (orm, log) = open(|events| note_ends(&told, events));
                samples::execute(&orm, "INSERT INTO tags (label, color) VALUES ('t', 'red')");
                orm.session(|session| {
                    session.persist(Tag { label: "u".into(), color: "red".into() })?;
                    log.skip();
                    session.flush()?;
                    told.expect(["before commit", "committed 0"]);
                    session.persist(Tag { label: "t".into(), color: "blue".into() })?;
                    assert!(session.flush().is_err());
                    told.expect(["before commit", "rolled back 0"]);
                    session.discard();
                    session.flush()?;
                    told.expect([]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_part_of_a_transaction_ends_nothing() {
                let told = Told::default();
                let (orm, _) = open(|events| note_ends(&told, events));
                let required = TransactionOptions::new().propagation(Propagation::Required);
                orm.session(|session| {
                    session.transaction(|tx| {
                        tx.transaction_with(required, |part| part.persist(NewNote::new("a", 0)).map(drop))?;
                        tx.transaction_with(required, |part| part.persist(NewNote::new("b", 0)).map(drop))?;
                        told.expect([]);
                        Ok(())
                    })?;
                    told.expect(["before commit", "committed 2"]);
                    let ended = session.transaction(|tx| {
                        tx.persist(NewNote::new("c", 0))?;
                        tx.flush()?;
                        assert!(tx.transaction_with(required, |_| failure::<()>()).is_err());
                        told.expect([]);
                        Ok(())
                    });
                    assert!(matches!(ended, Err(Error::RollbackOnly)));
                    told.expect(["rolled back 2"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn what_was_committed_early_is_told_at_the_end_and_can_be_read() {
                let told = Told::default();
                let (orm, _) = open(|events| note_ends(&told, events));
                orm.session(|session| {
                    for ends_well in [true, false] {
                        let ended = session.transaction(|tx| {
                            tx.persist(NewNote::new("a", 0))?;
                            tx.commit()?;
                            let _ = tx.flush();
                            let _ = tx.scope(|_| Ok(()));
                            if ends_well { Ok(()) } else { failure() }
                        });
                        assert_eq!(ended.is_ok(), ends_well);
                        told.expect(["before commit", if ends_well { "committed 1" } else { "committed 2" }]);
                    }
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_transaction_beside_another_has_an_end_of_its_own() {
                if matches!(H::FLAVOUR, Flavour::Sqlite) {
                    return; // one writer at a time
                }
                let told = Told::default();
                let (orm, _) = open(|events| note_ends(&told, events));
                orm.session(|session| {
                    session.transaction(|tx| {
                        tx.persist(NewNote::new("a", 0))?;
                        tx.flush()?;
                        tx.requires_new(|beside| beside.persist(NewNote::new("b", 0)).map(drop))?;
                        told.expect(["before commit", "committed 1"]);
                        tx.rollback();
                        Ok(())
                    })
                })
                .unwrap();
                told.expect(["rolled back 1"]);
            }

            #[test]
            fn each_attempt_is_told_by_itself() {
                let told = Told::default();
                let (orm, _) = open(|events| note_ends(&told, events));
                let attempts = AtomicUsize::new(0);
                orm.retry(&Retry::default(), |session| {
                    session.transaction(|tx| {
                        tx.persist(NewNote::new("a", 0))?;
                        tx.flush()?;
                        if attempts.fetch_add(1, Ordering::Relaxed) == 0 {
                            let row = tx.query::<Note>(notes::table).one()?;
                            assert_eq!(tx[&row].text, "a");
                            return Err(retryable());
                        }
                        Ok(())
                    })
                })
                .unwrap();
                told.expect(["rolled back 0", "before commit", "committed 1"]);
            }

            fn retryable() -> Error {
                Error::Database {
                    failure: Box::new(Failure::new(FailureKind::Serialization)),
                    source: $crate::diesel::result::Error::RollbackTransaction,
                }
            }

            #[test]
            fn an_end_that_a_panic_brought_is_not_told_later() {
                let told = Told::default();
                let panics = Arc::new(AtomicBool::new(false));
                let asked = Arc::clone(&panics);
                let (orm, _) = open(|events| {
                    note_ends(&told, events);
                    events.after_create::<Note>(move |_, _| {
                        assert!(!asked.load(Ordering::Relaxed), "on purpose");
                        Ok(())
                    });
                });
                orm.session(|session| {
                    let in_a_transaction = catch_unwind(AssertUnwindSafe(|| {
                        session.transaction(|_| -> Result<()> { panic!("on purpose") })
                    }));
                    assert!(in_a_transaction.is_err());
                    session.flush()?;
                    told.expect([]);
                    session.persist(NewNote::new("a", 0))?;
                    panics.store(true, Ordering::Relaxed);
                    assert!(catch_unwind(AssertUnwindSafe(|| session.flush())).is_err());
                    panics.store(false, Ordering::Relaxed);
                    told.expect(["before commit"]);
                    session.discard();
                    session.transaction(|tx| {
                        tx.flush()?;
                        told.expect([]);
                        Ok(())
                    })?;
                    told.expect(["before commit", "committed 0"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_hook_that_panics_leaves_nothing_to_tell_later() {
                let told = Told::default();
                let (orm, _) = open(|events| note_ends(&told, events));
                orm.session(|session| {
                    session.persist(NewNote::new("a", 0))?;
                    session.after_commit(|| panic!("on purpose"));
                    assert!(catch_unwind(AssertUnwindSafe(|| session.flush())).is_err());
                    told.skip();
                    assert!(!session.has_changes());
                    session.transaction(|tx| {
                        tx.flush()?;
                        told.expect([]);
                        Ok(())
                    })?;
                    told.expect(["before commit", "committed 1"]);
                    Ok(())
                })
                .unwrap();
            }

            const EVENTS: [&str; 10] = [
                "before_commit",
                "before_flush",
                "before_create",
                "before_update",
                "before_remove",
                "on_flush",
                "after_create",
                "after_update",
                "after_remove",
                "after_flush",
            ];

            #[test]
            fn a_panic_in_any_of_them_leaves_the_session_as_it_was() {
                for who in EVENTS {
                    let panics = Arc::new(AtomicBool::new(false));
                    let (orm, _) = open(|events| panicking(events, who, &panics));
                    let keys = ["a", "b"].map(|name| samples::author(&orm, name));
                    samples::execute(&orm, "DELETE FROM notes");
                    orm.session(|session| {
                        let [edited, removed] = [
                            session.find::<Author>(keys[0])?.required()?,
                            session.find::<Author>(keys[1])?.required()?,
                        ];
                        let new = session.persist(NewAuthor::new("new"))?;
                        session.edit(&edited)?.name = "edited".into();
                        let _ = session.remove(removed)?;
                        panics.store(true, Ordering::Relaxed);
                        for _ in 0..2 {
                            assert!(catch_unwind(AssertUnwindSafe(|| session.flush())).is_err(), "{who}");
                            assert_eq!(session.draft(&new)?.name, "new", "{who}");
                            assert_eq!(session[&edited].version, 1, "{who}");
                            assert_eq!(session.plan()?.steps().len(), 3, "{who}");
                        }
                        panics.store(false, Ordering::Relaxed);
                        session.flush()?;
                        assert_eq!(session.query::<Author>(authors::table).count()?, 2, "{who}");
                        let adds = !matches!(who, "on_flush" | "after_flush");
                        let added = session.query::<Note>(notes::table).count()?;
                        assert_eq!(added, u64::from(adds), "{who}");
                        Ok(())
                    })
                    .unwrap();
                }
            }
        }
    };
}
