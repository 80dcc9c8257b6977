//! Versions and rows that vanish: no update of another writer is lost.

#[doc(hidden)]
#[macro_export]
macro_rules! locking_behaviours {
    ($backend:ty, $harness:ty) => {
        mod locking {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            #[test]
            fn an_update_names_the_version_and_moves_it() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    session.edit(&arya)?.name = "No One".into();
                    assert_eq!(session[&arya].version, 1);
                    log.skip();
                    session.flush()?;
                    let sent = log.take_sql();
                    let [update] = sent.as_slice() else { panic!("{sent:?}") };
                    let condition = update.split(" WHERE ").nth(1).unwrap();
                    assert!(condition.contains("version") && condition.contains("id"), "{update}");
                    assert_eq!(session[&arya].version, 2);
                    session.refresh(&arya)?;
                    assert_eq!(session[&arya].version, 2);
                    let arya = session.remove(arya)?;
                    session.flush()?;
                    assert_eq!(session[&arya].version, 2);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_stale_update_names_the_row_and_moves_nothing() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    samples::execute(&orm, "UPDATE authors SET name = 'Theirs', version = 2");
                    session.edit(&arya)?.name = "Mine".into();
                    for _ in 0..2 {
                        let error = session.flush().unwrap_err();
                        assert!(error.is_retryable());
                        let Error::Stale(row) = error else { panic!("{error}") };
                        assert_eq!(
                            (row.entity, &*row.key),
                            ("Author", format!("{:?}", key.value()).as_str())
                        );
                        assert_eq!((session[&arya].name.as_str(), session[&arya].version), ("Mine", 1));
                    }
                    let arya = session.remove(arya)?;
                    assert!(matches!(session.flush(), Err(Error::Stale(_))));
                    let arya = session.restore(arya)?;
                    log.skip();
                    session.refresh(&arya)?;
                    assert_eq!((session[&arya].name.as_str(), session[&arya].version), ("Theirs", 2));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_version_of_two_bytes_counts_up() {
                $crate::counted_version!(SmallVersion, NewSmallVersion, "small_versions", i16);
            }

            #[test]
            fn a_version_of_eight_bytes_counts_up() {
                $crate::counted_version!(LargeVersion, NewLargeVersion, "large_versions", i64);
            }

            #[test]
            fn a_version_that_is_a_time_moves_with_every_write() {
                let (orm, _) = open();
                orm.session(|session| {
                    let lease = session.persist(NewLease::new("a"))?;
                    session.flush()?;
                    let lease = session.promote(&lease)?;
                    let mut last = session[&lease].touched_at;
                    for holder in ["b", "c", "d"] {
                        session.edit(&lease)?.holder = holder.into();
                        session.flush()?;
                        assert!(session[&lease].touched_at > last);
                        last = session[&lease].touched_at;
                        session.refresh(&lease)?;
                        assert_eq!(session[&lease].touched_at, last, "a time is stored as it is in memory");
                    }
                    samples::execute(&orm, "UPDATE leases SET touched_at = '2001-02-03 04:05:06'");
                    session.edit(&lease)?.holder = "e".into();
                    assert!(matches!(session.flush(), Err(Error::Stale(_))));
                    assert_eq!(session[&lease].touched_at, last);
                    session.refresh(&lease)?;
                    session.edit(&lease)?.holder = "e".into();
                    session.flush()?;
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn one_stale_row_of_a_batch_is_named_and_undoes_the_batch() {
                let (orm, _) = open();
                let keys: Vec<_> =
                    (0..5).map(|number| samples::author(&orm, &format!("a{number}"))).collect();
                let stale = format!("UPDATE authors SET version = 9 WHERE id = {}", keys[3]);
                orm.session(|session| {
                    let authors = session.find_many::<Author, _>(keys.iter().copied())?.required()?;
                    for author in &authors {
                        session.edit(author)?.name.push('!');
                    }
                    samples::execute(&orm, &stale);
                    let Err(Error::Stale(row)) = session.flush() else {
                        panic!("a stale row was overwritten")
                    };
                    assert_eq!(&*row.key, format!("{:?}", keys[3].value()));
                    for author in &authors {
                        assert_eq!(session[author].version, 1);
                        assert!(session[author].name.ends_with('!'));
                    }
                    let untouched = session
                        .query::<Author>(authors::table.filter(authors::name.like("%!")))
                        .flush_mode(FlushMode::Commit)
                        .count()?;
                    assert_eq!(untouched, 0);
                    session.refresh(&authors[3])?;
                    session.flush()?;
                    assert_eq!(
                        authors.iter().map(|a| session[a].version).collect::<Vec<_>>(),
                        [2, 2, 2, 9, 2]
                    );
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn one_stale_row_of_a_batch_of_deletes_is_named_and_undoes_the_batch() {
                let (orm, _) = open();
                let keys: Vec<_> =
                    (0..4).map(|number| samples::author(&orm, &format!("a{number}"))).collect();
                orm.session(|session| {
                    let authors = session.find_many::<Author, _>(keys.iter().copied())?.required()?;
                    samples::execute(&orm, &format!("UPDATE authors SET version = 9 WHERE id = {}", keys[2]));
                    let removed: Vec<_> =
                        authors.into_iter().map(|author| session.remove(author)).collect::<Result<_>>()?;
                    let Err(Error::Stale(row)) = session.flush() else { panic!("a stale row was deleted") };
                    assert_eq!(&*row.key, format!("{:?}", keys[2].value()));
                    let count =
                        session.query::<Author>(authors::table).flush_mode(FlushMode::Commit).count()?;
                    assert_eq!(count, 4);
                    for author in removed {
                        let _ = session.restore(author)?;
                    }
                    assert!(!session.has_changes());
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_vanished_row_without_a_version_is_stale_on_update_and_on_delete() {
                let (orm, _) = open();
                samples::notes(&orm, 5);
                orm.session(|session| {
                    let notes = session.query::<Note>(notes::table.order(notes::id)).all()?;
                    samples::execute(&orm, "DELETE FROM notes WHERE id = 3");
                    for note in &notes {
                        session.edit(note)?.stars = 9;
                    }
                    let Err(Error::Stale(row)) = session.flush() else { panic!("nobody noticed") };
                    assert_eq!((row.entity, &*row.key), ("Note", "3"));
                    session.discard();
                    assert!(notes.iter().all(|note| session[note].stars == 0));
                    for note in notes {
                        let _ = session.remove(note)?;
                    }
                    let Err(Error::Stale(row)) = session.flush() else { panic!("nobody noticed") };
                    assert_eq!((row.entity, &*row.key), ("Note", "3"));
                    session.discard();
                    assert_eq!(session.query::<Note>(notes::table).count()?, 4);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn after_a_conflict_mine_can_be_kept() {
                let (orm, _) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    samples::execute(
                        &orm,
                        "UPDATE authors SET name = 'Theirs', email = 'theirs', version = 5",
                    );
                    session.edit(&arya)?.name = "Mine".into();
                    assert!(matches!(session.flush(), Err(Error::Stale(_))));
                    let mine = session[&arya].clone();
                    session.refresh(&arya)?;
                    let version = session[&arya].version;
                    *session.edit(&arya)? = Author { version, ..mine };
                    session.flush()?;
                    session.refresh(&arya)?;
                    assert_eq!(
                        (session[&arya].name.as_str(), session[&arya].email.as_deref()),
                        ("Mine", None)
                    );
                    assert_eq!(session[&arya].version, 6);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn after_a_conflict_theirs_can_be_taken() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    samples::execute(&orm, "UPDATE authors SET name = 'Theirs', version = 5");
                    session.edit(&arya)?.name = "Mine".into();
                    assert!(matches!(session.flush(), Err(Error::Stale(_))));
                    session.refresh(&arya)?;
                    log.skip();
                    session.flush()?;
                    assert!(log.take().is_empty());
                    assert_eq!((session[&arya].name.as_str(), session[&arya].version), ("Theirs", 5));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn after_a_conflict_both_can_be_merged() {
                let (orm, _) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    samples::execute(&orm, "UPDATE authors SET email = 'theirs', version = 5");
                    session.edit(&arya)?.name = "Mine".into();
                    assert!(matches!(session.flush(), Err(Error::Stale(_))));
                    let mine = session.detach(arya)?;
                    let theirs = session.find::<Author>(key)?.required()?;
                    if mine.get().name != mine.snapshot().name {
                        session.edit(&theirs)?.name = mine.get().name.clone();
                    }
                    session.flush()?;
                    session.refresh(&theirs)?;
                    assert_eq!(
                        (session[&theirs].name.as_str(), session[&theirs].email.as_deref()),
                        ("Mine", Some("theirs"))
                    );
                    assert_eq!(session[&theirs].version, 6);
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}

/// What a version that is an integer does, of whatever size.
#[doc(hidden)]
#[macro_export]
macro_rules! counted_version {
    ($entity:ident, $new:ident, $table:literal, $integer:ty) => {
        let (orm, _) = open();
        orm.session(|session| {
            let row = session.persist($new::new("x"))?;
            session.flush()?;
            let row = session.promote(&row)?;
            assert_eq!(session[&row].version, 1);
            session.edit(&row)?.text = "y".into();
            session.flush()?;
            assert_eq!(session[&row].version, 2);
            samples::execute(&orm, &format!("UPDATE {} SET version = {}", $table, <$integer>::MAX));
            session.refresh(&row)?;
            session.edit(&row)?.text = "z".into();
            assert!(matches!(session.flush(), Err(Error::VersionExhausted(_))));
            assert_eq!(session[&row].version, <$integer>::MAX);
            samples::execute(&orm, &format!("UPDATE {} SET version = 7", $table));
            assert!(matches!(session.flush(), Err(Error::VersionExhausted(_))));
            session.refresh(&row)?;
            session.edit(&row)?.text = "z".into();
            session.flush()?;
            assert_eq!(session[&row].version, 8);
            Ok(())
        })
        .unwrap();
    };
}
