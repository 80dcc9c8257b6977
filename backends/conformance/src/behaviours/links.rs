//! Rows of a many-to-many relation: after both ends, before both, and each pair once.

#[doc(hidden)]
#[macro_export]
macro_rules! links_behaviours {
    ($backend:ty, $harness:ty) => {
        mod links {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            #[test]
            fn link_rows_come_after_both_ends_and_go_before_both() {
                let (orm, log) = open();
                orm.session(|session| {
                    let arya = session.persist(NewAuthor::new("Arya"))?;
                    let needle = session.persist(NewBook::new("Needle", &arya))?;
                    let link = session.persist(NewCoAuthor::new(&needle, &arya))?;
                    let tag = session.persist(Tag { label: "steel".into(), color: "grey".into() })?;
                    let tagged = session.persist(NewBookTag::new(&needle, &tag, 1))?;
                    session.flush()?;
                    let sent = log.take();
                    let at = |statement: &str| sent.iter().position(|sent| sent == statement).unwrap();
                    assert!(at("INSERT co_authors") > at("INSERT books"), "{sent:?}");
                    assert!(at("INSERT book_tags") > at("INSERT books"), "{sent:?}");
                    assert!(at("INSERT book_tags") > at("INSERT tags"), "{sent:?}");
                    let (arya, needle, link) = session.promote((&arya, &needle, &link))?;
                    let tagged = session.promote(&tagged)?;
                    let _ = session.remove(arya)?;
                    let _ = session.remove(tag)?;
                    let _ = session.remove(needle)?;
                    let _ = session.remove(tagged)?;
                    let _ = session.remove(link)?;
                    session.flush()?;
                    let sent = log.take();
                    let at = |statement: &str| sent.iter().position(|sent| sent == statement).unwrap();
                    assert!(at("DELETE co_authors") < at("DELETE books"), "{sent:?}");
                    assert!(at("DELETE book_tags") < at("DELETE books"), "{sent:?}");
                    assert!(at("DELETE book_tags") < at("DELETE tags"), "{sent:?}");
                    assert!(at("DELETE books") < at("DELETE authors"), "{sent:?}");
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_pair_that_is_added_twice_is_one_row() {
                let (orm, log) = open();
                let stored = samples::author(&orm, "Bran");
                orm.session(|session| {
                    let arya = session.persist(NewAuthor::new("Arya"))?;
                    let bran = session.find::<Author>(stored)?.required()?;
                    let needle = session.persist(NewBook::new("Needle", &arya))?;
                    let one = session.persist(NewCoAuthor::new(&needle, &arya))?;
                    let other = session.persist(NewCoAuthor::new(&needle, &bran))?;
                    let again = session.persist(NewCoAuthor::new(&needle, &arya))?;
                    assert!(session.same(&one, &again));
                    assert!(!session.same(&one, &other));
                    session.flush()?;
                    let late = session.persist(NewCoAuthor::new(&needle, &arya))?;
                    assert!(session.same(&one, &late));
                    log.skip();
                    session.flush()?;
                    assert!(log.take().is_empty());
                    let (one, late) = session.promote((&one, &late))?;
                    assert!(session.same(&one, &late));
                    let whole = session.persist(session[&one].clone())?;
                    assert!(session.same(&one, &whole));
                    assert_eq!(session.query::<CoAuthor>(co_authors::table).count()?, 2);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_pair_that_is_removed_and_added_is_there_afterwards() {
                let (orm, _) = open();
                let author = samples::author(&orm, "Arya");
                let book = samples::book(&orm, "Needle", author);
                orm.session(|session| {
                    let arya = session.find::<Author>(author)?.required()?;
                    let needle = session.find::<Book>(book)?.required()?;
                    let link = session.persist(NewCoAuthor::new(&needle, &arya))?;
                    session.flush()?;
                    let link = session.promote(&link)?;
                    let _ = session.remove(link)?;
                    let _ = session.persist(NewCoAuthor::new(&needle, &arya))?;
                    session.flush()?;
                    assert_eq!(session.query::<CoAuthor>(co_authors::table).count()?, 1);
                    // A draft that was given up is nobody's twin.
                    let extra = session.persist(NewAuthor::new("Bran"))?;
                    let link = session.persist(NewCoAuthor::new(&needle, &extra))?;
                    session.remove(link)?;
                    let link = session.persist(NewCoAuthor::new(&needle, &extra))?;
                    session.flush()?;
                    let _ = session.promote(&link)?;
                    assert_eq!(session.query::<CoAuthor>(co_authors::table).count()?, 2);
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
