//! Two steps of relations by one statement.

#[doc(hidden)]
#[macro_export]
macro_rules! joining_behaviours {
    ($backend:ty, $harness:ty) => {
        mod joining {
            use $crate::moored::relation::{Has, Loaded};
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            /// Three authors; the second has the books a and b, the third c and d; b and c are edited by the first, and have the
            /// tags x and y, x.
            fn library() -> (Orm<B>, Statements) {
                let (orm, log) = <H as Harness<B>>::open();
                orm.session(|session| {
                    let [x, y] = ["x", "y"].map(|label| {
                        session.persist(Tag { label: label.into(), color: "red".into() }).unwrap()
                    });
                    let authors = ["1", "2", "3"].map(|name| session.persist(NewAuthor::new(name)).unwrap());
                    session.flush()?;
                    let mut books = Vec::new();
                    for (title, author) in [("a", 1), ("b", 1), ("c", 2), ("d", 2)] {
                        let mut book = NewBook::new(title, &authors[author]).pages(7);
                        if matches!(title, "b" | "c") {
                            book = book.editor(&authors[0]).isbn(title);
                        }
                        books.push(session.persist(book)?);
                        session.flush()?;
                    }
                    for (book, tag) in [(1, &x), (1, &y), (2, &x)] {
                        session.persist(NewBookTag::new(&books[book], tag, 1))?;
                    }
                    session.flush()
                })
                .unwrap();
                (orm, log)
            }

            fn authors<'s>(session: &mut Session<'s, B>) -> Vec<Handle<'s, Author, Managed>> {
                session.query::<Author>(authors::table.order(authors::id)).all().unwrap()
            }

            /// Every book of every author, with the name of its editor.
            fn edited<'s, W>(session: &Session<'s, B>, authors: &[Loaded<'s, Author, W>]) -> Vec<String>
            where
                W: Has<AuthorBooks, Each: Has<BookEditor>>,
            {
                let mut told = Vec::new();
                for author in authors {
                    for book in session.nested(author, Author::books()).unwrap() {
                        let editor = session.related(&book, Book::editor()).unwrap();
                        let editor = editor.map(|editor| session[&editor].name.clone());
                        told.push(format!("{:?} by {editor:?}", session[&book]));
                    }
                }
                // A join has its own order.
                told.sort_unstable();
                told
            }

            #[test]
            fn a_relation_and_one_to_one_behind_it_are_one_statement() {
                let (orm, log) = library();
                let apart = orm.session(|session| {
                    let authors = authors(session);
                    let authors = session.populate(&authors, Author::books().then(Book::editor()))?;
                    Ok(edited(session, &authors))
                });
                let joined = orm.session(|session| {
                    let authors = authors(session);
                    log.skip();
                    let authors = session.populate(&authors, Author::books().then_joined(Book::editor()))?;
                    log.expect(["SELECT books"]);
                    Ok(edited(session, &authors))
                });
                let apart = apart.unwrap();
                assert_eq!(apart.len(), 4);
                assert!(apart[1].ends_with(r#"by Some("1")"#), "{apart:?}");
                assert_eq!(joined.unwrap(), apart);
                // From one author down, as well where the editor is not in memory.
                orm.session(|session| {
                    let third = session.find::<Author>(3)?.required()?;
                    log.skip();
                    let third = session.populate(&third, Author::books().then_joined(Book::editor()))?;
                    log.expect(["SELECT books"]);
                    assert_eq!(edited(session, &[third]).len(), 2);
                    assert!(session.find::<Author>(1)?.is_some());
                    log.expect::<&str>([]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn up_and_down_again_and_further() {
                let (orm, log) = library();
                orm.session(|session| {
                    let books = books::table.filter(books::title.eq_any(["a", "c"])).order(books::title);
                    let books = session.query::<Book>(books).all()?;
                    log.skip();
                    let plan = Book::author().then_joined(Author::books().then(Book::book_tags()));
                    let books = session.populate(&books, plan)?;
                    log.expect(["SELECT authors", "SELECT book_tags"]);
                    let mut seen = Vec::new();
                    for book in &books {
                        let author = session.nested(book, Book::author())?;
                        for book in session.nested(&author, Author::books())? {
                            let tags = session.related(&book, Book::book_tags()).len();
                            seen.push((session[&book].title.clone(), tags));
                        }
                    }
                    seen.sort_unstable();
                    let seen: Vec<_> = seen.iter().map(|(title, tags)| (title.as_str(), *tags)).collect();
                    assert_eq!(seen, [("a", 0), ("b", 2), ("c", 1), ("d", 0)]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn rows_in_between_come_with_what_they_lead_to() {
                let (orm, log) = library();
                orm.session(|session| {
                    let books = session.query::<Book>(books::table.order(books::title)).all()?;
                    log.skip();
                    let books = session.populate(&books, Book::tags().joined())?;
                    log.expect(["SELECT book_tags"]);
                    let labels: Vec<String> = books
                        .iter()
                        .map(|book| {
                            let tags = session.related(book, Book::tags());
                            let mut labels: Vec<_> =
                                tags.iter().map(|tag| session[tag].label.as_str()).collect();
                            labels.sort_unstable();
                            labels.concat()
                        })
                        .collect();
                    assert_eq!(labels, ["", "xy", "x", ""]);
                    Ok(())
                })
                .unwrap();
                orm.session(|session| {
                    let authors = authors(session);
                    log.skip();
                    let authors = session.populate(&authors, Author::books().then(Book::tags().joined()))?;
                    log.expect(["SELECT books", "SELECT book_tags"]);
                    let books = session.nested(&authors[1], Author::books())?;
                    let tags = books.iter().map(|book| session.related(book, Book::tags()).len());
                    assert_eq!(tags.sum::<usize>(), 2);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn what_memory_has_is_kept_and_asked_for_beside() {
                let (orm, log) = library();
                orm.session(|session| {
                    let third = session.find::<Author>(3)?.required()?;
                    let of = books::table.filter(books::title.eq_any(["b", "c"])).order(books::title);
                    let [b, c] = session.query::<Book>(of).all()?.try_into().unwrap();
                    session.edit(&c)?.title = "edited".into();
                    // b is the third author's in memory alone.
                    session.link(&b, Book::author(), &third)?;
                    log.skip();
                    let third = session.populate(&third, Author::books().then_joined(Book::editor()))?;
                    log.expect(["SELECT books"]);
                    let told = edited(session, &[third]);
                    assert_eq!(told.len(), 3);
                    assert!(told[0].contains("\"b\"") && told[0].ends_with(r#"by Some("1")"#), "{told:?}");
                    assert!(told[1].contains("\"edited\""), "{told:?}");
                    session.discard();
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn keys_of_several_columns_join_too() {
                let (orm, log) = <H as Harness<B>>::open();
                orm.session(|session| {
                    let hall = session.persist(NewHall::new("North"))?;
                    let stalls =
                        [1, 2, 3].map(|number| session.persist(NewStall::new(&hall, number)).unwrap());
                    for (stall, swap) in [(0, 1), (0, 2), (1, 2)] {
                        session.persist(NewTicket::new(&stalls[stall]).swap(&stalls[swap]))?;
                    }
                    session.persist(NewTicket::new(&stalls[2]))?;
                    session.flush()
                })
                .unwrap();
                orm.session(|session| {
                    let halls = session.query::<Hall>(halls::table).all()?;
                    log.skip();
                    let halls = session.populate(&halls, Hall::stalls().then_joined(Stall::tickets()))?;
                    log.expect(["SELECT stalls"]);
                    let stalls = session.nested(&halls[0], Hall::stalls())?;
                    let mut tickets: Vec<_> = stalls
                        .iter()
                        .map(|stall| (session[stall].number, session.related(stall, Stall::tickets()).len()))
                        .collect();
                    tickets.sort_unstable();
                    assert_eq!(tickets, [(1, 2), (2, 1), (3, 1)]);
                    Ok(())
                })
                .unwrap();
                orm.session(|session| {
                    let first = stalls::table.filter(stalls::number.eq(1));
                    let first = session.query::<Stall>(first).one()?;
                    log.skip();
                    let first = session.populate(&first, Stall::swaps().joined())?;
                    log.expect(["SELECT tickets"]);
                    let swaps = session.related(&first, Stall::swaps());
                    let mut swaps: Vec<_> = swaps.iter().map(|swap| session[swap].number).collect();
                    swaps.sort_unstable();
                    assert_eq!(swaps, [2, 3]);
                    let tickets = session.query::<Ticket>(tickets::table.order(tickets::id)).all()?;
                    log.skip();
                    let tickets = session.populate(&tickets, Ticket::swap().then_joined(Stall::hall()))?;
                    // All stalls are in memory by now: what is left is the hall.
                    log.expect(["SELECT halls"]);
                    assert!(session.related(&tickets[3], Ticket::swap())?.is_none());
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
