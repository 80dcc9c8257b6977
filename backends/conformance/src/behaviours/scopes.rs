//! Scopes: memory is forgotten at their end, and what they flushed stands.

#[doc(hidden)]
#[macro_export]
macro_rules! scopes_behaviours {
    ($backend:ty, $harness:ty) => {
        mod scopes {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            #[test]
            fn rows_loaded_in_a_scope_are_forgotten_at_its_end() {
                let (orm, log) = open();
                samples::notes(&orm, 2);
                orm.session(|session| {
                    let outer = session.find::<Note>(1)?.required()?;
                    log.skip();
                    session.scope(|scope| {
                        let same = scope.find::<Note>(1)?.required()?;
                        assert!(scope.same(&outer, &same));
                        assert!(scope.find::<Note>(2)?.is_some());
                        assert!(scope.find::<Note>(2)?.is_some());
                        Ok(())
                    })?;
                    log.expect(["SELECT notes"]);
                    assert!(session.find::<Note>(1)?.is_some());
                    assert!(log.take().is_empty());
                    assert!(session.find::<Note>(2)?.is_some());
                    log.expect(["SELECT notes"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_scope_is_no_transaction_and_its_flush_stands() {
                let (orm, log) = open();
                orm.session(|session| {
                    let failed: Result<()> = session.scope(|scope| {
                        let _ = scope.persist(NewNote::new("kept", 0))?;
                        scope.flush()?;
                        samples::give_up()
                    });
                    assert!(matches!(failed, Err(Error::NotFound { .. })));
                    log.expect(["INSERT notes"]);
                    assert_eq!(session.query::<Note>(notes::table).count()?, 1);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn rows_of_outside_can_be_edited_inside_and_keep_what_was_flushed() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    log.skip();
                    session.scope(|scope| {
                        scope.edit(&arya)?.name = "flushed".into();
                        scope.flush()
                    })?;
                    assert_eq!((session[&arya].name.as_str(), session[&arya].version), ("flushed", 2));
                    let failed: Result<()> = session.scope(|scope| {
                        scope.edit(&arya)?.name = "flushed too".into();
                        scope.flush()?;
                        scope.edit(&arya)?.email = Some("lost".into());
                        samples::give_up()
                    });
                    assert!(failed.is_err());
                    let row = &session[&arya];
                    assert_eq!(
                        (row.name.as_str(), row.version, row.email.as_deref()),
                        ("flushed too", 3, None)
                    );
                    assert!(!session.has_changes());
                    session.edit(&arya)?.name = "No One".into();
                    log.skip();
                    session.flush()?;
                    log.expect(["UPDATE authors (name, version)"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_row_of_outside_that_a_scope_deleted_is_removed_outside() {
                let (orm, log) = open();
                samples::notes(&orm, 1);
                orm.session(|session| {
                    let note = session.find::<Note>(1)?.required()?;
                    log.skip();
                    session.scope(|scope| {
                        let _ = scope.remove(note.alias())?;
                        scope.flush()
                    })?;
                    log.expect(["DELETE notes"]);
                    assert!(matches!(session.edit(&note), Err(Error::Removed(_))));
                    assert_eq!(session[&note].text, "note");
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn work_that_a_scope_leaves_unflushed_is_named_and_gone() {
                let (orm, log) = open();
                samples::notes(&orm, 2);
                orm.session(|session| {
                    let first = session.find::<Note>(1)?.required()?;
                    let second = session.find::<Note>(2)?.required()?;
                    log.skip();
                    let lost = session.scope(|scope| {
                        scope.edit(&first)?.stars = 1;
                        let _ = scope.remove(second.alias())?;
                        let _ = scope.persist(NewNote::new("x", 0))?;
                        let _ = scope.persist(NewTag::new("red", "#f00"))?;
                        Ok(())
                    });
                    let Err(Error::Unflushed(lost)) = lost else { panic!("{lost:?}") };
                    assert_eq!(lost.to_string(), "1 new Note, 1 edited Note, 1 removed Note, 1 new Tag");
                    assert!(log.take().is_empty());
                    assert_eq!(session[&first].stars, 0);
                    assert!(!session.has_changes());
                    assert!(session.edit(&second).is_ok());
                    assert!(session.find::<Tag>("red")?.is_none());
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_scope_that_discards_says_so_on_purpose() {
                let (orm, log) = open();
                orm.session(|session| {
                    session.scope(|scope| {
                        let _ = scope.persist(NewNote::new("x", 0))?;
                        scope.discard();
                        Ok(())
                    })?;
                    assert!(log.take().is_empty());
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn what_waits_outside_is_not_written_by_a_scope_and_waits_on() {
                let (orm, log) = open();
                samples::notes(&orm, 1);
                orm.session(|session| {
                    let note = session.find::<Note>(1)?.required()?;
                    session.edit(&note)?.text = "outside".into();
                    let arya = session.persist(NewAuthor::new("Arya"))?;
                    log.skip();
                    session.scope(|scope| {
                        assert!(matches!(
                            scope.promote(&arya),
                            Err(Error::PendingOutside { entity: "Author" })
                        ));
                        scope.edit(&note)?.stars = 1;
                        let _ = scope.persist(NewTag::new("red", "#f00"))?;
                        scope.flush()
                    })?;
                    log.expect_in_any_order(["B", "INSERT tags", "UPDATE notes (stars)", "C"]);
                    session.flush()?;
                    log.expect_in_any_order(["B", "INSERT authors", "UPDATE notes (text)", "C"]);
                    session.refresh(&note)?;
                    assert_eq!((session[&note].text.as_str(), session[&note].stars), ("outside", 1));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_transaction_around_a_scope_undoes_what_the_scope_flushed() {
                let (orm, _) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    let undone: Result<()> = session.transaction(|tx| {
                        tx.scope(|scope| {
                            scope.edit(&arya)?.name = "lost".into();
                            let _ = scope.persist(NewNote::new("lost", 0))?;
                            scope.flush()
                        })?;
                        assert_eq!((tx[&arya].name.as_str(), tx[&arya].version), ("lost", 2));
                        samples::give_up()
                    });
                    assert!(undone.is_err());
                    assert_eq!((session[&arya].name.as_str(), session[&arya].version), ("Arya", 1));
                    assert_eq!(session.query::<Note>(notes::table).count()?, 0);
                    session.refresh(&arya)?;
                    assert_eq!((session[&arya].name.as_str(), session[&arya].version), ("Arya", 1));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_transaction_that_commits_in_a_scope_stands_though_the_scope_fails() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    let failed: Result<()> = session.scope(|scope| {
                        scope.transaction(|tx| {
                            tx.edit(&arya)?.name = "kept".into();
                            Ok(())
                        })?;
                        samples::give_up()
                    });
                    assert!(failed.is_err());
                    assert_eq!((session[&arya].name.as_str(), session[&arya].version), ("kept", 2));
                    session.edit(&arya)?.name = "No One".into();
                    log.skip();
                    session.flush()?;
                    log.expect(["UPDATE authors (name, version)"]);
                    assert_eq!(session[&arya].version, 3);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_link_to_a_row_made_in_a_scope_is_its_key_afterwards() {
                let (orm, _) = open();
                let arya = samples::author(&orm, "Arya");
                let key = samples::book(&orm, "Needle", arya);
                orm.session(|session| {
                    let book = session.find::<Book>(key)?.required()?;
                    let bran = session.scope(|scope| {
                        let bran = scope.persist(NewAuthor::new("Bran"))?;
                        scope.link(&book, Book::editor(), &bran)?;
                        scope.flush()?;
                        let bran = scope.promote(&bran)?;
                        Ok(scope.key(&bran))
                    })?;
                    assert_eq!(session[&book].editor_id, Some(bran));
                    session.refresh(&book)?;
                    assert_eq!(session[&book].editor_id, Some(bran));
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
