//! Rows of relations by criteria: of one owner, and so many of each of several.

#[doc(hidden)]
#[macro_export]
macro_rules! choosing_behaviours {
    ($backend:ty, $harness:ty) => {
        mod choosing {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            /// Three authors with 0, 2 and 5 books; every book has the tags x to z.
            fn library() -> (Orm<B>, Statements) {
                let (orm, log) = <H as Harness<B>>::open();
                orm.session(|session| {
                    for label in ["x", "y", "z"] {
                        session.persist(Tag { label: label.into(), color: label.repeat(2) })?;
                    }
                    let names = ["none", "two", "five"];
                    let authors = names.map(|name| session.persist(NewAuthor::new(name)).unwrap());
                    for (author, books) in [(1, 2), (2, 5)] {
                        for book in 0..books {
                            let title = format!("{}{book}", names[author]);
                            let book = session.persist(NewBook::new(title, &authors[author]).pages(book))?;
                            for label in ["x", "y", "z"] {
                                session.persist(NewBookTag::new(&book, Key::<Tag>::new(label), 1))?;
                            }
                        }
                    }
                    session.flush()
                })
                .unwrap();
                (orm, log)
            }

            fn authors<'s>(session: &mut Session<'s, B>) -> Vec<Handle<'s, Author, Managed>> {
                session.query::<Author>(authors::table.order(authors::id)).all().unwrap()
            }

            fn titles<'s>(session: &Session<'s, B>, books: &[Handle<'s, Book, Managed>]) -> Vec<String> {
                books.iter().map(|book| session[book].title.clone()).collect()
            }

            fn of<'s>(
                session: &Session<'s, B>,
                books: &[Vec<Handle<'s, Book, Managed>>],
            ) -> Vec<Vec<String>> {
                books.iter().map(|books| titles(session, books)).collect()
            }

            #[test]
            fn a_collection_is_filtered_and_paged_by_the_database() {
                let (orm, log) = library();
                orm.session(|session| {
                    let five = authors(session).remove(2);
                    log.skip();
                    let by_title = || Book::PAGES.ge(1).order(Book::TITLE.desc());
                    let mut books = session.collection(&five, Author::books());
                    let page = books.select(by_title().limit(2).offset(1))?.all()?;
                    let (count, is_there) = (
                        books.select(Book::PAGES.ge(1))?.count()?,
                        books.select(Book::PAGES.gt(9))?.exists()?,
                    );
                    log.expect(["SELECT books", "SELECT books", "SELECT books"]);
                    assert_eq!(titles(session, &page), ["five3", "five2"]);
                    assert_eq!((count, is_there), (4, false));
                    // A draft and a row that moved here are written first, and found.
                    let two = session.query::<Book>(books::table.filter(books::title.eq("two0"))).one()?;
                    let mut books = session.collection(&five, Author::books());
                    books.add(&two)?.add_with(|author| NewBook::new("new", author).pages(9))?;
                    let first = books.select(Book::TITLE.gt("n").order(Book::TITLE.asc()))?.all()?;
                    assert_eq!(titles(session, &first), ["new", "two0"]);
                    let mut streamed = Vec::new();
                    let mut books = session.collection(&five, Author::books());
                    books.select(by_title())?.stream(|book| {
                        streamed.push(book.title);
                        Ok::<_, Error>(())
                    })?;
                    assert_eq!(streamed, ["new", "five4", "five3", "five2", "five1"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn rows_of_a_collection_are_locked() {
                let (orm, _) = library();
                orm.session(|session| {
                    session.transaction(|tx| {
                        let five =
                            tx.query::<Author>(authors::table.filter(authors::name.eq("five"))).one()?;
                        let scarce = || Book::PAGES.lt(2).order(Book::PAGES.asc());
                        let mut books = tx.collection(&five, Author::books());
                        let books = books.select(scarce())?.lock($crate::moored::Lock::UPDATE).all()?;
                        assert_eq!(books.len(), 2);
                        let mut tags = tx.collection(&books[0], Book::tags());
                        let tags = tags.select(Tag::LABEL.gt("x"))?.lock($crate::moored::Lock::UPDATE);
                        assert_eq!(tags.all()?.len(), 2);
                        Ok(())
                    })
                })
                .unwrap();
            }

            #[test]
            fn a_collection_through_rows_in_between_is_too() {
                let (orm, log) = library();
                orm.session(|session| {
                    let book = session.query::<Book>(books::table.filter(books::title.eq("two1"))).one()?;
                    log.skip();
                    let mut tags = session.collection(&book, Book::tags());
                    let tags = tags.select(Tag::COLOR.ne("yy").order(Tag::LABEL.desc()))?.all()?;
                    log.expect(["SELECT tags"]);
                    let labels: Vec<_> = tags.iter().map(|tag| session[tag].label.clone()).collect();
                    assert_eq!(labels, ["z", "x"]);
                    let draft = session.persist(NewBook::new("draft", Key::<Author>::new(1)))?;
                    let refused = session.collection(&draft, Book::tags()).select(Select::all()).map(drop);
                    assert!(matches!(refused, Err(Error::NotWritten { entity: "Book" })), "{refused:?}");
                    session.discard();
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn so_many_rows_of_each_owner_are_one_statement() {
                let (orm, log) = library();
                orm.session(|session| {
                    let authors = authors(session);
                    log.skip();
                    let latest = || Book::PAGES.ge(1).order(Book::PAGES.desc());
                    let books = session.select_each(&authors, Author::books(), latest().limit(2))?;
                    log.expect(["SELECT books"]);
                    assert_eq!(of(session, &books), [vec![], vec!["two1"], vec!["five4", "five3"]]);
                    Ok(())
                })
                .unwrap();
                orm.session(|session| {
                    let authors = authors(session);
                    let latest = || Book::PAGES.ge(1).order(Book::PAGES.desc());
                    let all = session.select_each(&authors, Author::books(), latest())?;
                    let next = session.select_each(&authors, Author::books(), latest().limit(2).offset(2))?;
                    assert_eq!(
                        of(session, &all),
                        [vec![], vec!["two1"], vec!["five4", "five3", "five2", "five1"]]
                    );
                    assert_eq!(of(session, &next), [vec![], vec![], vec!["five2", "five1"]]);
                    // An author twice, and an edit that is kept.
                    session.edit(&all[1][0])?.title = "edited".into();
                    let twice = [&authors[1], &authors[1]].map(Handle::alias);
                    let twice =
                        session.select_each(&twice, Author::books(), Book::TITLE.eq("edited").limit(1))?;
                    assert_eq!(twice.iter().map(Vec::len).collect::<Vec<_>>(), [1, 1]);
                    assert!(session.same(&twice[0][0], &all[1][0]));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn through_rows_in_between_they_are_two() {
                let (orm, log) = library();
                orm.session(|session| {
                    let books = session.query::<Book>(books::table.order(books::id)).all()?;
                    log.skip();
                    let last = Tag::LABEL.ne("y").order(Tag::LABEL.desc()).limit(1);
                    let tags = session.select_each(&books, Book::tags(), last)?;
                    log.expect(["SELECT book_tags", "SELECT tags"]);
                    let labels = tags.iter().map(|tags| session[&tags[0]].label.as_str());
                    assert_eq!(labels.collect::<Vec<_>>(), ["z"; 7]);
                    Ok(())
                })
                .unwrap();
            }

            /// Stalls to stalls, by tickets with keys of their own.
            #[test]
            fn a_row_that_is_linked_twice_counts_once() {
                let (orm, log) = <H as Harness<B>>::open();
                orm.session(|session| {
                    let hall = session.persist(NewHall::new("North"))?;
                    let stalls =
                        [1, 2, 3, 4].map(|number| session.persist(NewStall::new(&hall, number)).unwrap());
                    for (stall, swap) in [(0, 3), (0, 3), (0, 3), (0, 2), (0, 1), (1, 3)] {
                        session.persist(NewTicket::new(&stalls[stall]).swap(&stalls[swap]))?;
                    }
                    session.persist(NewTicket::new(&stalls[2]))?;
                    session.flush()
                })
                .unwrap();
                orm.session(|session| {
                    let stalls = session.query::<Stall>(stalls::table.order(stalls::number)).all()?;
                    log.skip();
                    let last = Stall::NUMBER.ge(2).order(Stall::NUMBER.desc()).limit(2);
                    let swaps = session.select_each(&stalls, Stall::swaps(), last)?;
                    // The stalls are in memory.
                    log.expect(["SELECT tickets"]);
                    let numbers: Vec<Vec<_>> = swaps
                        .iter()
                        .map(|swaps| swaps.iter().map(|swap| session[swap].number).collect())
                        .collect();
                    assert_eq!(numbers, [vec![4, 3], vec![4], vec![], vec![]]);
                    let mut swaps = session.collection(&stalls[0], Stall::swaps());
                    assert_eq!(swaps.select(Select::all())?.count()?, 3);
                    let mut tickets = session.collection(&stalls[0], Stall::tickets());
                    assert_eq!(tickets.select(Ticket::SWAP_NUMBER.eq(Some(4)))?.count()?, 3);
                    let latest = Ticket::ID.desc().limit(1);
                    let latest = session.select_each(&stalls, Stall::tickets(), latest)?;
                    assert_eq!(latest.iter().map(Vec::len).collect::<Vec<_>>(), [1, 1, 1, 0]);
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
