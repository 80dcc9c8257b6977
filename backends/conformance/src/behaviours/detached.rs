//! Values that leave a session and come back to another one.

#[doc(hidden)]
#[macro_export]
macro_rules! detached_behaviours {
    ($backend:ty, $harness:ty) => {
        mod detached {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            fn stored(orm: &Orm<B>) -> Key<Author> {
                samples::author(orm, "Arya")
            }

            fn detached(orm: &Orm<B>, key: Key<Author>) -> Detached<Author> {
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    session.edit(&arya)?.name = "Edited inside".into();
                    session.detach(arya)
                })
                .unwrap()
            }

            #[test]
            fn a_detached_value_takes_its_edits_along() {
                let (orm, log) = open();
                let key = stored(&orm);
                let mut value = detached(&orm, key);
                assert_eq!((value.get().name.as_str(), value.snapshot().name.as_str()), ("Edited inside", "Arya"));
                value.get_mut().email = Some("outside".into());
                log.skip();
                orm.session(|session| {
                    let arya = session.attach(&value)?;
                    assert!(log.take().is_empty());
                    assert!(session.has_changes());
                    session.flush()?;
                    log.expect(["UPDATE authors (name, email, version)"]);
                    let found = session.find::<Author>(key)?.required()?;
                    assert!(session.same(&arya, &found));
                    session.refresh(&arya)?;
                    assert_eq!(session[&arya].name, "Edited inside");
                    assert_eq!(session[&arya].email.as_deref(), Some("outside"));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_detached_value_crosses_threads() {
                let (orm, _) = open();
                let key = stored(&orm);
                let value = detached(&orm, key);
                std::thread::scope(|scope| {
                    scope.spawn(|| {
                        orm.session(|session| {
                            let arya = session.merge(&value)?;
                            session.flush()?;
                            assert_eq!(session[&arya].version, 2);
                            Ok(())
                        })
                        .unwrap();
                    });
                });
            }

            #[test]
            fn merging_applies_what_was_changed_and_takes_the_rest_of_the_row() {
                let (orm, log) = open();
                let author = stored(&orm);
                let key = samples::book(&orm, "Needle", author);
                let mut value = orm
                    .session(|session| {
                        let book = session.find::<Book>(key)?.required()?;
                        session.detach(book)
                    })
                    .unwrap();
                value.get_mut().title = "Mine".into();
                samples::execute(&orm, "UPDATE books SET pages = 7");
                log.skip();
                orm.session(|session| {
                    let book = session.merge(&value)?;
                    log.expect(["SELECT books"]);
                    assert_eq!((session[&book].title.as_str(), session[&book].pages), ("Mine", 7));
                    session.flush()?;
                    log.expect(["UPDATE books (title)"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn merging_into_a_session_that_has_the_row_gives_the_same_instance() {
                let (orm, log) = open();
                let key = stored(&orm);
                let value = detached(&orm, key);
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    session.edit(&arya)?.email = Some("e".into());
                    log.skip();
                    let merged = session.merge(&value)?;
                    assert!(session.same(&arya, &merged));
                    assert_eq!(session[&arya].name, "Edited inside");
                    session.flush()?;
                    log.expect(["SELECT authors", "UPDATE authors (name, email, version)"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn attaching_where_the_row_is_managed_is_refused() {
                let (orm, _) = open();
                let key = stored(&orm);
                let value = detached(&orm, key);
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    assert!(matches!(session.attach(&value), Err(Error::AlreadyManaged(_))));
                    assert_eq!(session[&arya].name, "Arya");
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn attaching_fills_a_reference() {
                let (orm, log) = open();
                let key = stored(&orm);
                let value = detached(&orm, key);
                log.skip();
                orm.session(|session| {
                    let reference = session.reference::<Author>(key)?;
                    let arya = session.attach(&value)?;
                    assert!(session.same(&reference, &arya));
                    assert!(log.take().is_empty());
                    session.discard();
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_version_that_moved_or_a_row_that_went_is_stale_and_never_inserted() {
                let (orm, log) = open();
                let key = stored(&orm);
                let value = detached(&orm, key);
                samples::execute(&orm, "UPDATE authors SET version = 2");
                orm.session(|session| {
                    assert!(matches!(session.merge(&value), Err(Error::Stale(row)) if row.entity == "Author"));
                    let _ = session.attach(&value)?;
                    assert!(matches!(session.flush(), Err(Error::Stale(_))));
                    session.discard();
                    Ok(())
                })
                .unwrap();
                samples::execute(&orm, "DELETE FROM authors");
                log.skip();
                orm.session(|session| {
                    assert!(matches!(session.merge(&value), Err(Error::Stale(_))));
                    let _ = session.attach(&value)?;
                    assert!(matches!(session.flush(), Err(Error::Stale(_))));
                    session.discard();
                    assert_eq!(session.query::<Author>(authors::table).count()?, 0);
                    Ok(())
                })
                .unwrap();
                assert!(!log.take().iter().any(|statement| statement.starts_with("INSERT")));
            }

            #[test]
            fn a_detached_key_that_was_changed_is_refused() {
                let (orm, log) = open();
                let key = stored(&orm);
                let mut value = detached(&orm, key);
                value.get_mut().id += 1;
                log.skip();
                orm.session(|session| {
                    assert!(matches!(session.merge(&value), Err(Error::KeyChanged(_))));
                    assert!(matches!(session.attach(&value), Err(Error::KeyChanged(_))));
                    assert!(log.take().is_empty());
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn detaching_cancels_a_removal() {
                let (orm, log) = open();
                let key = stored(&orm);
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    let other = arya.alias();
                    let removed = session.remove(arya)?;
                    log.skip();
                    let value = session.detach(removed)?;
                    session.flush()?;
                    assert!(log.take().is_empty());
                    assert!(matches!(session.edit(&other), Err(Error::Detached(_))));
                    assert!(matches!(session.remove(other.alias()), Err(Error::Detached(_))));
                    let back = session.attach(&value)?;
                    assert_eq!(session[&back].name, "Arya");
                    assert!(!session.same(&back, &other));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn detaching_a_draft_gives_the_draft_back() {
                let (orm, log) = open();
                orm.session(|session| {
                    let arya = session.persist(NewAuthor::new("Arya"))?;
                    let book = session.persist(NewBook::new("Needle", &arya).pages(7))?;
                    session.edit_draft(&book)?.title = "Edited".into();
                    let other = book.alias();
                    let draft = session.detach(book)?;
                    assert_eq!((draft.title.as_str(), draft.pages), ("Edited", Some(7)));
                    assert!(matches!(session.draft(&other), Err(Error::Forgotten { .. })));
                    let book = session.persist(draft)?;
                    session.flush()?;
                    log.expect(["B", "INSERT authors", "INSERT books", "C"]);
                    let (arya, book) = session.promote((&arya, &book))?;
                    assert_eq!(session[&book].author_id, session.key(&arya));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_row_linked_to_one_without_a_key_cannot_leave() {
                let (orm, _) = open();
                let author = stored(&orm);
                let book = samples::book(&orm, "Needle", author);
                orm.session(|session| {
                    let book = session.find::<Book>(book)?.required()?;
                    let bran = session.persist(NewAuthor::new("Bran"))?;
                    session.link(&book, Book::author(), &bran)?;
                    assert!(matches!(session.detach(book.alias()), Err(Error::PendingLink(_))));
                    session.flush()?;
                    let value = session.detach(book)?;
                    let bran = session.promote(&bran)?;
                    assert_eq!(value.get().author_id, session.key(&bran));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_value_detached_in_a_scope_that_fails_is_managed_outside() {
                let (orm, log) = open();
                let key = stored(&orm);
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    let failed: Result<()> = session.scope(|scope| {
                        scope.edit(&arya)?.name = "Lost".into();
                        let _ = scope.detach(arya.alias())?;
                        scope.flush()?;
                        samples::give_up()
                    });
                    assert!(failed.is_err());
                    log.skip();
                    session.edit(&arya)?.name = "No One".into();
                    session.flush()?;
                    log.expect(["UPDATE authors (name, version)"]);
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
