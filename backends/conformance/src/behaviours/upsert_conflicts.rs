//! Upserts that meet more than the row they are meant for: other unique values, edits that wait, rollbacks, other writers.

#[doc(hidden)]
#[macro_export]
macro_rules! upsert_conflicts_behaviours {
    ($backend:ty, $harness:ty) => {
        mod upsert_conflicts {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            fn by_isbn(
                session: &mut Session<'_, B>,
                author: Key<Author>,
                rows: &[(&str, &str, Option<i32>)],
            ) -> Result<Vec<String>> {
                let drafts: Vec<_> = rows
                    .iter()
                    .map(|(title, isbn, shelf)| NewBook {
                        shelf: *shelf,
                        position: *shelf,
                        ..NewBook::new(*title, author).isbn(*isbn)
                    })
                    .collect();
                let handles =
                    session.upsert_many(drafts).on_conflict(Book::BY_ISBN).update(Book::TITLE).execute()?;
                Ok(handles.iter().map(|handle| session[handle].title.clone()).collect())
            }

            fn titles(orm: &Orm<B>) -> Vec<String> {
                orm.session(|session| {
                    let all = session.query::<Book>(books::table.order(books::id)).all()?;
                    Ok(all.iter().map(|book| session[book].title.clone()).collect())
                })
                .unwrap()
            }

            fn is_unique<T: std::fmt::Debug>(refused: Result<T>) -> bool {
                let kind = refused.unwrap_err().failure().map(|failure| failure.kind);
                kind == Some(moored::backend::FailureKind::Unique)
            }

            /// `ON DUPLICATE KEY` would update the row that holds the other value.
            #[test]
            fn another_unique_value_that_is_taken_is_refused_and_its_row_is_left_alone() {
                let (orm, _) = open();
                let author = samples::author(&orm, "Arya");
                orm.session(|session| {
                    by_isbn(session, author, &[("one", "1", Some(1)), ("two", "2", Some(2))])
                })
                .unwrap();
                for rows in [
                    vec![("new", "3", Some(1))],
                    vec![("new", "3", None), ("other", "4", Some(1))],
                    vec![("one again", "1", Some(1)), ("other", "4", Some(2))],
                ] {
                    orm.session(|session| {
                        assert!(is_unique(by_isbn(session, author, &rows)), "{rows:?}");
                        Ok(())
                    })
                    .unwrap();
                    assert_eq!(titles(&orm), ["one", "two"], "{rows:?}");
                }
                // Its own other value is no conflict.
                let again = orm.session(|session| {
                    by_isbn(session, author, &[("one again", "1", Some(1)), ("3", "3", None)])
                });
                assert_eq!(again.unwrap(), ["one again", "3"]);
                assert_eq!(titles(&orm), ["one again", "two", "3"]);
            }

            /// The row of the conflict target is there, and another one has another unique value of the draft: databases
            /// that know conflict targets update the former, the others refuse it if they meet the latter first. None
            /// updates the latter.
            #[test]
            fn a_draft_that_is_two_rows_updates_the_right_one_or_none() {
                let (orm, _) = open();
                let author = samples::author(&orm, "Arya");
                orm.session(|session| {
                    by_isbn(session, author, &[("one", "1", Some(1)), ("two", "2", Some(2))])
                })
                .unwrap();
                for rows in [vec![("new", "2", Some(1))], vec![("x", "9", None), ("new", "2", Some(1))]] {
                    let done = orm.session(|session| by_isbn(session, author, &rows));
                    let knows_targets = orm.dialect().upsert == moored::backend::UpsertShape::OnConflict;
                    if knows_targets || done.is_ok() {
                        assert_eq!(done.unwrap().last().unwrap(), "new");
                        assert_eq!(titles(&orm)[..2], ["one", "new"]);
                    } else {
                        assert!(is_unique(done));
                        assert_eq!(titles(&orm), ["one", "two"]);
                    }
                }
            }

            #[test]
            fn two_drafts_of_one_other_value_are_refused_together() {
                let (orm, _) = open();
                let author = samples::author(&orm, "Arya");
                orm.session(|session| {
                    assert!(is_unique(by_isbn(session, author, &[("a", "1", Some(1)), ("b", "2", Some(1))])));
                    Ok(())
                })
                .unwrap();
                assert!(titles(&orm).is_empty());
            }

            #[test]
            fn a_row_in_memory_keeps_its_edits_and_takes_the_rest() {
                let (orm, log) = open();
                let key = samples::author_with_email(&orm, "Arya", Some("a@w"));
                orm.session(|session| {
                    session.set_flush_mode(FlushMode::Commit);
                    let arya = session.find::<Author>(key)?.required()?;
                    session.edit(&arya)?.email = Some("mine".into());
                    let draft = NewAuthor::new("No One").email("a@w");
                    let same =
                        session.upsert(draft).on_conflict(Author::BY_EMAIL).update(Author::NAME).execute()?;
                    assert!(session.same(&arya, &same));
                    let row = &session[&arya];
                    assert_eq!(
                        (row.name.as_str(), row.email.as_deref(), row.version),
                        ("No One", Some("mine"), 2)
                    );
                    log.skip();
                    session.flush()?;
                    log.expect(["UPDATE authors (email, version)"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn an_edited_row_that_another_writer_moved_is_stale_after_an_upsert_too() {
                for keeps in [true, false] {
                    let (orm, _) = open();
                    let key = samples::author_with_email(&orm, "Arya", Some("a@w"));
                    let stale = orm.session(|session| {
                        session.set_flush_mode(FlushMode::Commit);
                        let arya = session.find::<Author>(key)?.required()?;
                        session.edit(&arya)?.name = "mine".into();
                        samples::execute(&orm, "UPDATE authors SET name = 'theirs', version = version + 1");
                        let on =
                            session.upsert(NewAuthor::new("ours").email("a@w")).on_conflict(Author::BY_EMAIL);
                        let _ = if keeps { on.keep() } else { on.update(Author::NAME) }.execute()?;
                        session.flush()
                    });
                    assert!(matches!(stale, Err(Error::Stale(_))), "{keeps} {stale:?}");
                }
            }

            #[test]
            fn a_row_whose_removal_or_insert_waits_refuses_and_nothing_is_written() {
                let (orm, _) = open();
                samples::execute(&orm, "INSERT INTO tags (label, color) VALUES ('red', '#f00')");
                orm.session(|session| {
                    session.set_flush_mode(FlushMode::Commit);
                    let red = session.find::<Tag>("red")?.required()?;
                    let red = session.remove(red)?;
                    let tag = |label: &str| Tag { label: label.into(), color: "new".into() };
                    let removed =
                        session.upsert(tag("red")).on_conflict(UniqueSet::KEY).update(Tag::COLOR).execute();
                    assert!(matches!(removed, Err(Error::Removed(_))));
                    let _ = session.persist(tag("blue"))?;
                    let waits =
                        session.upsert(tag("blue")).on_conflict(UniqueSet::KEY).update(Tag::COLOR).execute();
                    assert!(matches!(waits, Err(Error::AlreadyManaged(_))));
                    assert_eq!(session.query::<Tag>(tags::table.filter(tags::color.eq("new"))).count()?, 0);
                    let _ = session.restore(red)?;
                    session.flush()
                })
                .unwrap();
            }

            #[test]
            fn a_rollback_puts_memory_back() {
                let (orm, _) = open();
                let key = samples::author_with_email(&orm, "Arya", Some("a@w"));
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    let undone: Result<()> = session.transaction(|tx| {
                        let drafts = ["a@w", "b@w"].map(|email| NewAuthor::new("No One").email(email));
                        let both = tx
                            .upsert_many(drafts)
                            .on_conflict(Author::BY_EMAIL)
                            .update(Author::NAME)
                            .execute()?;
                        assert!(tx.same(&both[0], &arya));
                        assert_eq!((tx[&arya].name.as_str(), tx[&arya].version), ("No One", 2));
                        samples::give_up()
                    });
                    assert!(undone.is_err());
                    assert_eq!((session[&arya].name.as_str(), session[&arya].version), ("Arya", 1));
                    session.edit(&arya)?.name = "still".into();
                    session.flush()?;
                    assert_eq!(session.query::<Author>(authors::table).count()?, 1);
                    let kept: Result<()> = session.scope(|scope| {
                        let draft = NewAuthor::new("scoped").email("a@w");
                        let _ = scope
                            .upsert(draft)
                            .on_conflict(Author::BY_EMAIL)
                            .update(Author::NAME)
                            .execute()?;
                        samples::give_up()
                    });
                    assert!(kept.is_err());
                    assert_eq!((session[&arya].name.as_str(), session[&arya].version), ("scoped", 3));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_failure_inside_a_transaction_leaves_earlier_work() {
                let (orm, _) = open();
                let author = samples::author(&orm, "Arya");
                orm.session(|session| {
                    session.transaction(|tx| {
                        let _ = tx.persist(NewNote::new("kept", 0))?;
                        tx.flush()?;
                        let nobody = Key::<Author>::new(author.value() + 1);
                        let draft = NewBook::new("Needle", nobody).isbn("1");
                        let refused = tx.upsert(draft).on_conflict(Book::BY_ISBN).keep().execute();
                        let kind = refused.unwrap_err().failure().map(|failure| failure.kind);
                        assert_eq!(kind, Some(moored::backend::FailureKind::ForeignKey));
                        Ok(())
                    })?;
                    assert_eq!(session.query::<Note>(notes::table).count()?, 1);
                    Ok(())
                })
                .unwrap();
            }

            /// Every writer adds its row once; the version counts the others.
            #[test]
            fn of_several_writers_at_once_one_inserts_and_the_others_update() {
                const WRITERS: usize = 4;
                const ROUNDS: usize = 5;
                let (orm, _) = open();
                let barrier = std::sync::Barrier::new(WRITERS);
                std::thread::scope(|threads| {
                    for writer in 0..WRITERS {
                        let (orm, barrier) = (&orm, &barrier);
                        threads.spawn(move || {
                            for round in 0..ROUNDS {
                                barrier.wait();
                                orm.retry(&moored::Retry::default(), |session| {
                                    let draft =
                                        NewAuthor::new(format!("{writer}")).email(format!("{round}@w"));
                                    let on = session.upsert(draft).on_conflict(Author::BY_EMAIL);
                                    on.update(Author::NAME).execute().map(|_| ())
                                })
                                .unwrap();
                            }
                        });
                    }
                });
                orm.session(|session| {
                    let all = session.query::<Author>(authors::table).all()?;
                    assert_eq!(all.len(), ROUNDS);
                    for author in &all {
                        assert_eq!(usize::try_from(session[author].version).unwrap(), WRITERS);
                    }
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
