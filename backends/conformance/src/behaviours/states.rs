//! The states of an entity: every legal transition, and what each of them costs.

#[doc(hidden)]
#[macro_export]
macro_rules! states_behaviours {
    ($backend:ty, $harness:ty) => {
        mod states {
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
            fn a_draft_is_read_and_edited_until_its_row_is_written() {
                let (orm, log) = open();
                orm.session(|session| {
                    let arya = session.persist(NewAuthor::new("Arya"))?;
                    assert_eq!(session.draft(&arya)?.name, "Arya");
                    session.edit_draft(&arya)?.name = "No One".into();
                    session.edit_draft(&arya)?.email = Some("n".into());
                    assert_eq!(session.draft(&arya)?.name, "No One");
                    assert!(matches!(session.promote(&arya), Err(Error::NotWritten { entity: "Author" })));
                    assert!(log.take().is_empty());
                    session.flush()?;
                    assert!(matches!(session.draft(&arya), Err(Error::AlreadyWritten { entity: "Author" })));
                    assert!(matches!(
                        session.edit_draft(&arya),
                        Err(Error::AlreadyWritten { entity: "Author" })
                    ));
                    log.skip();
                    let arya = session.promote(&arya)?;
                    assert_eq!(session[&arya].name, "No One");
                    assert_eq!(session[&arya].email.as_deref(), Some("n"));
                    assert!(log.take().is_empty());
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn drafts_are_promoted_one_by_one_as_a_tuple_and_as_a_list() {
                let (orm, _) = open();
                orm.session(|session| {
                    let arya = session.persist(NewAuthor::new("Arya"))?;
                    let books: Vec<_> = ["a", "b"]
                        .into_iter()
                        .map(|title| session.persist(NewBook::new(title, &arya)))
                        .collect::<Result<_>>()?;
                    let pair =
                        [session.persist(NewNote::new("x", 1))?, session.persist(NewNote::new("y", 2))?];
                    session.flush()?;
                    let one = session.promote(&arya)?;
                    let (again, books) = session.promote((&arya, &books))?;
                    let notes = session.promote(&pair)?;
                    assert!(session.same(&one, &again));
                    assert_eq!(
                        books.iter().map(|book| session[book].title.as_str()).collect::<Vec<_>>(),
                        ["a", "b"]
                    );
                    assert_eq!(notes.iter().map(|note| session[note].stars).collect::<Vec<_>>(), [1, 2]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_full_value_is_managed_before_it_is_written() {
                let (orm, log) = open();
                orm.session(|session| {
                    let red = session.persist(red())?;
                    assert_eq!(session[&red].color, "#f00");
                    session.edit(&red)?.color = "#e00".into();
                    let found = session.find::<Tag>("red")?.required()?;
                    assert!(session.same(&red, &found));
                    assert!(matches!(session.refresh(&red), Err(Error::NotWritten { entity: "Tag" })));
                    assert!(matches!(session.detach(red.alias()), Err(Error::NotWritten { entity: "Tag" })));
                    assert!(log.take().is_empty());
                    session.flush()?;
                    log.expect(["INSERT tags"]);
                    session.refresh(&red)?;
                    assert_eq!(session[&red].color, "#e00");
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn the_key_of_a_full_value_that_is_not_written_cannot_be_changed_either() {
                let (orm, log) = open();
                orm.session(|session| {
                    let red = session.persist(red())?;
                    session.edit(&red)?.label = "blue".into();
                    assert!(matches!(session.flush(), Err(Error::KeyChanged(_))));
                    assert!(log.take().is_empty());
                    session.edit(&red)?.label = "red".into();
                    session.flush()?;
                    let found = session.find::<Tag>("red")?.required()?;
                    assert!(session.same(&red, &found));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_reference_is_no_statement_until_it_is_loaded() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                log.skip();
                orm.session(|session| {
                    let reference = session.reference::<Author>(key)?;
                    let book = session.persist(NewBook::new("Needle", &reference))?;
                    assert!(log.take().is_empty());
                    session.flush()?;
                    log.expect(["INSERT books"]);
                    let arya = session.load(&reference)?.required()?;
                    log.expect(["SELECT authors"]);
                    let again = session.load(&reference)?.required()?;
                    assert!(session.same(&arya, &again) && session.same(&arya, &reference));
                    assert!(log.take().is_empty());
                    let book = session.promote(&book)?;
                    assert_eq!(session[&book].author_id, key);
                    let nobody = session.reference::<Author>(999)?;
                    assert!(session.load(&nobody)?.is_none());
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_refresh_drops_edits_and_takes_the_row() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    samples::execute(&orm, "UPDATE authors SET email = 'theirs', version = 2");
                    session.edit(&arya)?.name = "Mine".into();
                    log.skip();
                    session.refresh(&arya)?;
                    log.expect(["SELECT authors"]);
                    assert_eq!(
                        (session[&arya].name.as_str(), session[&arya].email.as_deref()),
                        ("Arya", Some("theirs"))
                    );
                    session.flush()?;
                    assert!(log.take().is_empty());
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
