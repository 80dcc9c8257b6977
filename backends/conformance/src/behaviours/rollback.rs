//! Memory goes back to the start of what was rolled back, without a SELECT.

#[doc(hidden)]
#[macro_export]
macro_rules! rollback_behaviours {
    ($backend:ty, $harness:ty) => {
        mod rollback {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            #[test]
            fn values_and_versions_are_those_of_the_start() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    let undone: Result<()> = session.transaction(|tx| {
                        tx.edit(&arya)?.name = "one".into();
                        tx.flush()?;
                        tx.edit(&arya)?.name = "two".into();
                        tx.flush()?;
                        assert_eq!(tx[&arya].version, 3);
                        tx.edit(&arya)?.email = Some("never flushed".into());
                        samples::give_up()
                    });
                    assert!(undone.is_err());
                    log.skip();
                    let row = &session[&arya];
                    assert_eq!((row.name.as_str(), row.version, row.email.as_deref()), ("Arya", 1, None));
                    assert!(!session.has_changes());
                    session.edit(&arya)?.name = "No One".into();
                    session.flush()?;
                    log.expect(["UPDATE authors (name, version)"]);
                    assert_eq!(session[&arya].version, 2);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_row_written_inside_leaves_no_key_behind() {
                let (orm, log) = open();
                orm.session(|session| {
                    let mut id = 0;
                    let undone: Result<()> = session.transaction(|tx| {
                        let arya = tx.persist(NewAuthor::new("Arya"))?;
                        let _ = tx.persist(Tag { label: "red".into(), color: "#f00".into() })?;
                        tx.flush()?;
                        let arya = tx.promote(&arya)?;
                        id = tx[&arya].id;
                        assert!(tx.find::<Author>(id)?.is_some());
                        samples::give_up()
                    });
                    assert!(undone.is_err());
                    log.skip();
                    assert!(session.find::<Author>(id)?.is_none());
                    assert!(session.find::<Tag>("red")?.is_none());
                    log.expect(["SELECT authors", "SELECT tags"]);
                    let red = session.persist(Tag { label: "red".into(), color: "#e00".into() })?;
                    session.flush()?;
                    assert_eq!(session[&red].color, "#e00");
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_row_removed_inside_is_managed_again() {
                let (orm, log) = open();
                samples::notes(&orm, 2);
                orm.session(|session| {
                    let flushed = session.find::<Note>(1)?.required()?;
                    let scheduled = session.find::<Note>(2)?.required()?;
                    let undone: Result<()> = session.transaction(|tx| {
                        let _ = tx.remove(flushed.alias())?;
                        tx.flush()?;
                        assert!(tx.edit(&flushed).is_err());
                        let _ = tx.remove(scheduled.alias())?;
                        samples::give_up()
                    });
                    assert!(undone.is_err());
                    log.skip();
                    for (note, key) in [(&flushed, 1), (&scheduled, 2)] {
                        let found = session.find::<Note>(key)?.required()?;
                        assert!(session.same(note, &found));
                        session.edit(note)?.stars = 1;
                    }
                    assert!(log.take().is_empty());
                    session.flush()?;
                    let updates = samples::updates(&orm, "UPDATE notes (stars)", 2);
                    log.expect(samples::in_transaction(updates));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_removal_scheduled_before_is_scheduled_again() {
                let (orm, log) = open();
                samples::notes(&orm, 1);
                orm.session(|session| {
                    let note = session.find::<Note>(1)?.required()?;
                    let _ = session.remove(note)?;
                    let undone: Result<()> = session.transaction(|_| samples::give_up());
                    assert!(undone.is_err());
                    assert!(session.has_changes());
                    log.skip();
                    session.flush()?;
                    log.expect(["DELETE notes"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_draft_of_outside_is_still_a_draft() {
                let (orm, log) = open();
                orm.session(|session| {
                    let arya = session.persist(NewAuthor::new("Arya"))?;
                    let undone: Result<()> = session.transaction(|tx| {
                        let _ = tx.persist(NewAuthor::new("Bran"))?;
                        tx.flush()?;
                        samples::give_up()
                    });
                    assert!(undone.is_err());
                    assert_eq!(session.draft(&arya)?.name, "Arya");
                    log.skip();
                    session.flush()?;
                    log.expect(["INSERT authors"]);
                    let arya = session.promote(&arya)?;
                    assert_eq!(session[&arya].name, "Arya");
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_relation_set_inside_is_as_before() {
                let (orm, _) = open();
                let arya = samples::author(&orm, "Arya");
                let key = samples::book(&orm, "Needle", arya);
                orm.session(|session| {
                    let book = session.find::<Book>(key)?.required()?;
                    let undone: Result<()> = session.transaction(|tx| {
                        let bran = tx.persist(NewAuthor::new("Bran"))?;
                        tx.link(&book, Book::author(), &bran)?;
                        tx.link(&book, Book::editor(), &bran)?;
                        tx.flush()?;
                        assert_ne!(tx[&book].author_id, arya);
                        assert!(tx[&book].editor_id.is_some());
                        samples::give_up()
                    });
                    assert!(undone.is_err());
                    assert_eq!((session[&book].author_id, session[&book].editor_id), (arya, None));
                    assert!(!session.has_changes());
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn what_was_read_inside_is_as_before() {
                let (orm, log) = open();
                samples::notes(&orm, 1);
                orm.session(|session| {
                    let note = session.find::<Note>(1)?.required()?;
                    let undone: Result<()> = session.transaction(|tx| {
                        tx.compute(&note, notes::stars, notes::stars + 5)?;
                        tx.flush()?;
                        assert_eq!(tx[&note].stars, 5);
                        tx.refresh(&note)?;
                        assert_eq!(tx[&note].stars, 5);
                        samples::give_up()
                    });
                    assert!(undone.is_err());
                    log.skip();
                    assert_eq!(session[&note].stars, 0);
                    session.flush()?;
                    assert!(log.take().is_empty());
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_savepoint_undoes_what_was_done_inside_it_alone() {
                let (orm, _) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    session.transaction(|tx| {
                        tx.edit(&arya)?.name = "outer".into();
                        tx.flush()?;
                        tx.edit(&arya)?.email = Some("outer".into());
                        let undone: Result<()> = tx.transaction(|inner| {
                            inner.edit(&arya)?.name = "inner".into();
                            inner.flush()?;
                            assert_eq!(inner[&arya].version, 3);
                            samples::give_up()
                        });
                        assert!(undone.is_err());
                        let row = &tx[&arya];
                        assert_eq!((row.name.as_str(), row.version), ("outer", 2));
                        assert_eq!(row.email.as_deref(), Some("outer"));
                        Ok(())
                    })?;
                    session.refresh(&arya)?;
                    let row = &session[&arya];
                    assert_eq!((row.name.as_str(), row.version), ("outer", 3));
                    assert_eq!(row.email.as_deref(), Some("outer"));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn the_outer_rollback_undoes_a_released_savepoint_too() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                samples::notes(&orm, 1);
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    let note = session.find::<Note>(1)?.required()?;
                    let undone: Result<()> = session.transaction(|tx| {
                        tx.transaction(|inner| {
                            inner.edit(&arya)?.name = "inner".into();
                            let _ = inner.remove(note.alias())?;
                            inner.persist(NewTag::new("red", "#f00")).map(|_| ())
                        })?;
                        assert_eq!(tx[&arya].version, 2);
                        assert!(tx.find::<Tag>("red")?.is_some());
                        samples::give_up()
                    });
                    assert!(undone.is_err());
                    log.skip();
                    assert_eq!((session[&arya].name.as_str(), session[&arya].version), ("Arya", 1));
                    assert_eq!(session.edit(&note)?.text, "note");
                    assert!(!session.has_changes());
                    assert!(log.take().is_empty());
                    assert!(session.find::<Tag>("red")?.is_none());
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_caught_panic_leaves_memory_and_database_as_a_rollback_does() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    log.skip();
                    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                        session.transaction(|tx| {
                            tx.edit(&arya)?.name = "lost".into();
                            tx.flush()?;
                            std::panic::resume_unwind(Box::new("a panic without a message"));
                            #[allow(unreachable_code, reason = "the closure needs a type")]
                            Ok(())
                        })
                    }));
                    assert!(caught.is_err());
                    assert_eq!(log.take().last().map(String::as_str), Some("R"));
                    assert_eq!((session[&arya].name.as_str(), session[&arya].version), ("Arya", 1));
                    session.refresh(&arya)?;
                    assert_eq!((session[&arya].name.as_str(), session[&arya].version), ("Arya", 1));
                    session.transaction(|tx| {
                        tx.edit(&arya)?.name = "No One".into();
                        Ok(())
                    })?;
                    assert_eq!(session[&arya].version, 2);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_transaction_set_to_be_rolled_back_cannot_commit() {
                let (orm, _) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    let ended = session.transaction(|tx| {
                        tx.edit(&arya)?.name = "No One".into();
                        tx.set_rollback_only();
                        tx.flush()?;
                        // Until its end it is a transaction like any other.
                        tx.persist(NewAuthor::new("Bran"))?;
                        tx.flush()?;
                        assert_eq!(tx.query::<Author>(authors::table).count()?, 2);
                        assert!(tx.is_rollback_only());
                        Ok(())
                    });
                    assert!(matches!(ended, Err(Error::RollbackOnly)), "{ended:?}");
                    assert_eq!((session[&arya].name.as_str(), session[&arya].version), ("Arya", 1));
                    assert_eq!(session.query::<Author>(authors::table).count()?, 1);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_savepoint_set_to_be_rolled_back_is_undone_alone_whatever_becomes_of_its_error() {
                let (orm, _) = open();
                orm.session(|session| {
                    session.transaction(|tx| {
                        tx.persist(NewAuthor::new("Arya"))?;
                        tx.flush()?;
                        let ended = tx.transaction(|tx| {
                            tx.set_rollback_only();
                            tx.transaction(|tx| tx.persist(NewAuthor::new("Bran")).map(drop))
                        });
                        assert!(matches!(ended, Err(Error::RollbackOnly)), "{ended:?}");
                        assert!(!tx.is_rollback_only());
                        tx.transaction(|tx| {
                            assert!(!tx.is_rollback_only());
                            tx.persist(NewAuthor::new("Rickon")).map(drop)
                        })
                    })?;
                    let names = session.query::<Author>(authors::table.order(authors::name)).all()?;
                    let names: Vec<_> = names.iter().map(|author| session[author].name.clone()).collect();
                    assert_eq!(names, ["Arya", "Rickon"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_row_replaced_inside_by_one_of_the_same_key_is_itself_again() {
                let (orm, log) = open();
                orm.session(|session| {
                    let red = session.persist(Tag { label: "red".into(), color: "first".into() })?;
                    session.flush()?;
                    let undone: Result<()> = session.transaction(|tx| {
                        let _ = tx.remove(red.alias())?;
                        let _ = tx.persist(Tag { label: "red".into(), color: "second".into() })?;
                        tx.flush()?;
                        let found = tx.find::<Tag>("red")?.required()?;
                        assert_eq!(tx[&found].color, "second");
                        samples::give_up()
                    });
                    assert!(undone.is_err());
                    log.skip();
                    let found = session.find::<Tag>("red")?.required()?;
                    assert!(session.same(&red, &found));
                    assert_eq!(session.edit(&red)?.color, "first");
                    assert!(log.take().is_empty());
                    session.refresh(&red)?;
                    assert_eq!(session[&red].color, "first");
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
