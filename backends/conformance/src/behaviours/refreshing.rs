//! What is read again: edits stay, the rest follows the database, and nothing becomes dirty by it.

#[doc(hidden)]
#[macro_export]
macro_rules! refreshing_behaviours {
    ($backend:ty, $harness:ty) => {
        mod refreshing {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            #[test]
            fn an_edited_column_stays_while_the_others_follow_the_database() {
                let (orm, log) = open();
                let arya = samples::author(&orm, "Arya");
                let key = samples::book(&orm, "Needle", arya);
                samples::execute(&orm, "UPDATE books SET isbn = '1-2', shelf = 3");
                orm.session(|session| {
                    session.set_flush_mode(FlushMode::Commit);
                    let book = session.find::<Book>(key)?.required()?;
                    session.edit(&book)?.title = "Mine".into();
                    samples::execute(&orm, "UPDATE books SET title = 'Theirs', isbn = NULL, pages = 7");
                    log.skip();
                    let again = session.query::<Book>(books::table).one()?;
                    assert!(session.same(&book, &again));
                    let row = &session[&book];
                    assert_eq!((row.title.as_str(), row.isbn.as_deref(), row.pages), ("Mine", None, 7));
                    assert_eq!(row.shelf, Some(3));
                    session.flush()?;
                    log.expect(["SELECT books", "UPDATE books (title)"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn an_untouched_row_follows_the_database_and_is_not_dirty() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                samples::execute(&orm, "UPDATE authors SET email = 'a@winter.example'");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    samples::execute(&orm, "UPDATE authors SET name = 'No One', email = NULL, version = 9");
                    log.skip();
                    let _ = session.query::<Author>(authors::table).one()?;
                    let row = &session[&arya];
                    assert_eq!((row.name.as_str(), row.email.as_deref(), row.version), ("No One", None, 9));
                    assert!(!session.has_changes());
                    session.flush()?;
                    log.expect(["SELECT authors"]);
                    session.edit(&arya)?.name = "Arya".into();
                    session.flush()?;
                    assert_eq!(session[&arya].version, 10);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn reading_an_edited_row_whose_version_moved_does_not_hide_that_it_is_stale() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    session.set_flush_mode(FlushMode::Commit);
                    let arya = session.find::<Author>(key)?.required()?;
                    session.edit(&arya)?.email = Some("a@winter.example".into());
                    samples::execute(&orm, "UPDATE authors SET name = 'No One', version = 2");
                    let _ = session.query::<Author>(authors::table).one()?;
                    log.skip();
                    let stale = session.flush().unwrap_err();
                    assert!(matches!(&stale, Error::Stale(row) if row.entity == "Author"), "{stale}");
                    log.expect(["UPDATE authors (email, version)"]);
                    session.refresh(&arya)?;
                    let row = &session[&arya];
                    assert_eq!((row.name.as_str(), row.email.as_deref(), row.version), ("No One", None, 2));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn refresh_takes_the_row_and_drops_the_edits() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    let row = session.edit(&arya)?;
                    row.name = "Mine".into();
                    row.email = Some("a@winter.example".into());
                    samples::execute(&orm, "UPDATE authors SET name = 'Theirs', version = 2");
                    log.skip();
                    session.refresh(&arya)?;
                    log.expect(["SELECT authors"]);
                    let row = &session[&arya];
                    assert_eq!((row.name.as_str(), row.email.as_deref(), row.version), ("Theirs", None, 2));
                    session.flush()?;
                    assert!(log.take().is_empty());
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn refresh_of_a_row_that_is_gone_is_stale_and_changes_nothing() {
                let (orm, log) = open();
                let key = samples::note(&orm, "first");
                orm.session(|session| {
                    let note = session.find::<Note>(key)?.required()?;
                    session.edit(&note)?.text = "mine".into();
                    samples::execute(&orm, "DELETE FROM notes");
                    log.skip();
                    let stale = session.refresh(&note).unwrap_err();
                    assert!(matches!(&stale, Error::Stale(row) if row.entity == "Note"), "{stale}");
                    log.expect(["SELECT notes"]);
                    assert_eq!(session[&note].text, "mine");
                    assert!(session.has_changes());
                    session.discard();
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn refresh_of_a_full_value_before_its_insert_is_not_written() {
                let (orm, log) = open();
                orm.session(|session| {
                    let red = session.persist(Tag { label: "red".into(), color: "#f00".into() })?;
                    assert!(matches!(session.refresh(&red), Err(Error::NotWritten { entity: "Tag" })));
                    assert!(log.take().is_empty());
                    session.flush()?;
                    session.refresh(&red)
                })
                .unwrap();
            }

            #[test]
            fn a_row_whose_removal_is_scheduled_is_not_given_by_a_query() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                samples::author(&orm, "Bran");
                orm.session(|session| {
                    session.set_flush_mode(FlushMode::Commit);
                    let arya = session.find::<Author>(key)?.required()?;
                    let arya = session.remove(arya)?;
                    log.skip();
                    let all = session.query::<Author>(authors::table).all()?;
                    let names: Vec<_> = all.iter().map(|row| session[row].name.as_str()).collect();
                    assert_eq!(names, ["Bran"]);
                    log.expect(["SELECT authors"]);
                    assert!(session.find::<Author>(key)?.is_none());
                    assert!(log.take().is_empty());
                    let _ = session.restore(arya)?;
                    assert!(session.find::<Author>(key)?.is_some());
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
