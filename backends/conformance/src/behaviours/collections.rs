//! Collections: rows put in and taken out from the side that does not hold the column, loaded or not.

#[doc(hidden)]
#[macro_export]
macro_rules! collections_behaviours {
    ($backend:ty, $harness:ty) => {
        mod collections {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            /// Two authors; the books a and b of the first, c of the second.
            fn library() -> (Orm<B>, Statements) {
                let (orm, log) = open();
                orm.session(|session| {
                    let [first, second] =
                        ["first", "second"].map(|name| session.persist(NewAuthor::new(name)).unwrap());
                    session.flush()?;
                    for (title, author) in [("a", &first), ("b", &first), ("c", &second)] {
                        session.persist(NewBook::new(title, author))?;
                        session.flush()?;
                    }
                    for label in ["x", "y", "z"] {
                        session.persist(Tag { label: label.into(), color: "red".into() })?;
                    }
                    session.flush()
                })
                .unwrap();
                (orm, log)
            }

            fn author<'s>(session: &mut Session<'s, B>, name: &str) -> Result<Handle<'s, Author, Managed>> {
                session.query::<Author>(authors::table.filter(authors::name.eq(name))).one()
            }

            fn book<'s>(session: &mut Session<'s, B>, title: &str) -> Result<Handle<'s, Book, Managed>> {
                session.query::<Book>(books::table.filter(books::title.eq(title))).one()
            }

            /// The books as the database has them: title and author.
            fn stored(orm: &Orm<B>) -> Vec<(String, String)> {
                orm.read(|session| {
                    let books = session.query::<Book>(books::table.order(books::title)).all()?;
                    let books = session.populate(&books, Book::author())?;
                    books
                        .iter()
                        .map(|book| {
                            let author = session.related(book, Book::author())?;
                            Ok((session[book].title.clone(), session[&author].name.clone()))
                        })
                        .collect()
                })
                .unwrap()
            }

            fn linked(orm: &Orm<B>, table: &str) -> Vec<String> {
                orm.read(|session| {
                    if table == "book_tags" {
                        let links = session.query::<BookTag>(book_tags::table).all()?;
                        let mut links: Vec<_> =
                            links.iter().map(|link| session[link].tag_label.value().clone()).collect();
                        links.sort_unstable();
                        return Ok(links);
                    }
                    let links = session.query::<CoAuthor>(co_authors::table).all()?;
                    Ok(links.iter().map(|link| session[link].author_id.to_string()).collect())
                })
                .unwrap()
            }

            #[test]
            fn rows_are_added_to_what_is_not_loaded_without_a_select() {
                let (orm, log) = library();
                orm.session(|session| {
                    let second = author(session, "second")?;
                    let a = book(session, "a")?;
                    log.skip();
                    let mut books = session.collection(&second, Author::books());
                    books.add(&a)?.add(&a)?;
                    let d = books.add_with(|author| NewBook::new("d", author))?;
                    assert!(books.contains(&a)? && books.contains(&d)?);
                    log.expect::<&str>([]);
                    session.flush()?;
                    let sent = log.take();
                    assert_eq!(
                        sent.iter().filter(|sent| sent.starts_with("UPDATE books (author_id)")).count(),
                        1
                    );
                    assert!(
                        !sent
                            .iter()
                            .any(|sent| sent.starts_with("SELECT authors") || sent.starts_with("DELETE"))
                    );
                    Ok(())
                })
                .unwrap();
                let stored = stored(&orm);
                let stored: Vec<_> =
                    stored.iter().map(|(book, author)| (book.as_str(), author.as_str())).collect();
                assert_eq!(stored, [("a", "second"), ("b", "first"), ("c", "second"), ("d", "second")]);
            }

            #[test]
            fn a_graph_of_drafts_is_one_statement_a_level() {
                let (orm, log) = library();
                orm.session(|session| {
                    let x = session.find::<Tag>("x")?.required()?;
                    log.skip();
                    let new = session.persist(NewAuthor::new("new"))?;
                    for title in ["d", "e"] {
                        let book = session
                            .collection(&new, Author::books())
                            .add_with(|author| NewBook::new(title, author))?;
                        session
                            .collection(&book, Book::tags())
                            .add_with(|book| NewBookTag::new(book, &x, 1))?;
                    }
                    let mut books = session.collection(&new, Author::books());
                    assert_eq!((books.count()?, books.rows()?.len()), (2, 0));
                    log.expect::<&str>([]);
                    session.flush()?;
                    let mut sent = log.take();
                    sent.retain(|sent| sent.starts_with("INSERT"));
                    assert_eq!(sent, ["INSERT authors", "INSERT books", "INSERT book_tags"]);
                    assert_eq!(session.collection(&session.promote(&new)?, Author::books()).rows()?.len(), 2);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_row_whose_column_takes_null_is_taken_out() {
                let (orm, log) = library();
                orm.session(|session| {
                    let first = author(session, "first")?;
                    let [a, b, c] = [book(session, "a")?, book(session, "b")?, book(session, "c")?];
                    session.collection(&first, Author::edited()).add(&a)?.add(&b)?;
                    session.flush()?;
                    log.skip();
                    // The row itself tells whether it is in.
                    session.collection(&first, Author::edited()).remove(&a)?.remove(&c)?;
                    log.expect::<&str>([]);
                    assert_eq!(session[&a].editor_id, None);
                    let mut edited = session.collection(&first, Author::edited());
                    assert_eq!(edited.count()?, 1);
                    log.expect(["SELECT books"]);
                    edited.set([&c, &b])?;
                    assert_eq!((edited.count()?, edited.contains(&b)?), (2, true));
                    edited.clear()?;
                    assert_eq!(edited.count()?, 0);
                    edited.add(&b)?;
                    log.expect::<&str>([]);
                    session.flush()?;
                    log.expect(["UPDATE books (editor_id)"]);
                    for (book, editor) in [(&a, None), (&b, Some(session.key(&first))), (&c, None)] {
                        session.refresh(book)?;
                        assert_eq!(session[book].editor_id, editor);
                    }
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn orphans_are_removed_where_the_relation_says_so() {
                let (orm, log) = library();
                orm.session(|session| {
                    let a = book(session, "a")?;
                    for label in ["x", "y"] {
                        session
                            .collection(&a, Book::book_tags())
                            .add_with(|book| NewBookTag::new(book, Key::<Tag>::new(label), 1))?;
                    }
                    session.flush()?;
                    log.skip();
                    let tags = session.collection(&a, Book::book_tags()).rows()?;
                    log.expect(["SELECT book_tags"]);
                    session.collection(&a, Book::book_tags()).remove(&tags[0])?;
                    session.flush()?;
                    log.expect(["DELETE book_tags"]);
                    Ok(())
                })
                .unwrap();
                assert_eq!(linked(&orm, "book_tags").len(), 1);
            }

            #[test]
            fn rows_in_between_come_and_go_with_what_they_link() {
                let (orm, log) = library();
                orm.session(|session| {
                    let (a, first) = (book(session, "a")?, author(session, "first")?);
                    let second = author(session, "second")?;
                    log.skip();
                    session.collection(&a, Book::co_authors()).add(&first)?.add(&second)?.add(&first)?;
                    session.flush()?;
                    let mut sent = log.take();
                    sent.retain(|sent| sent != "B" && sent != "C");
                    assert_eq!(sent, ["INSERT co_authors"]);
                    Ok(())
                })
                .unwrap();
                assert_eq!(linked(&orm, "co_authors").len(), 2);
                orm.session(|session| {
                    let (a, first) = (book(session, "a")?, author(session, "first")?);
                    let third = session.persist(NewAuthor::new("third"))?;
                    log.skip();
                    let mut co_authors = session.collection(&a, Book::co_authors());
                    assert!(co_authors.contains(&first)?);
                    log.expect(["SELECT co_authors", "SELECT authors"]);
                    co_authors.remove(&first)?.add(&third)?;
                    assert_eq!((co_authors.count()?, co_authors.contains(&first)?), (2, false));
                    log.expect::<&str>([]);
                    session.flush()?;
                    let third = session.promote(&third)?;
                    session.collection(&a, Book::co_authors()).set([&third, &first])?;
                    log.skip();
                    session.flush()?;
                    let mut sent = log.take();
                    sent.retain(|sent| sent.starts_with("INSERT") || sent.starts_with("DELETE"));
                    sent.sort_unstable();
                    // Of three pairs one goes, one comes, and one stays as it is.
                    assert_eq!(sent, ["DELETE co_authors", "INSERT co_authors"]);
                    Ok(())
                })
                .unwrap();
                assert_eq!(linked(&orm, "co_authors").len(), 2);
            }

            #[test]
            fn what_a_collection_did_goes_with_its_transaction() {
                let (orm, _) = library();
                orm.session(|session| {
                    let first = author(session, "first")?;
                    let c = book(session, "c")?;
                    let undone = session.transaction(|tx| {
                        tx.collection(&first, Author::books()).add(&c)?;
                        tx.collection(&first, Author::books())
                            .add_with(|author| NewBook::new("d", author))?;
                        tx.flush()?;
                        assert_eq!(tx.collection(&first, Author::books()).count()?, 4);
                        Err::<(), _>(Error::NotFound { entity: "Author" })
                    });
                    assert!(undone.is_err());
                    assert_eq!(session.collection(&first, Author::books()).count()?, 2);
                    assert!(!session.collection(&first, Author::books()).contains(&c)?);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn what_is_not_loaded_is_replaced_by_one_delete() {
                let (orm, log) = library();
                orm.session(|session| {
                    let a = book(session, "a")?;
                    for label in ["x", "y"] {
                        session.persist(NewBookTag::new(&a, Key::<Tag>::new(label), 1))?;
                    }
                    for name in ["first", "second"] {
                        let author = author(session, name)?;
                        session.collection(&a, Book::co_authors()).add(&author)?;
                    }
                    session.flush()
                })
                .unwrap();
                orm.session(|session| {
                    let a = book(session, "a")?;
                    let third = session.persist(NewAuthor::new("third"))?;
                    session.flush()?;
                    let [second, third] = ["second", "third"].map(|name| author(session, name).unwrap());
                    let _ = session.populate(&third, Author::books())?;
                    log.skip();
                    session.collection(&a, Book::co_authors()).replace([&second, &third])?;
                    assert_eq!(deletes_and_selects(&log), ["DELETE co_authors", "SELECT co_authors"]);
                    session.flush()?;
                    log.expect(["INSERT co_authors"]);
                    session.collection(&a, Book::co_authors()).replace([&second])?;
                    log.expect::<&str>([]); // It is loaded by now.
                    session.flush()
                })
                .unwrap();
                assert_eq!(linked(&orm, "co_authors"), ["2"]);
                orm.session(|session| {
                    let a = book(session, "a")?;
                    let y = session.find::<BookTag>((session[&a].id, "y".to_owned()))?.required()?;
                    let x = session.find::<BookTag>((session[&a].id, "x".to_owned()))?.required()?;
                    log.skip();
                    session.collection(&a, Book::book_tags()).replace([&y])?;
                    assert_eq!(deletes_and_selects(&log)[..1], ["DELETE book_tags"]);
                    assert!(matches!(session.edit(&x), Err(Error::Removed(_))));
                    let no_one: [&Handle<'_, Author, Managed>; 0] = [];
                    session.collection(&a, Book::co_authors()).replace(no_one)?;
                    assert!(!session.has_changes());
                    Ok(())
                })
                .unwrap();
                assert_eq!(linked(&orm, "book_tags"), ["y"]);
                assert!(linked(&orm, "co_authors").is_empty());
            }

            /// What a database without RETURNING asks besides, to know which rows of memory are meant, stands in no expectation.
            fn deletes_and_selects(log: &Statements) -> Vec<String> {
                let mut sent = log.take();
                sent.retain(|sent| !["B", "C"].contains(&sent.as_str()));
                sent.dedup();
                sent
            }

            #[test]
            fn or_by_one_update() {
                let (orm, log) = library();
                orm.session(|session| {
                    let first = author(session, "first")?;
                    for title in ["a", "b", "c"] {
                        let book = book(session, title)?;
                        session.link(&book, Book::editor(), &first)?;
                    }
                    session.flush()
                })
                .unwrap();
                orm.session(|session| {
                    let first = author(session, "first")?;
                    let [b, c] = ["b", "c"].map(|title| book(session, title).unwrap());
                    let new = session.persist(NewBook::new("new", &first))?;
                    session.flush()?;
                    let new = session.promote(&new)?;
                    log.skip();
                    session.collection(&first, Author::edited()).replace([&c, &new])?;
                    let sent = log.take();
                    let updates = sent.iter().filter(|sent| *sent == "UPDATE books (editor_id)").count();
                    assert_eq!(updates, 1, "{sent:?}");
                    assert_eq!(session[&b].editor_id, None);
                    assert_eq!(session.collection(&first, Author::edited()).count()?, 2);
                    session.flush()
                })
                .unwrap();
                let edited = orm
                    .read(|session| {
                        let of = books::table.filter(books::editor_id.is_not_null()).order(books::title);
                        let books = session.query::<Book>(of).all()?;
                        Ok(books.iter().map(|book| session[book].title.clone()).collect::<Vec<_>>())
                    })
                    .unwrap();
                assert_eq!(edited, ["c", "new"]);
            }

            #[test]
            fn rows_that_take_others_along_are_loaded_to_be_replaced() {
                let (orm, _) = <H as Harness<B>>::open();
                orm.session(|session| {
                    session.persist(Tag { label: "x".into(), color: "red".into() })?;
                    let writer = session.persist(NewWriter::new("writer"))?;
                    for title in ["a", "b"] {
                        let work = session.persist(NewWork::new(title, &writer))?;
                        session.persist(NewLabel::new(&work, "x", 1))?;
                    }
                    session.flush()
                })
                .unwrap();
                orm.session(|session| {
                    let writer = session.query::<Writer>(authors::table).one()?;
                    let a = session.query::<Work>(books::table.filter(books::title.eq("a"))).one()?;
                    session.collection(&writer, Writer::works()).replace([&a])?;
                    session.flush()
                })
                .unwrap();
                assert_eq!(linked(&orm, "book_tags"), ["x"]);
            }

            #[test]
            fn a_row_that_is_removed_is_refused() {
                let (orm, _) = library();
                orm.session(|session| {
                    let first = author(session, "first")?;
                    let c = book(session, "c")?;
                    let removed = session.remove(c.alias())?;
                    let added = session.collection(&first, Author::books()).add(&c).map(drop);
                    assert!(matches!(added, Err(Error::Removed(_))), "{added:?}");
                    let _ = session.restore(removed)?;
                    let gone = session.remove(first.alias())?;
                    let added = session.collection(&first, Author::books()).add(&c).map(drop);
                    assert!(matches!(added, Err(Error::Removed(_))), "{added:?}");
                    let _ = session.restore(gone)?;
                    session.discard();
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
