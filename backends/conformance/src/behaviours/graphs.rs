//! Great graphs: as few statements as there can be, in whatever order they were persisted, and with circles among them.

#[doc(hidden)]
#[macro_export]
macro_rules! graphs_behaviours {
    ($backend:ty, $harness:ty) => {
        mod graphs {
            use $crate::moored::order::Action;
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            const AUTHORS: usize = 1_000;
            const BOOKS_OF_EACH: usize = 10;

            /// What is persisted next: an author, or a book of the author of that number.
            #[derive(Clone, Copy)]
            enum Next {
                Author(usize),
                Book(usize),
            }

            fn books_after_all_authors() -> Vec<Next> {
                let books = (0..AUTHORS * BOOKS_OF_EACH).map(|number| Next::Book(number % AUTHORS));
                (0..AUTHORS).map(Next::Author).chain(books).collect()
            }

            fn interleaved() -> Vec<Next> {
                let family =
                    |author| [vec![Next::Author(author)], vec![Next::Book(author); BOOKS_OF_EACH]].concat();
                (0..AUTHORS).flat_map(family).collect()
            }

            /// The same shuffle every time.
            fn shuffled() -> Vec<Next> {
                let mut all = interleaved();
                let mut random = 0x9E37_79B9_7F4A_7C15_u64;
                for last in (1..all.len()).rev() {
                    random = random
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1_442_695_040_888_963_407);
                    let other = usize::try_from(random >> 33).unwrap() % (last + 1);
                    all.swap(last, other);
                }
                all
            }

            /// A book that comes before its author is somebody's until then.
            fn persist(session: &mut Session<'_, B>, all: Vec<Next>, somebody: Key<Author>) -> Result<()> {
                let mut authors: Vec<_> = std::iter::repeat_with(|| None).take(AUTHORS).collect();
                let mut waiting: Vec<_> = std::iter::repeat_with(Vec::new).take(AUTHORS).collect();
                for next in all {
                    match next {
                        Next::Author(number) => {
                            let author = session.persist(NewAuthor::new(format!("{number}")))?;
                            for book in waiting[number].drain(..) {
                                session.link(&book, Book::author(), &author)?;
                            }
                            authors[number] = Some(author);
                        }
                        Next::Book(number) => match &authors[number] {
                            Some(author) => {
                                let _ = session.persist(NewBook::new(format!("{number}"), author))?;
                            }
                            None => {
                                let book = session.persist(NewBook::new(format!("{number}"), somebody))?;
                                waiting[number].push(book);
                            }
                        },
                    }
                }
                Ok(())
            }

            /// Every author has the books that are named alike.
            fn check(orm: &Orm<B>) {
                orm.read(|session| {
                    let mut books = std::collections::HashMap::new();
                    session.query::<Author>(authors::table).stream(|author| {
                        books.insert(author.id, (author.name, 0));
                        Ok::<_, Error>(())
                    })?;
                    session.query::<Book>(books::table).stream(|book| {
                        let (name, count) = books.get_mut(book.author_id.value()).unwrap();
                        assert_eq!(book.title, *name);
                        *count += 1;
                        Ok::<_, Error>(())
                    })?;
                    assert_eq!(books.values().filter(|(_, count)| *count == BOOKS_OF_EACH).count(), AUTHORS);
                    assert_eq!(books.len(), AUTHORS + 1);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_thousand_authors_and_their_books_go_out_alike_in_whatever_order_they_were_persisted() {
                for order in [books_after_all_authors, interleaved, shuffled] {
                    let (orm, log) = open();
                    let somebody = samples::author(&orm, "Somebody");
                    log.skip();
                    orm.session(|session| {
                        persist(session, order(), somebody)?;
                        session.flush()
                    })
                    .unwrap();
                    let mut expected = samples::inserts(&orm, "authors", AUTHORS, 3);
                    expected.extend(samples::inserts(&orm, "books", AUTHORS * BOOKS_OF_EACH, 6));
                    log.expect(samples::in_transaction(expected));
                    check(&orm);
                }
            }

            #[test]
            fn a_circle_among_many_rows_splits_only_the_rows_in_it() {
                const TEAMS: usize = 500;
                const IN_CIRCLES: std::ops::Range<usize> = 248..251;
                let (orm, log) = open();
                orm.session(|session| {
                    let (mut teams, mut players) = (Vec::new(), Vec::new());
                    for number in 0..TEAMS {
                        let team = session.persist(NewTeam::new(format!("{number}")))?;
                        players.push(session.persist(NewPlayer::new(&team, 1))?);
                        if IN_CIRCLES.contains(&number) {
                            session.link(&team, Team::captain(), &players[number])?;
                        }
                        teams.push(team);
                    }
                    let plan = session.plan()?;
                    let steps =
                        plan.steps().iter().map(|step| (step.action, step.entity.name, step.rows.len()));
                    assert_eq!(
                        steps.collect::<Vec<_>>(),
                        [
                            (Action::Insert, "Team", TEAMS - IN_CIRCLES.len()),
                            (Action::Insert, "Team", IN_CIRCLES.len()),
                            (Action::Insert, "Player", TEAMS),
                            (Action::Complete, "Team", IN_CIRCLES.len()),
                        ]
                    );
                    session.flush()?;
                    let mut expected = samples::inserts(&orm, "teams", TEAMS - IN_CIRCLES.len(), 2);
                    expected.extend(samples::inserts(&orm, "teams", IN_CIRCLES.len(), 2));
                    expected.extend(samples::inserts(&orm, "players", TEAMS, 2));
                    expected.extend(samples::updates(&orm, "UPDATE teams (captain_id)", IN_CIRCLES.len()));
                    log.expect(samples::in_transaction(expected));
                    let (teams, players) = (session.promote(&teams)?, session.promote(&players)?);
                    for (number, (team, player)) in teams.iter().zip(&players).enumerate() {
                        session.refresh(team)?;
                        session.refresh(player)?;
                        let captain = IN_CIRCLES.contains(&number).then(|| session.key(player));
                        assert_eq!(
                            (session[team].name.as_str(), session[team].captain_id),
                            (&*format!("{number}"), captain)
                        );
                        assert_eq!(session[player].team_id, session.key(team));
                    }
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
