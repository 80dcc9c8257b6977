//! Versions moved on by themselves, compared without a write, and left alone by fields that do not count.

#[doc(hidden)]
#[macro_export]
macro_rules! versions_behaviours {
    ($backend:ty, $harness:ty) => {
        mod versions {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            use $crate::moored::backend::FailureKind;
            use $crate::second::{connected, kind};

            const FLAVOUR: Flavour = <H as Harness<B>>::FLAVOUR;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            fn authors(orm: &Orm<B>, count: usize) -> Vec<Key<Author>> {
                (0..count).map(|number| samples::author(orm, &format!("a{number}"))).collect()
            }

            /// What another writer does to a row in the meantime.
            fn elsewhere(orm: &Orm<B>, change: &str, key: Key<Author>) {
                samples::execute(orm, &format!("{change} WHERE id = {key}"));
            }

            fn stale_key(result: Result<()>) -> String {
                let Err(Error::Stale(row)) = result else { panic!("{result:?}") };
                assert_eq!(row.entity, "Author");
                row.key.into()
            }

            #[test]
            fn a_touched_row_has_its_version_moved_and_nothing_else() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    session.touch(&arya)?;
                    session.touch(&arya)?;
                    assert!(session.plan()?.to_string().starts_with("1. UPDATE Author (version) × 1"));
                    assert_eq!(session[&arya].version, 1);
                    log.skip();
                    session.flush()?;
                    log.expect(["UPDATE authors (version)"]);
                    assert_eq!(session[&arya].version, 2);
                    session.flush()?;
                    log.expect::<&str>([]);
                    session.refresh(&arya)?;
                    assert_eq!((session[&arya].version, session[&arya].name.as_str()), (2, "Arya"));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_row_that_is_touched_and_edited_moves_once() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    session.touch(&arya)?;
                    session.edit(&arya)?.name = "No One".into();
                    session.touch(&arya)?;
                    session.expect_unchanged(&arya)?;
                    log.skip();
                    session.flush()?;
                    log.expect(["UPDATE authors (name, version)"]);
                    session.refresh(&arya)?;
                    assert_eq!(session[&arya].version, 2);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn many_touched_rows_are_one_batch_and_the_stale_one_is_named() {
                let (orm, log) = open();
                let keys = authors(&orm, 5);
                orm.session(|session| {
                    let authors = session.find_many::<Author, _>(keys.iter().copied())?.required()?;
                    authors.iter().try_for_each(|author| session.touch(author))?;
                    elsewhere(&orm, "UPDATE authors SET version = 7", keys[3]);
                    assert_eq!(stale_key(session.flush()), format!("{:?}", keys[3].value()));
                    assert!(authors.iter().all(|author| session[author].version == 1));
                    session.refresh(&authors[3])?; // which is not touched any more
                    log.skip();
                    session.flush()?;
                    let updates = samples::updates(&orm, "UPDATE authors (version)", 4);
                    let mut expected = vec!["B".to_owned()];
                    expected.extend(updates);
                    expected.push("C".into());
                    log.expect(expected);
                    let versions: Vec<_> = authors.iter().map(|author| session[author].version).collect();
                    assert_eq!(versions, [2, 2, 2, 7, 2]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_version_that_is_a_time_and_a_row_of_a_composite_key_are_touched_too() {
                let (orm, _) = open();
                orm.session(|session| {
                    let lease = session.persist(NewLease::new("a"))?;
                    let seat = session.persist(NewSeat::new("hall", 7))?;
                    session.flush()?;
                    let (lease, seat) = (session.promote(&lease)?, session.promote(&seat)?);
                    let before = session[&lease].touched_at;
                    session.touch(&lease)?;
                    session.touch(&seat)?;
                    session.flush()?;
                    let after = session[&lease].touched_at;
                    assert!(after > before);
                    session.refresh(&lease)?;
                    session.refresh(&seat)?;
                    assert_eq!((session[&lease].touched_at, session[&seat].version), (after, 2));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_touch_goes_with_its_transaction_and_one_outside_waits() {
                let (orm, log) = open();
                let keys = authors(&orm, 2);
                orm.session(|session| {
                    let authors = session.find_many::<Author, _>(keys.iter().copied())?.required()?;
                    session.touch(&authors[0])?;
                    log.skip();
                    let undone = session.transaction(|tx| {
                        tx.touch(&authors[1])?;
                        tx.flush()?;
                        assert_eq!((tx[&authors[0]].version, tx[&authors[1]].version), (1, 2));
                        Err::<(), _>(Error::NotFound { entity: "Author" })
                    });
                    assert!(undone.is_err());
                    let mut sent = log.take();
                    // Where a failure dooms the transaction, a flush has a savepoint around it.
                    sent.retain(|statement| statement != "SP" && statement != "RELEASE");
                    assert_eq!(sent, ["B", "UPDATE authors (version)", "R"]);
                    assert_eq!(session[&authors[1]].version, 1);
                    session.flush()?;
                    log.expect(["UPDATE authors (version)"]);
                    for (author, version) in authors.iter().zip([2, 1]) {
                        session.refresh(author)?;
                        assert_eq!(session[author].version, version);
                    }
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn an_expected_row_is_looked_at_first_and_not_written() {
                let (orm, log) = open();
                let keys = authors(&orm, 3);
                orm.session(|session| {
                    let authors = session.find_many::<Author, _>(keys.iter().copied())?.required()?;
                    authors.iter().try_for_each(|author| session.expect_unchanged(author))?;
                    let book = session.persist(NewBook::new("Needle", &authors[0]))?;
                    assert!(session.plan()?.to_string().starts_with("1. EXPECT Author × 3"));
                    log.skip();
                    session.flush()?;
                    log.expect(["B", "SELECT authors", "INSERT books", "C"]);
                    let book = session.promote(&book)?;
                    let _ = session.remove(book)?;
                    session.flush()?;
                    log.expect(["DELETE books"]);
                    for author in &authors {
                        session.refresh(author)?;
                        assert_eq!(session[author].version, 1);
                    }
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_row_that_is_only_expected_is_one_select() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    session.expect_unchanged(&arya)?;
                    log.skip();
                    assert_eq!(session.query::<Author>(authors::table).count()?, 1);
                    log.expect(["SELECT authors"]);
                    session.flush()?;
                    log.expect(["SELECT authors"]);
                    session.flush()?;
                    log.expect::<&str>([]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn an_expectation_that_fails_names_the_row_and_nothing_is_written() {
                let (orm, _) = open();
                for vanished in [false, true] {
                    let keys = authors(&orm, 4);
                    orm.session(|session| {
                        let authors = session.find_many::<Author, _>(keys.iter().copied())?.required()?;
                        authors.iter().skip(1).try_for_each(|author| session.expect_unchanged(author))?;
                        session.edit(&authors[0])?.name = "Mine".into();
                        match vanished {
                            true => elsewhere(&orm, "DELETE FROM authors", keys[2]),
                            false => elsewhere(&orm, "UPDATE authors SET version = 2", keys[2]),
                        }
                        for _ in 0..2 {
                            assert_eq!(stale_key(session.flush()), format!("{:?}", keys[2].value()));
                            assert_eq!(session[&authors[0]].version, 1);
                        }
                        session.discard();
                        session.refresh(&authors[0])?;
                        assert_eq!(session[&authors[0]].name, "a0");
                        Ok(())
                    })
                    .unwrap();
                }
            }

            #[test]
            fn reading_an_expected_row_again_does_not_hide_what_another_writer_did() {
                let (orm, _) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    session.expect_unchanged(&arya)?;
                    elsewhere(&orm, "UPDATE authors SET name = 'Theirs', version = 2", key);
                    session.query::<Author>(authors::table).all()?;
                    assert_eq!((session[&arya].name.as_str(), session[&arya].version), ("Theirs", 1));
                    assert!(matches!(session.flush(), Err(Error::Stale(_))));
                    session.refresh(&arya)?;
                    session.expect_unchanged(&arya)?;
                    session.flush()
                })
                .unwrap();
            }

            #[test]
            fn an_expected_row_stays_as_it_is_until_the_transaction_ends() {
                let (orm, _) = open();
                let keys = authors(&orm, 2);
                connected(&orm, FLAVOUR, |other| {
                    other.connection()?.batch_execute(FLAVOUR.impatience())?;
                    let theirs = other.find_many::<Author, _>(keys.iter().copied())?.required()?;
                    orm.session(|session| {
                        session.transaction(|tx| {
                            let arya = tx.find::<Author>(keys[0])?.required()?;
                            tx.expect_unchanged(&arya)?;
                            tx.flush()?;
                            other.edit(&theirs[0])?.name = "Theirs".into();
                            let refused = kind(&other.flush());
                            let expected = match FLAVOUR.has_one_writer() {
                                true => FailureKind::Busy,
                                false => FailureKind::LockTimeout,
                            };
                            assert_eq!(refused, Some(expected));
                            Ok(())
                        })
                    })?;
                    other.flush()
                })
                .unwrap();
            }

            #[test]
            fn an_expectation_that_nobody_looked_into_is_told_at_the_end() {
                let (orm, _) = open();
                let key = samples::author(&orm, "Arya");
                let ended = orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    session.expect_unchanged(&arya)
                });
                let Err(Error::Unflushed(lost)) = ended else { panic!("{ended:?}") };
                assert_eq!(lost.to_string(), "1 expected Author");
            }

            #[test]
            fn a_touched_or_expected_row_cannot_be_detached() {
                let (orm, _) = open();
                let keys = authors(&orm, 2);
                orm.session(|session| {
                    let mut authors = session.find_many::<Author, _>(keys.iter().copied())?.required()?;
                    session.touch(&authors[0])?;
                    session.expect_unchanged(&authors[1])?;
                    for author in authors.drain(..) {
                        assert!(matches!(session.detach(author), Err(Error::PendingLink(_))));
                    }
                    session.flush()
                })
                .unwrap();
            }

            #[test]
            fn a_field_that_does_not_count_neither_compares_the_version_nor_moves_it() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let fan = session.find::<Fan>(key.value())?.required()?;
                    session.edit(&fan)?.email = Some("a@w.example".into());
                    elsewhere(&orm, "UPDATE authors SET name = 'Theirs', version = 5", key);
                    log.skip();
                    session.flush()?;
                    let sent = log.take_sql();
                    let [update] = sent.as_slice() else { panic!("{sent:?}") };
                    assert!(!update.contains("version"), "{update}");
                    assert_eq!(session[&fan].version, 1);
                    // The name is theirs, and nobody has seen it yet.
                    session.edit(&fan)?.name = "Mine".into();
                    session.edit(&fan)?.email = None;
                    assert!(matches!(session.flush(), Err(Error::Stale(_))));
                    session.refresh(&fan)?;
                    assert_eq!((session[&fan].name.as_str(), session[&fan].version), ("Theirs", 5));
                    assert_eq!(session[&fan].email.as_deref(), Some("a@w.example"));
                    session.edit(&fan)?.name = "Mine".into();
                    session.edit(&fan)?.email = None;
                    log.skip();
                    session.flush()?;
                    log.expect(["UPDATE authors (name, email, version)"]);
                    assert_eq!(session[&fan].version, 6);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_row_with_edits_that_do_not_count_takes_the_version_that_is_read() {
                let (orm, _) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let fan = session.find::<Fan>(key.value())?.required()?;
                    session.edit(&fan)?.email = Some("a@w.example".into());
                    elsewhere(&orm, "UPDATE authors SET name = 'Theirs', version = 5", key);
                    session.query::<Fan>(authors::table).flush_mode(FlushMode::Commit).all()?;
                    assert_eq!((session[&fan].name.as_str(), session[&fan].version), ("Theirs", 5));
                    session.edit(&fan)?.name.push('!');
                    session.flush()?;
                    assert_eq!(session[&fan].version, 6);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_vanished_row_is_stale_whatever_was_edited_of_it() {
                let (orm, _) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let fan = session.find::<Fan>(key.value())?.required()?;
                    session.edit(&fan)?.email = Some("a@w.example".into());
                    elsewhere(&orm, "DELETE FROM authors", key);
                    assert!(matches!(session.flush(), Err(Error::Stale(_))));
                    session.discard();
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn statements_of_many_rows_leave_the_version_where_no_field_counts() {
                let (orm, _) = open();
                let key = samples::author_with_email(&orm, "Arya", Some("a@w.example"));
                orm.session(|session| {
                    let fan = session.find::<Fan>(key.value())?.required()?;
                    let updated = session
                        .update_all::<Fan>(authors::table)
                        .set(authors::email.eq("b@w.example"))
                        .execute()?;
                    assert_eq!((updated, session[&fan].version), (1, 1));
                    let both = (authors::name.eq("Both"), authors::email.eq("c@w.example"));
                    session.update_all::<Fan>(authors::table).set(both).execute()?;
                    assert_eq!(session[&fan].version, 2);
                    session.update_where(Fan::ID.gt(0)).set(Fan::EMAIL.to(None)).execute()?;
                    session.refresh(&fan)?;
                    assert_eq!((session[&fan].version, session[&fan].email.as_deref()), (2, None));
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
