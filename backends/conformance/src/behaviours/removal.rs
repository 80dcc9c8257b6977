//! Removing what is new, stored or only referred to, taking it back, and relations to it.

#[doc(hidden)]
#[macro_export]
macro_rules! removal_behaviours {
    ($backend:ty, $harness:ty) => {
        mod removal {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            fn red() -> Tag {
                Tag { label: "red".into(), color: "#f00".into() }
            }

            #[test]
            fn a_removed_draft_is_forgotten_without_a_statement() {
                let (orm, log) = open();
                orm.session(|session| {
                    let arya = session.persist(NewAuthor::new("Arya"))?;
                    let other = arya.alias();
                    session.remove(arya)?;
                    assert!(matches!(session.draft(&other), Err(Error::Forgotten { entity: "Author" })));
                    assert!(matches!(session.edit_draft(&other), Err(Error::Forgotten { entity: "Author" })));
                    assert!(matches!(session.promote(&other), Err(Error::Forgotten { entity: "Author" })));
                    assert!(!session.has_changes());
                    session.flush()?;
                    assert!(log.take().is_empty());
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_full_value_that_is_removed_before_its_insert_is_no_statement() {
                let (orm, log) = open();
                orm.session(|session| {
                    let gone = session.persist(red())?;
                    let gone = session.remove(gone)?;
                    assert_eq!(session[&gone].color, "#f00");
                    session.flush()?;
                    assert!(log.take().is_empty());
                    let back = session.restore(gone)?;
                    session.flush()?;
                    log.expect(["INSERT tags"]);
                    assert_eq!(session[&back].color, "#f00");
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_removed_row_is_deleted_by_the_flush_and_stays_readable() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    log.skip();
                    let arya = session.remove(arya)?;
                    assert_eq!(session[&arya].name, "Arya");
                    assert!(session.find::<Author>(key)?.is_none());
                    assert!(log.take().is_empty());
                    session.flush()?;
                    log.expect(["DELETE authors"]);
                    assert_eq!(session[&arya].name, "Arya");
                    assert!(matches!(session.detach(arya.alias()), Err(Error::Removed(_))));
                    assert!(matches!(session.restore(arya), Err(Error::Removed(_))));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_removal_can_be_taken_back_and_edits_go_on() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    log.skip();
                    let removed = session.remove(arya)?;
                    let arya = session.restore(removed)?;
                    assert!(!session.has_changes());
                    session.flush()?;
                    assert!(log.take().is_empty());
                    session.edit(&arya)?.name = "No One".into();
                    let removed = session.remove(arya)?;
                    let arya = session.restore(removed)?;
                    session.edit(&arya)?.email = Some("n".into());
                    session.flush()?;
                    log.expect(["UPDATE authors (name, email, version)"]);
                    let found = session.find::<Author>(key)?.required()?;
                    assert!(session.same(&arya, &found));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_removal_cannot_be_taken_back_once_the_key_is_anothers() {
                let (orm, _) = open();
                orm.session(|session| {
                    let old = session.persist(red())?;
                    session.flush()?;
                    let old = session.remove(old)?;
                    let new = session.persist(red())?;
                    assert!(matches!(session.restore(old.alias()), Err(Error::AlreadyManaged(_))));
                    let _ = session.remove(new)?;
                    let old = session.restore(old)?;
                    session.flush()?;
                    session.refresh(&old)?;
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_row_removed_through_an_alias_cannot_be_edited_refreshed_or_removed() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    let other = arya.alias();
                    let _ = session.remove(arya)?;
                    log.skip();
                    assert!(matches!(session.edit(&other), Err(Error::Removed(row)) if row.entity == "Author"));
                    assert!(matches!(session.refresh(&other), Err(Error::Removed(_))));
                    assert!(matches!(session.remove(other.alias()), Err(Error::Removed(_))));
                    assert_eq!(session[&other].name, "Arya");
                    session.flush()?;
                    assert!(matches!(session.edit(&other), Err(Error::Removed(_))));
                    log.expect(["DELETE authors"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_reference_can_be_removed() {
                let (orm, log) = open();
                samples::notes(&orm, 2);
                log.skip();
                orm.session(|session| {
                    let first = session.reference::<Note>(1)?;
                    let other = first.alias();
                    session.remove(first)?;
                    assert!(matches!(session.load(&other), Err(Error::Removed(_))));
                    assert!(matches!(session.reference::<Note>(1), Err(Error::Removed(_))));
                    assert!(session.find::<Note>(1)?.is_none());
                    session.flush()?;
                    log.expect(["DELETE notes"]);
                    let gone = session.reference::<Note>(99)?;
                    session.remove(gone)?;
                    assert!(matches!(session.flush(), Err(Error::Stale(_))));
                    session.discard();
                    assert_eq!(session.query::<Note>(notes::table).count()?, 1);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_relation_to_a_row_scheduled_for_removal_is_refused_before_any_statement() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                let other = samples::author(&orm, "Bran");
                let book = samples::book(&orm, "Needle", other);
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    let alias = arya.alias();
                    let book = session.find::<Book>(book)?.required()?;
                    let by_handle = session.persist(NewBook::new("By handle", &arya))?;
                    let removed = session.remove(arya)?;
                    log.skip();
                    let named = |result: Result<()>| match result {
                        Err(Error::RemovedTarget { entity: "Book", relation: "author", target }) => target.entity == "Author",
                        _ => false,
                    };
                    assert!(named(session.flush()));
                    session.remove(by_handle)?;
                    assert!(matches!(session.persist(NewBook::new("Late", &alias)), Err(Error::Removed(_))));
                    assert!(matches!(session.link(&book, Book::author(), &alias), Err(Error::Removed(_))));
                    let by_key = session.persist(NewBook::new("By key", key))?;
                    assert!(named(session.flush()));
                    session.remove(by_key)?;
                    session.edit(&book)?.author_id = key;
                    assert!(named(session.flush()));
                    assert!(log.take().is_empty());
                    let _ = session.restore(removed)?;
                    session.flush()?;
                    log.expect(["UPDATE books (author_id)"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_draft_linked_to_a_forgotten_one_is_refused_until_it_is_linked_anew() {
                let (orm, log) = open();
                orm.session(|session| {
                    let arya = session.persist(NewAuthor::new("Arya"))?;
                    let book = session.persist(NewBook::new("Needle", &arya))?;
                    session.remove(arya)?;
                    assert!(matches!(session.flush(), Err(Error::RemovedTarget { relation: "author", .. })));
                    assert!(log.take().is_empty());
                    let bran = session.persist(NewAuthor::new("Bran"))?;
                    session.link(&book, Book::author(), &bran)?;
                    session.flush()?;
                    let (book, bran) = session.promote((&book, &bran))?;
                    assert_eq!(session[&book].author_id, session.key(&bran));
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
