//! Several foreign keys to one table, and keys that are foreign keys, with rows that come and go in the same flush.

#[doc(hidden)]
#[macro_export]
macro_rules! foreign_keys_behaviours {
    ($backend:ty, $harness:ty) => {
        mod foreign_keys {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            /// The author and the editor of the only book, as the database has them.
            fn of_the_book(orm: &Orm<B>) -> (String, Option<String>) {
                orm.read(|session| {
                    let book = session.query::<Book>(books::table).one()?;
                    let (author, editor) = (session[&book].author_id, session[&book].editor_id);
                    let author = session.find::<Author>(author)?.required()?;
                    let editor =
                        editor.map(|editor| session.find::<Author>(editor)?.required()).transpose()?;
                    Ok((session[&author].name.clone(), editor.map(|editor| session[&editor].name.clone())))
                })
                .unwrap()
            }

            #[test]
            fn two_to_one_table_lead_each_to_its_own_row() {
                let (orm, log) = open();
                orm.session(|session| {
                    let stored = session.persist(NewAuthor::new("Stored"))?;
                    session.flush()?;
                    let stored = session.promote(&stored)?;
                    log.skip();
                    let book = session.persist(NewBook::new("Needle", &stored))?;
                    let editor = session.persist(NewAuthor::new("Editor"))?;
                    let author = session.persist(NewAuthor::new("Author"))?;
                    session.link(&book, Book::author(), &author)?;
                    session.link(&book, Book::editor(), &editor)?;
                    session.flush()?;
                    let mut expected = samples::inserts(&orm, "authors", 2, 3);
                    expected.push("INSERT books".into());
                    log.expect(samples::in_transaction(expected));
                    assert_eq!(of_the_book(&orm), ("Author".into(), Some("Editor".into())));

                    // They change places.
                    let (book, author, editor) = session.promote((&book, &author, &editor))?;
                    session.link(&book, Book::author(), &editor)?;
                    session.link(&book, Book::editor(), &author)?;
                    session.flush()?;
                    assert_eq!(of_the_book(&orm), ("Editor".into(), Some("Author".into())));

                    // One goes, and the other stands for both.
                    log.skip();
                    session.link(&book, Book::editor(), &editor)?;
                    let _ = session.remove(author)?;
                    session.flush()?;
                    log.expect(["B", "UPDATE books (editor_id)", "DELETE authors", "C"]);
                    assert_eq!(of_the_book(&orm), ("Editor".into(), Some("Editor".into())));

                    // Both go at once, one to a row that was there and one to a new one.
                    let new = session.persist(NewAuthor::new("New"))?;
                    session.link(&book, Book::author(), &new)?;
                    session.link(&book, Book::editor(), &stored)?;
                    let _ = session.remove(editor)?;
                    session.flush()?;
                    assert_eq!(of_the_book(&orm), ("New".into(), Some("Stored".into())));

                    log.skip();
                    let new = session.promote(&new)?;
                    let _ = session.remove(stored)?;
                    let _ = session.remove(new)?;
                    let _ = session.remove(book)?;
                    session.flush()?;
                    assert_goes_before(&log.take(), "DELETE books", "DELETE authors");
                    Ok(())
                })
                .unwrap();
            }

            /// Both are sent, each in as many statements as it takes, and all of the one before any of the other.
            #[track_caller]
            fn assert_goes_before(sent: &[String], first: &str, then: &str) {
                let last_of_first = sent.iter().rposition(|statement| statement == first);
                let first_of_then = sent.iter().position(|statement| statement == then);
                assert!(last_of_first.is_some() && last_of_first < first_of_then, "{sent:?}");
            }

            #[test]
            fn a_composite_key_takes_the_keys_that_its_parents_get_in_the_same_flush() {
                const COUNT: usize = 20;
                let (orm, log) = open();
                orm.session(|session| {
                    let mut rows = Vec::new();
                    for number in 0..COUNT {
                        let author = session.persist(NewAuthor::new(format!("{number}")))?;
                        let book = session.persist(NewBook::new(format!("{number}"), &author))?;
                        let pair = session.persist(NewCoAuthor::new(&book, &author))?;
                        let tag = session.persist(Tag { label: format!("{number}"), color: "x".into() })?;
                        let tagged = session.persist(NewBookTag::new(&book, &tag, 0))?;
                        rows.push((author, book, pair, tag, tagged));
                    }
                    session.flush()?;
                    let mut all = Vec::new();
                    for (author, book, pair, tag, tagged) in rows {
                        let (author, book, pair) = session.promote((&author, &book, &pair))?;
                        let tagged = session.promote(&tagged)?;
                        assert_eq!(session[&pair].book_id, session.key(&book));
                        assert_eq!(session[&pair].author_id, session.key(&author));
                        assert_eq!(session[&tagged].book_id, session.key(&book));
                        session.refresh(&pair)?;
                        session.refresh(&tagged)?;
                        // The identity map knows them by it.
                        let found = session
                            .find::<CoAuthor>((session.key(&book), session.key(&author)))?
                            .required()?;
                        assert!(session.same(&pair, &found));
                        all.push((author, book, pair, tag, tagged));
                    }
                    log.skip();
                    // Parents first, which is not how they go.
                    for (author, book, pair, tag, tagged) in all {
                        let _ = session.remove(author)?;
                        let _ = session.remove(tag)?;
                        let _ = session.remove(book)?;
                        let _ = session.remove(pair)?;
                        let _ = session.remove(tagged)?;
                    }
                    session.flush()?;
                    let sent = log.take();
                    assert_goes_before(&sent, "DELETE co_authors", "DELETE books");
                    assert_goes_before(&sent, "DELETE book_tags", "DELETE books");
                    assert_goes_before(&sent, "DELETE book_tags", "DELETE tags");
                    assert_goes_before(&sent, "DELETE books", "DELETE authors");
                    assert_eq!(session.query::<Author>(authors::table).count()?, 0);
                    assert_eq!(session.query::<CoAuthor>(co_authors::table).count()?, 0);
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
