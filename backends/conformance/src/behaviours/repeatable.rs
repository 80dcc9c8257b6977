//! The same work gives the same plan and the same statements to the letter, whatever the seeds of the hash maps.

#[doc(hidden)]
#[macro_export]
macro_rules! repeatable_behaviours {
    ($backend:ty, $harness:ty) => {
        mod repeatable {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            const RUNS: usize = 20;

            fn number(number: usize) -> i32 {
                i32::try_from(number).unwrap()
            }

            /// The rows that the work begins with.
            fn prepare(session: &mut Session<'_, B>) -> Result<()> {
                for at in 0..40 {
                    let author = session.persist(NewAuthor::new("author").email(format!("{at}")))?;
                    let draft =
                        NewBook::new("book", &author).shelf(1).position(number(at)).isbn(format!("{at}"));
                    let book = session.persist(draft)?;
                    let tag = session.persist(Tag { label: format!("old {at}"), color: "x".into() })?;
                    session.persist(NewBookTag::new(&book, &tag, 0))?;
                    session.persist(NewCategory::new(format!("{at}")))?;
                    session.persist(NewNote::new("note", 0))?;
                    session.persist(NewAccount::new(0))?;
                }
                session.flush()
            }

            /// Inserts, updates of several sets of columns, deletes, and values and keys that change hands, in an order in
            /// which nothing is written.
            fn work(tx: &mut Transaction<'_, '_, B>) -> Result<()> {
                let notes = tx.query::<Note>(notes::table.order(notes::id.desc())).all()?;
                let accounts = tx.query::<Account>(accounts::table.order(accounts::balance)).all()?;
                let categories = tx.query::<Category>(categories::table.order(categories::id)).all()?;
                let authors = tx.query::<Author>(authors::table.order(authors::id)).all()?;
                let books = tx.query::<Book>(books::table.order(books::id)).all()?;
                let tagged = tx.query::<BookTag>(book_tags::table).all()?;

                for (at, note) in notes.into_iter().enumerate() {
                    match at % 4 {
                        0 => tx.edit(&note)?.stars = number(at),
                        1 => tx.edit(&note)?.text = "changed".into(),
                        2 => *tx.edit(&note)? = Note { text: "both".into(), stars: 1, ..tx[&note].clone() },
                        _ => {
                            let _ = tx.remove(note)?;
                        }
                    }
                }
                for account in accounts.iter().rev() {
                    tx.edit(account)?.balance += 1;
                }
                // Three rings on a required column, and chains and rings on nullable ones.
                for ring in categories.chunks(12).take(3) {
                    let first = tx[&ring[0]].slug.clone();
                    for pair in ring.windows(2) {
                        tx.edit(&pair[0])?.slug = tx[&pair[1]].slug.clone();
                    }
                    tx.edit(&ring[11])?.slug = first;
                }
                for (at, author) in authors.iter().enumerate().take(30) {
                    let next = if at % 10 == 9 && at < 20 { at - 9 } else { at + 1 };
                    tx.edit(author)?.email = Some(if next == 30 { "free".into() } else { format!("{next}") });
                    if at % 3 == 0 {
                        tx.edit(author)?.name = "changed".into();
                    }
                }
                // What the removed rows had, new ones take.
                let mut left = books.into_iter().zip(tagged).collect::<Vec<_>>();
                for (book, tagged) in left.split_off(25).into_iter().rev() {
                    let (isbn, at) = (tx[&book].isbn.clone(), tx[&book].position);
                    let _ = tx.remove(tagged)?;
                    let _ = tx.remove(book)?;
                    let author = tx.persist(NewAuthor::new("new"))?;
                    let draft = NewBook::new("new", &author);
                    let book = tx.persist(NewBook { isbn, shelf: Some(1), position: at, ..draft })?;
                    let tag = tx.persist(Tag { label: format!("{at:?}"), color: "y".into() })?;
                    tx.persist(NewBookTag::new(&book, &tag, 1))?;
                    tx.persist(NewCoAuthor::new(&book, &author))?;
                }
                for (at, (book, tagged)) in left.iter().enumerate() {
                    match at % 3 {
                        0 => tx.link(book, Book::author(), &authors[at + 1])?,
                        1 => tx.link(book, Book::editor(), &authors[at + 1])?,
                        _ => tx.edit(book)?.pages = 7,
                    }
                    tx.edit(tagged)?.weight += 1;
                    // Rings of two unique sets that lie across each other: there are many ways to break them.
                    let row = tx.edit(book)?;
                    row.isbn = Some(format!("{}", (at + 1) % 25));
                    row.position = Some(number(at * 7 + 3) % 25);
                }
                // Circles, a tree, and keys of the client's.
                for at in 0..10 {
                    let team = tx.persist(NewTeam::new("team"))?;
                    let players = [1, 2].map(|number| tx.persist(NewPlayer::new(&team, number)));
                    let [captain, _] = players;
                    if at % 2 == 0 {
                        tx.link(&team, Team::captain(), &captain?)?;
                    }
                    let root = tx.persist(NewCategory::new(format!("root {at}")))?;
                    let leaf = tx.persist(NewCategory::new(format!("leaf {at}")).parent(&root))?;
                    tx.persist(NewCategory::new(format!("twig {at}")).parent(&leaf))?;
                    tx.persist(NewSetting::new(100 - at, at, "x"))?;
                    tx.persist(NewSeat::new(format!("{}", at % 3), at))?;
                }
                Ok(())
            }

            #[test]
            fn the_same_work_gives_the_same_plan_and_statements_every_time() {
                let (orm, log) = open();
                orm.session(prepare).unwrap();
                let mut runs = Vec::new();
                for _ in 0..RUNS {
                    // A session has maps of its own, with seeds of their own.
                    let undone: Result<()> = orm.session(|session| {
                        session.transaction(|tx| {
                            tx.set_flush_mode(FlushMode::Commit);
                            work(tx)?;
                            let plan = tx.plan()?.to_string();
                            log.skip();
                            tx.flush()?;
                            runs.push((plan, log.take_sql()));
                            samples::give_up()
                        })
                    });
                    assert!(matches!(undone, Err(Error::NotFound { .. })), "{undone:?}");
                }
                assert_eq!(runs.len(), RUNS);
                let (plan, statements) = &runs[0];
                assert!(plan.lines().count() > 50 && statements.len() > 50, "{plan}");
                for (other, sent) in &runs[1..] {
                    assert_eq!(other, plan);
                    assert_eq!(sent, statements);
                }
            }
        }
    };
}
