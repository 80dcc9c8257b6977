//! Rows that are known by their key alone.

#[doc(hidden)]
#[macro_export]
macro_rules! references_behaviours {
    ($backend:ty, $harness:ty) => {
        mod references {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            #[test]
            fn a_reference_is_no_sql_and_the_same_instance_once_it_is_loaded() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                log.skip();
                orm.session(|session| {
                    let reference = session.reference::<Author>(key)?;
                    assert!(log.take().is_empty());
                    let found = session.find::<Author>(key)?.required()?;
                    let loaded = session.load(&reference)?.required()?;
                    assert!(session.same(&found, &loaded));
                    assert_eq!(session[&loaded].name, "Arya");
                    log.expect(["SELECT authors"]);
                    let nobody = session.reference::<Author>(999)?;
                    assert!(session.load(&nobody)?.is_none());
                    log.expect(["SELECT authors"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_reference_can_be_linked_to_without_being_loaded() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                log.skip();
                orm.session(|session| {
                    let arya = session.reference::<Author>(key)?;
                    let needle = session.persist(NewBook::new("Needle", &arya))?;
                    session.flush()?;
                    log.expect(["INSERT books"]);
                    let needle = session.promote(&needle)?;
                    assert_eq!(session[&needle].author_id, key);
                    session.link(&needle, Book::editor(), &arya)?;
                    session.flush()?;
                    log.expect(["UPDATE books (editor_id)"]);
                    assert_eq!(session[&needle].editor_id, Some(key));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_reference_can_be_removed_without_being_loaded() {
                let (orm, log) = open();
                let note = samples::note(&orm, "short");
                let author = samples::author(&orm, "Arya");
                log.skip();
                orm.session(|session| {
                    let note = session.reference::<Note>(note)?;
                    session.remove(note)?;
                    session.flush()?;
                    log.expect(["DELETE notes"]);
                    // With a version column there is no version to compare, since the row was not read.
                    let author = session.reference::<Author>(author)?;
                    session.remove(author)?;
                    session.flush()?;
                    log.expect(["DELETE authors"]);
                    assert_eq!(session.query::<Note>(notes::table).count()?, 0);
                    assert_eq!(session.query::<Author>(authors::table).count()?, 0);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_reference_to_a_managed_row_is_that_row() {
                let (orm, log) = open();
                let key = samples::note(&orm, "x");
                orm.session(|session| {
                    let note = session.find::<Note>(key)?.required()?;
                    log.skip();
                    let reference = session.reference::<Note>(key)?;
                    let loaded = session.load(&reference)?.required()?;
                    assert!(session.same(&note, &loaded));
                    assert!(log.take().is_empty());
                    let _ = session.remove(note)?;
                    assert!(matches!(session.reference::<Note>(key), Err(Error::Removed(_))));
                    assert!(matches!(session.load(&reference), Err(Error::Removed(_))));
                    session.flush()
                })
                .unwrap();
            }

            #[test]
            fn removing_a_reference_to_nothing_is_stale() {
                let (orm, log) = open();
                orm.session(|session| {
                    let nobody = session.reference::<Note>(999)?;
                    session.remove(nobody)?;
                    assert!(session.find::<Note>(999)?.is_none());
                    assert!(log.take().is_empty());
                    let stale = session.flush().unwrap_err();
                    assert!(matches!(&stale, Error::Stale(row) if row.entity == "Note"), "{stale}");
                    log.expect(["DELETE notes"]);
                    session.discard();
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
