//! Locks on rows, as far as one session sees them: the row is read again, and its pending edits are checked.

#[doc(hidden)]
#[macro_export]
macro_rules! locks_behaviours {
    ($backend:ty, $harness:ty) => {
        mod locks {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            use $crate::moored::Lock;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            #[test]
            fn a_row_that_was_not_edited_takes_the_values_of_the_database() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    samples::execute(&orm, "UPDATE authors SET name = 'Theirs', version = 5");
                    log.skip();
                    session.transaction(|tx| {
                        tx.lock(&arya, Lock::UPDATE)?;
                        assert_eq!((tx[&arya].name.as_str(), tx[&arya].version), ("Theirs", 5));
                        assert!(!tx.has_changes());
                        tx.edit(&arya)?.name = "Mine".into();
                        Ok(())
                    })?;
                    log.expect(["B", "SELECT authors", "UPDATE authors (name, version)", "C"]);
                    assert_eq!((session[&arya].name.as_str(), session[&arya].version), ("Mine", 6));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn edits_stay_and_the_other_columns_are_read() {
                let (orm, log) = open();
                samples::notes(&orm, 1);
                orm.session(|session| {
                    let note = session.find::<Note>(1)?.required()?;
                    samples::execute(&orm, "UPDATE notes SET text = 'theirs', stars = 9");
                    session.transaction(|tx| {
                        tx.edit(&note)?.stars = 5;
                        log.skip();
                        tx.lock(&note, Lock::UPDATE)?;
                        log.expect(["SELECT notes"]);
                        assert_eq!((tx[&note].text.as_str(), tx[&note].stars), ("theirs", 5));
                        Ok(())
                    })?;
                    log.expect(["UPDATE notes (stars)", "C"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn an_edited_row_whose_version_moved_is_stale_at_once_and_keeps_its_edits() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    samples::execute(&orm, "UPDATE authors SET name = 'Theirs', version = 2");
                    session.transaction(|tx| {
                        tx.edit(&arya)?.email = Some("mine".into());
                        log.skip();
                        let Err(Error::Stale(row)) = tx.lock(&arya, Lock::UPDATE) else {
                            panic!("the flush would have been the first to say so")
                        };
                        assert_eq!(row.entity, "Author");
                        log.expect(["SELECT authors"]);
                        let Author { name, email, version, .. } = &tx[&arya];
                        assert_eq!((name.as_str(), email.as_deref(), *version), ("Arya", Some("mine"), 1));
                        let found = tx.find_locked::<Author>(key, Lock::UPDATE);
                        assert!(matches!(found, Err(Error::Stale(_))), "{found:?}");
                        tx.refresh(&arya)?;
                        tx.edit(&arya)?.email = Some("mine".into());
                        tx.lock(&arya, Lock::UPDATE)
                    })?;
                    let Author { name, email, version, .. } = &session[&arya];
                    assert_eq!((name.as_str(), email.as_deref(), *version), ("Theirs", Some("mine"), 3));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn edits_that_wait_outside_are_checked_too() {
                let (orm, _) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    session.edit(&arya)?.email = Some("mine".into());
                    session.transaction(|tx| tx.lock(&arya, Lock::UPDATE))?;
                    assert!(session.has_changes());
                    let twice: Result<()> = session.transaction(|tx| {
                        samples::execute_in(tx.connection()?, "UPDATE authors SET name = 'taken in'");
                        tx.lock(&arya, Lock::UPDATE)?;
                        assert_eq!((tx[&arya].name.as_str(), tx.has_changes()), ("taken in", false));
                        samples::execute_in(tx.connection()?, "UPDATE authors SET version = 2");
                        tx.lock(&arya, Lock::UPDATE)
                    });
                    assert!(matches!(twice, Err(Error::Stale(_))), "{twice:?}");
                    samples::execute(&orm, "UPDATE authors SET name = 'Theirs', version = 2");
                    let locked = session.transaction(|tx| tx.lock(&arya, Lock::UPDATE));
                    assert!(matches!(locked, Err(Error::Stale(_))), "{locked:?}");
                    let Author { name, email, version, .. } = &session[&arya];
                    assert_eq!((name.as_str(), email.as_deref(), *version), ("Arya", Some("mine"), 1));
                    assert!(matches!(session.flush(), Err(Error::Stale(_))));
                    session.discard();
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_row_that_is_gone_is_stale() {
                let (orm, _) = open();
                samples::notes(&orm, 1);
                orm.session(|session| {
                    let note = session.find::<Note>(1)?.required()?;
                    samples::execute(&orm, "DELETE FROM notes");
                    session.transaction(|tx| {
                        let locked = tx.lock(&note, Lock::SHARE);
                        assert!(matches!(locked, Err(Error::Stale(_))), "{locked:?}");
                        let found = tx.find_locked::<Note>(1, Lock::SHARE);
                        assert!(matches!(found, Err(Error::Stale(_))), "{found:?}");
                        assert_eq!(tx[&note].text, "note");
                        Ok(())
                    })
                })
                .unwrap();
            }

            #[test]
            fn what_has_no_row_to_lock_says_so_without_a_statement() {
                let (orm, log) = open();
                samples::notes(&orm, 2);
                orm.session(|session| {
                    let note = session.find::<Note>(1)?.required()?;
                    let other = session.find::<Note>(2)?.required()?;
                    session.transaction(|tx| {
                        let red = tx.persist(Tag { label: "red".into(), color: "#f00".into() })?;
                        let alias = note.alias();
                        let _ = tx.remove(note)?;
                        let gone = other.alias();
                        let _ = tx.detach(other)?;
                        log.skip();
                        let lock = Lock::UPDATE;
                        assert!(matches!(tx.lock(&red, lock), Err(Error::NotWritten { entity: "Tag" })));
                        let found = tx.find_locked::<Tag>("red", lock);
                        assert!(matches!(found, Err(Error::NotWritten { .. })), "{found:?}");
                        assert!(matches!(tx.lock(&alias, lock), Err(Error::Removed(_))));
                        assert!(tx.find_locked::<Note>(1, lock)?.is_none());
                        assert!(matches!(tx.lock(&gone, lock), Err(Error::Detached(_))));
                        log.expect::<&str>([]);
                        tx.flush()?;
                        tx.lock(&red, lock)
                    })?;
                    session.transaction(|tx| {
                        let blue = tx.persist(Tag { label: "blue".into(), color: "#00f".into() })?;
                        let inside = tx.transaction(|inner| inner.lock(&blue, Lock::UPDATE));
                        assert!(matches!(inside, Err(Error::PendingOutside { .. })), "{inside:?}");
                        Ok(())
                    })
                })
                .unwrap();
            }

            #[test]
            fn a_row_is_found_and_locked_with_one_statement() {
                let (orm, log) = open();
                samples::notes(&orm, 2);
                samples::execute(&orm, "INSERT INTO seats (venue, number, version) VALUES ('hall', 7, 1)");
                orm.session(|session| {
                    let first = session.find::<Note>(1)?.required()?;
                    let second = session.reference::<Note>(2)?;
                    samples::execute(&orm, "UPDATE notes SET stars = 3");
                    log.skip();
                    session.transaction(|tx| {
                        let found = tx.find_locked::<Note>(1, Lock::UPDATE)?.required()?;
                        assert!(tx.same(&first, &found));
                        assert_eq!(tx[&first].stars, 3);
                        let found = tx.find_locked::<Note>(2, Lock::SHARE)?.required()?;
                        let loaded = tx.load(&second)?.required()?;
                        assert!(tx.same(&loaded, &found));
                        assert!(tx.find_locked::<Note>(3, Lock::UPDATE)?.is_none());
                        let seat = tx.find_locked::<Seat>(("hall", 7), Lock::UPDATE)?.required()?;
                        tx.lock(&seat, Lock::UPDATE)?;
                        let unread = ["SELECT notes"; 3].into_iter().chain(["SELECT seats"; 2]);
                        log.expect(["B"].into_iter().chain(unread));
                        Ok(())
                    })
                })
                .unwrap();
            }

            #[test]
            fn a_draft_may_be_the_row_that_is_looked_for() {
                let (orm, log) = open();
                orm.session(|session| {
                    session.transaction(|tx| {
                        let new = tx.persist(NewNote::new("new", 0))?;
                        tx.set_flush_mode(FlushMode::Commit);
                        assert!(tx.find_locked::<Note>(1, Lock::UPDATE)?.is_none());
                        tx.set_flush_mode(FlushMode::Auto);
                        log.skip();
                        let found = tx.find_locked::<Note>(1, Lock::UPDATE)?.required()?;
                        let mut expected = log.expected(samples::flush_inside(&orm, "INSERT notes"));
                        expected.push("SELECT notes".into());
                        assert_eq!(log.take(), expected);
                        assert!(tx.same(&tx.promote(&new)?, &found));
                        Ok(())
                    })
                })
                .unwrap();
            }
        }
    };
}
