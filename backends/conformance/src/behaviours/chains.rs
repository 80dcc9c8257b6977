//! Unique values that move along a long chain of rows, which needs nothing but an order, and around a long ring of them.

#[doc(hidden)]
#[macro_export]
macro_rules! chains_behaviours {
    ($backend:ty, $harness:ty) => {
        mod chains {
            use $crate::moored::order::Action;
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            const ROWS: usize = 50;

            /// Makes row number `n` have value number `n`, all in one flush.
            type Make<E> = for<'s> fn(&mut Session<'s, B>, usize) -> Result<Vec<Handle<'s, E, Managed>>>;

            fn authors<'s>(
                session: &mut Session<'s, B>,
                count: usize,
            ) -> Result<Vec<Handle<'s, Author, Managed>>> {
                let drafts =
                    (0..count).map(|value| session.persist(NewAuthor::new("x").email(format!("{value}"))));
                let drafts = drafts.collect::<Result<Vec<_>>>()?;
                session.flush()?;
                session.promote(&drafts)
            }

            fn categories<'s>(
                session: &mut Session<'s, B>,
                count: usize,
            ) -> Result<Vec<Handle<'s, Category, Managed>>> {
                let drafts = (0..count).map(|value| session.persist(NewCategory::new(format!("{value}"))));
                let drafts = drafts.collect::<Result<Vec<_>>>()?;
                session.flush()?;
                session.promote(&drafts)
            }

            fn books<'s>(
                session: &mut Session<'s, B>,
                count: usize,
            ) -> Result<Vec<Handle<'s, Book, Managed>>> {
                let author = session.persist(NewAuthor::new("x"))?;
                let drafts = (0..).take(count).map(|value| {
                    let draft = NewBook::new("x", &author).shelf(1).position(value).isbn(format!("{value}"));
                    session.persist(draft)
                });
                let drafts = drafts.collect::<Result<Vec<_>>>()?;
                session.flush()?;
                session.promote(&drafts)
            }

            fn players<'s>(
                session: &mut Session<'s, B>,
                count: usize,
            ) -> Result<Vec<Handle<'s, Player, Managed>>> {
                let team = session.persist(NewTeam::new("x"))?;
                let drafts = (0..).take(count).map(|value| session.persist(NewPlayer::new(&team, value)));
                let drafts = drafts.collect::<Result<Vec<_>>>()?;
                session.flush()?;
                session.promote(&drafts)
            }

            /// How the rows of an entity are made, and how a value is given to one and read from it.
            struct Column<E> {
                make: Make<E>,
                set: fn(&mut E, usize),
                get: fn(&E) -> String,
                /// The UPDATE of it.
                update: &'static str,
                /// What breaks a ring.
                breaks: Action,
            }

            const EMAIL: Column<Author> = Column {
                make: authors,
                set: |author, value| author.email = Some(format!("{value}")),
                get: |author| author.email.clone().unwrap(),
                update: "UPDATE authors (email, version)",
                breaks: Action::Release,
            };
            const SLUG: Column<Category> = Column {
                make: categories,
                set: |category, value| category.slug = format!("{value}"),
                get: |category| category.slug.clone(),
                update: "UPDATE categories (slug)",
                breaks: Action::Park,
            };
            const POSITION: Column<Book> = Column {
                make: books,
                set: |book, value| book.position = i32::try_from(value).ok(),
                get: |book| book.position.unwrap().to_string(),
                update: "UPDATE books (position)",
                breaks: Action::Release,
            };
            const NUMBER: Column<Player> = Column {
                make: players,
                set: |player, value| player.number = i32::try_from(value).unwrap(),
                get: |player| player.number.to_string(),
                update: "UPDATE players (number)",
                breaks: Action::Park,
            };

            /// Gives row number `n` the value number `value(n)`, and returns what the plan does to how many rows.
            fn give<'s, E: Entity<B>>(
                session: &mut Session<'s, B>,
                rows: &[Handle<'s, E, Managed>],
                column: &Column<E>,
                value: impl Fn(usize) -> usize,
            ) -> Result<Vec<(Action, usize)>> {
                for (number, row) in rows.iter().enumerate() {
                    (column.set)(session.edit(row)?, value(number));
                }
                let plan = session.plan()?;
                session.flush()?;
                for (number, row) in rows.iter().enumerate() {
                    session.refresh(row)?;
                    assert_eq!((column.get)(&session[row]), value(number).to_string());
                }
                Ok(plan.steps().iter().map(|step| (step.action, step.rows.len())).collect())
            }

            /// Each row takes the value of the next, and the last a new one; then each that of the one before, and the first
            /// the one that is free.
            fn along_a_chain<E: Entity<B>>(column: &Column<E>) {
                let (orm, log) = open();
                orm.session(|session| {
                    let rows = (column.make)(session, ROWS)?;
                    for step in [1, 0] {
                        log.skip();
                        let steps = give(session, &rows, column, |number| number + step)?;
                        assert_eq!(steps, vec![(Action::Update, 1); ROWS]);
                        let mut sent = log.take();
                        sent.retain(|statement| !statement.starts_with("SELECT"));
                        assert_eq!(sent, samples::in_transaction(vec![column.update.to_owned(); ROWS]));
                    }
                    Ok(())
                })
                .unwrap();
            }

            /// Each row takes the value of the next, and the last that of the first: one row lets go, and then it is a chain.
            fn around_a_ring<E: Entity<B>>(column: &Column<E>) {
                let (orm, _) = open();
                orm.session(|session| {
                    let rows = (column.make)(session, ROWS)?;
                    let steps = give(session, &rows, column, |number| (number + 1) % ROWS)?;
                    assert_eq!(steps[0], (column.breaks, 1));
                    assert_eq!(steps[1..], vec![(Action::Update, 1); ROWS]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_nullable_value_moves_along_a_chain() {
                along_a_chain(&EMAIL);
            }

            #[test]
            fn a_required_value_moves_along_a_chain() {
                along_a_chain(&SLUG);
            }

            #[test]
            fn a_nullable_composite_value_moves_along_a_chain() {
                along_a_chain(&POSITION);
            }

            #[test]
            fn a_required_composite_value_moves_along_a_chain() {
                along_a_chain(&NUMBER);
            }

            #[test]
            fn a_value_moves_around_a_ring() {
                around_a_ring(&EMAIL);
                around_a_ring(&SLUG);
                around_a_ring(&POSITION);
                around_a_ring(&NUMBER);
            }

            #[test]
            fn values_that_did_not_change_keep_rows_in_one_batch() {
                let (orm, log) = open();
                orm.session(|session| {
                    let books = books(session, ROWS)?;
                    log.skip();
                    for book in &books {
                        let row = session.edit(book)?;
                        row.title = "y".into();
                        // Changed and changed back.
                        row.isbn = row.isbn.take();
                    }
                    session.flush()?;
                    log.expect(samples::in_transaction(samples::updates(&orm, "UPDATE books (title)", ROWS)));
                    // One set moves along a chain, the other stays where it is.
                    for (number, book) in books.iter().enumerate() {
                        session.edit(book)?.isbn = Some(format!("{}", number + 1));
                    }
                    session.flush()?;
                    log.expect(samples::in_transaction(vec!["UPDATE books (isbn)".into(); ROWS]));
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
