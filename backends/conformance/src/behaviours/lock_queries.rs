//! Queries whose rows are locked, and the words in which every lock is sent.

#[doc(hidden)]
#[macro_export]
macro_rules! lock_queries_behaviours {
    ($backend:ty, $harness:ty) => {
        mod lock_queries {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            use $crate::moored::Lock;

            const FLAVOUR: Flavour = <H as Harness<B>>::FLAVOUR;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            #[test]
            fn a_locked_query_gives_each_row_once_as_it_is_now() {
                let (orm, log) = open();
                samples::notes(&orm, 3);
                orm.session(|session| {
                    let known = session.find::<Note>(2)?.required()?;
                    samples::execute(&orm, "UPDATE notes SET stars = id");
                    session.transaction(|tx| {
                        let ordered = notes::table.order(notes::id);
                        log.skip();
                        let all = tx.query::<Note>(ordered).lock(Lock::UPDATE).all()?;
                        log.expect(["SELECT notes"]);
                        let stars: Vec<_> = all.iter().map(|note| tx[note].stars).collect();
                        assert_eq!(stars, [1, 2, 3]);
                        assert!(tx.same(&known, &all[1]));
                        let first =
                            tx.select(Note::ID.gt(1).order(Note::ID.asc())).lock(Lock::SHARE).first()?;
                        assert!(tx.same(&known, &first.required()?));
                        let one = tx.query::<Note>(notes::table.find(3)).lock(Lock::UPDATE).one()?;
                        assert!(tx.same(&one, &all[2]));
                        let none = tx.query::<Note>(notes::table.find(4)).lock(Lock::UPDATE).one();
                        assert!(matches!(none, Err(Error::NotFound { .. })), "{none:?}");
                        let many = tx.query::<Note>(ordered).lock(Lock::UPDATE).one();
                        assert!(matches!(many, Err(Error::NotUnique { .. })), "{many:?}");
                        let none = tx.select(Note::ID.gt(3)).lock(Lock::UPDATE).skip_locked().first()?;
                        assert!(none.is_none());
                        Ok(())
                    })
                })
                .unwrap();
            }

            #[test]
            fn a_locked_query_flushes_as_its_mode_says_and_takes_in_nothing_when_a_row_is_stale() {
                let (orm, log) = open();
                for name in ["a", "b"] {
                    samples::author(&orm, name);
                }
                orm.session(|session| {
                    let authors = session.query::<Author>(authors::table.order(authors::id)).all()?;
                    samples::execute(&orm, "UPDATE authors SET email = name");
                    let moved =
                        format!("UPDATE authors SET version = 2 WHERE id = {}", session[&authors[1]].id);
                    samples::execute(&orm, &moved);
                    session.transaction(|tx| {
                        tx.edit(&authors[1])?.name = "mine".into();
                        log.skip();
                        let by_id = authors::table.order(authors::id);
                        let stale =
                            tx.query::<Author>(by_id).flush_mode(FlushMode::Commit).lock(Lock::UPDATE).all();
                        assert!(matches!(stale, Err(Error::Stale(_))), "{stale:?}");
                        log.expect(["SELECT authors"]);
                        assert_eq!(tx[&authors[0]].email, None);
                        let flushed = tx.query::<Author>(by_id).lock(Lock::UPDATE).all();
                        assert!(matches!(flushed, Err(Error::Stale(_))), "{flushed:?}");
                        assert!(log.take().contains(&"UPDATE authors (name, version)".to_owned()));
                        tx.refresh(&authors[1])?;
                        tx.edit(&authors[1])?.name = "mine".into();
                        let all = tx.query::<Author>(by_id).lock(Lock::UPDATE).all()?;
                        assert_eq!((all.len(), tx[&authors[1]].version), (2, 3));
                        assert_eq!(tx[&authors[0]].email.as_deref(), Some("a"));
                        Ok(())
                    })
                })
                .unwrap();
            }

            #[test]
            fn what_a_lock_saw_is_not_taken_back_by_a_query_that_sees_less() {
                let (orm, log) = open();
                samples::notes(&orm, 3);
                let detached = orm.session(|session| {
                    let note = session.find::<Note>(2)?.required()?;
                    session.detach(note)
                });
                orm.session(|session| {
                    let ordered = notes::table.order(notes::id);
                    let notes = session.query::<Note>(ordered).all()?;
                    session.transaction(|tx| {
                        // From REPEATABLE READ on, plain SELECTs go on to see what this one does.
                        tx.refresh(&notes[0])?;
                        if !FLAVOUR.has_one_writer() {
                            samples::execute(&orm, "UPDATE notes SET stars = 7");
                            tx.transaction(|inner| inner.lock(&notes[1], Lock::SHARE))?;
                            let found = tx.query::<Note>(notes::table.find(3)).lock(Lock::UPDATE).all()?;
                            assert_eq!(tx[&found[0]].stars, 7);
                        } else {
                            samples::execute_in(tx.connection()?, "UPDATE notes SET stars = 7");
                        }
                        log.skip();
                        tx.query::<Note>(ordered).all()?;
                        let sent = log.take().len();
                        assert!(
                            sent == 1
                                || orm.dialect().returning != $crate::moored::backend::Returning::Clause
                        );
                        assert_eq!((tx[&notes[1]].stars, tx[&notes[2]].stars), (7, 7));
                        tx.refresh(&notes[1])?;
                        tx.merge(&detached?)?;
                        tx.transaction(|inner| inner.query::<Note>(ordered).all().map(drop))?;
                        assert_eq!((tx[&notes[1]].stars, tx[&notes[2]].stars), (7, 7));
                        // What plain Diesel does to a row that is locked is seen as ever.
                        samples::execute_in(tx.connection()?, "UPDATE notes SET text = 'own' WHERE id = 3");
                        tx.query::<Note>(ordered).all()?;
                        assert_eq!((tx[&notes[2]].text.as_str(), tx[&notes[2]].stars), ("own", 7));
                        tx.edit(&notes[2])?.stars += 1;
                        Ok(())
                    })?;
                    session.refresh(&notes[2])?;
                    assert_eq!(session[&notes[2]].stars, 8);
                    Ok(())
                })
                .unwrap();
            }

            /// What every lock is in the words of the database; `None` where it has none.
            fn clauses() -> [(Lock, Option<&'static str>); 4] {
                let (update, no_key, share, key) = match FLAVOUR {
                    Flavour::Sqlite => ("", Some(""), "", Some("")),
                    Flavour::Postgres => {
                        (" FOR UPDATE", Some(" FOR NO KEY UPDATE"), " FOR SHARE", Some(" FOR KEY SHARE"))
                    }
                    Flavour::Mysql => (" FOR UPDATE", None, " FOR SHARE", None),
                    _ => (" FOR UPDATE", None, " LOCK IN SHARE MODE", None),
                };
                [
                    (Lock::UPDATE, Some(update)),
                    (Lock::NO_KEY_UPDATE, no_key),
                    (Lock::SHARE, Some(share)),
                    (Lock::KEY_SHARE, key),
                ]
            }

            /// What was sent after the last condition.
            fn end_of(log: &Statements) -> String {
                let sent = log.take_sql();
                let [select] = sent.as_slice() else { panic!("{sent:?}") };
                let after = select.split(" WHERE ").last().unwrap();
                let end = after.find(['?', '1']).unwrap() + 1;
                after[end..].trim_start_matches(')').trim_end().to_owned()
            }

            #[test]
            fn every_lock_is_sent_in_the_words_of_the_database_or_refused() {
                let (orm, log) = open();
                samples::notes(&orm, 1);
                orm.session(|session| {
                    let note = session.find::<Note>(1)?.required()?;
                    session.transaction(|tx| {
                        let (no_wait, skip, of) = match FLAVOUR {
                            Flavour::Sqlite => ("", "", ""),
                            Flavour::Postgres => (" NOWAIT", " SKIP LOCKED", " OF \"notes\""),
                            Flavour::Mysql => (" NOWAIT", " SKIP LOCKED", " OF `notes`"),
                            _ => (" NOWAIT", " SKIP LOCKED", ""),
                        };
                        for (lock, clause) in clauses() {
                            log.skip();
                            let by_handle = tx.lock(&note, lock);
                            let by_id = notes::table.filter(notes::id.eq(1));
                            let Some(clause) = clause else {
                                let by_query = tx.query::<Note>(by_id).lock(lock).all();
                                let by_key = tx.find_locked::<Note>(1, lock);
                                for error in [by_handle.err(), by_query.err(), by_key.err()] {
                                    assert!(matches!(error, Some(Error::Unsupported { .. })), "{error:?}");
                                }
                                log.expect::<&str>([]);
                                continue;
                            };
                            by_handle?;
                            assert_eq!(end_of(&log), clause);
                            tx.find_locked::<Note>(1, lock.no_wait())?.required()?;
                            assert_eq!(end_of(&log), format!("{clause}{no_wait}"));
                            tx.query::<Note>(by_id).lock(lock).all()?;
                            assert_eq!(end_of(&log), format!("{clause}{of}"));
                            tx.select(Note::ID.eq(1)).lock(lock.no_wait()).all()?;
                            assert_eq!(end_of(&log), format!("{clause}{of}{no_wait}"));
                            tx.select(Note::ID.eq(1)).lock(lock.no_wait()).skip_locked().all()?;
                            assert_eq!(end_of(&log), format!("{clause}{of}{skip}"));
                        }
                        Ok(())
                    })
                })
                .unwrap();
            }
        }
    };
}
