//! A session or a scope that ends with work nobody wrote.

#[doc(hidden)]
#[macro_export]
macro_rules! unflushed_behaviours {
    ($backend:ty, $harness:ty) => {
        mod unflushed {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            fn lost(error: &Error) -> Vec<(&'static str, usize, usize, usize)> {
                let Error::Unflushed(unflushed) = error else { panic!("{error}") };
                let entities = unflushed.entities.iter();
                entities.map(|entity| (entity.entity, entity.new, entity.edited, entity.removed)).collect()
            }

            #[test]
            fn a_session_that_ends_well_names_what_was_never_flushed() {
                let (orm, log) = open();
                let (edited, removed) = (samples::author(&orm, "Edited"), samples::author(&orm, "Removed"));
                log.skip();
                let error = orm
                    .session(|session| {
                        let edited = session.find::<Author>(edited)?.required()?;
                        let removed = session.find::<Author>(removed)?.required()?;
                        session.edit(&edited)?.name = "Lost".into();
                        let _ = session.remove(removed)?;
                        let _ = session.persist(NewAuthor::new("Lost"))?;
                        let _ = session.persist(NewTag::new("lost", "x"))?;
                        Ok(())
                    })
                    .unwrap_err();
                assert_eq!(lost(&error), [("Author", 1, 1, 1), ("Tag", 1, 0, 0)]);
                let message = error.to_string();
                assert!(
                    message.contains("1 new Author, 1 edited Author, 1 removed Author, 1 new Tag"),
                    "{message}"
                );
                assert!(log.take().iter().all(|statement| statement.starts_with("SELECT")));
            }

            #[test]
            fn a_removal_by_reference_is_named_too() {
                let (orm, _) = open();
                let key = samples::author(&orm, "Arya");
                let error = orm
                    .session(|session| {
                        let arya = session.reference::<Author>(key)?;
                        session.remove(arya)
                    })
                    .unwrap_err();
                assert_eq!(lost(&error), [("Author", 0, 0, 1)]);
            }

            #[test]
            fn discarded_work_is_nobodys_complaint() {
                let (orm, log) = open();
                let (edited, removed) = (samples::author(&orm, "Edited"), samples::author(&orm, "Removed"));
                log.skip();
                orm.session(|session| {
                    let edited = session.find::<Author>(edited)?.required()?;
                    let removed = session.find::<Author>(removed)?.required()?;
                    let alias = removed.alias();
                    session.edit(&edited)?.name = "Lost".into();
                    let _ = session.remove(removed)?;
                    let draft = session.persist(NewAuthor::new("Lost"))?;
                    let red = session.persist(Tag { label: "red".into(), color: "#f00".into() })?;
                    session.edit(&red)?.color = "lost".into();
                    session.discard();
                    assert_eq!(session[&edited].name, "Edited");
                    assert_eq!(session.edit(&alias)?.name, "Removed");
                    assert!(matches!(session.draft(&draft), Err(Error::Forgotten { .. })));
                    assert!(session.find::<Tag>("red")?.is_none());
                    assert!(!session.has_changes());
                    session.flush()?;
                    Ok(())
                })
                .unwrap();
                assert!(log.take().iter().all(|statement| statement.starts_with("SELECT")));
            }

            #[test]
            fn an_error_of_the_closure_is_returned_and_nothing_is_written() {
                let (orm, log) = open();
                let error = orm
                    .session(|session| {
                        let _ = session.persist(NewAuthor::new("Lost"))?;
                        samples::give_up::<()>()
                    })
                    .unwrap_err();
                assert!(matches!(error, Error::NotFound { .. }));
                assert!(log.take().is_empty());
            }

            #[test]
            fn an_edit_that_was_set_back_a_withdrawn_value_and_a_forgotten_draft_are_no_work() {
                let (orm, _) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    session.edit(&arya)?.name = "No One".into();
                    session.edit(&arya)?.name = "Arya".into();
                    let draft = session.persist(NewAuthor::new("Bran"))?;
                    session.remove(draft)?;
                    let red = session.persist(Tag { label: "red".into(), color: "#f00".into() })?;
                    let _ = session.remove(red)?;
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn an_edit_without_a_change_in_a_scope_does_not_hide_the_next_one() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    session.scope(|scope| {
                        scope.edit(&arya)?.name = "Arya".into();
                        Ok(())
                    })?;
                    session.edit(&arya)?.name = "No One".into();
                    assert!(session.has_changes());
                    log.skip();
                    session.flush()?;
                    log.expect(["UPDATE authors (name, version)"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn an_edit_that_waits_outside_survives_a_savepoint_that_wrote_it_and_was_undone() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    session.edit(&arya)?.name = "Waiting".into();
                    session.transaction(|tx| {
                        let undone: Result<()> = tx.transaction(|inner| {
                            inner.edit(&arya)?.name = "Undone".into();
                            inner.flush()?;
                            samples::give_up()
                        });
                        assert!(undone.is_err());
                        Ok(())
                    })?;
                    assert_eq!(session[&arya].name, "Waiting");
                    assert!(session.has_changes());
                    log.skip();
                    session.flush()?;
                    log.expect(["UPDATE authors (name, version)"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn an_edit_that_waits_outside_survives_a_refresh_in_a_scope_that_fails() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    session.edit(&arya)?.name = "Waiting".into();
                    let failed: Result<()> = session.scope(|scope| {
                        scope.transaction(|tx| tx.refresh(&arya))?;
                        samples::give_up()
                    });
                    assert!(failed.is_err());
                    assert_eq!(session[&arya].name, "Waiting");
                    log.skip();
                    session.flush()?;
                    log.expect(["UPDATE authors (name, version)"]);
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
