//! Subscribers: the order in which they are called, what they add, and what their veto leaves behind.

#[doc(hidden)]
#[macro_export]
macro_rules! events_behaviours {
    ($backend:ty, $harness:ty) => {
        mod events {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            use std::panic::{AssertUnwindSafe, catch_unwind};
            use std::sync::Arc;
            use std::sync::atomic::{AtomicBool, Ordering};

            use $crate::moored::event::{Creation, Events};
            use $crate::subscribers::{Told, flush_against_a_veto, note_all, vetoing};

            fn open(register: impl FnOnce(&mut Events<'_, B>)) -> (Orm<B>, Statements) {
                <H as Harness<B>>::open_with(|settings| settings.subscribe(register))
            }

            /// How many authors and notes there are in the database.
            fn counts(session: &mut Session<'_, B>) -> Result<(u64, u64)> {
                let authors =
                    session.query::<Author>(authors::table).flush_mode(FlushMode::Commit).count()?;
                let notes = session.query::<Note>(notes::table).flush_mode(FlushMode::Commit).count()?;
                Ok((authors, notes))
            }

            #[test]
            fn they_are_called_in_order() {
                let told = Told::default();
                let (orm, log) = open(|events| note_all(&told, events));
                let (b, c) = (samples::author(&orm, "b"), samples::author(&orm, "c"));
                told.skip();
                orm.session(|session| {
                    let b = session.find::<Author>(b)?.required()?;
                    let c = session.find::<Author>(c)?.required()?;
                    session.persist(NewAuthor::new("a"))?;
                    session.persist(Tag { label: "t".into(), color: "red".into() })?;
                    session.edit(&b)?.name = "b!".into();
                    let _ = session.remove(c)?;
                    log.skip();
                    session.flush()?;
                    log.expect([
                        "B",
                        "SP",
                        "INSERT authors",
                        "INSERT tags",
                        "UPDATE authors (name, version)",
                        "DELETE authors",
                        "RELEASE",
                        "C",
                    ]);
                    told.expect([
                        "before_commit",
                        "before_flush",
                        "before create a",
                        "before update b!",
                        "before remove c",
                        "before create t",
                        "on flush of 4 steps",
                        "after create a",
                        "after update b!",
                        "after remove c",
                        "after create t",
                        "after_flush",
                        "after commit",
                    ]);
                    Ok(())
                })
                .unwrap();
                told.expect([]);
            }

            #[test]
            fn nobody_is_called_where_nothing_is_written() {
                let told = Told::default();
                let (orm, log) = open(|events| note_all(&told, events));
                let key = samples::author(&orm, "Arya");
                told.skip();
                orm.session(|session| {
                    session.flush()?;
                    let arya = session.find::<Author>(key)?.required()?;
                    session.edit(&arya)?.name = "No One".into();
                    session.edit(&arya)?.name = "Arya".into();
                    let draft = session.persist(NewAuthor::new("Jon"))?;
                    session.remove(draft)?;
                    log.skip();
                    session.flush()?;
                    log.expect::<&str>([]);
                    Ok(())
                })
                .unwrap();
                orm.read(|session| session.query::<Author>(authors::table).all().map(drop)).unwrap();
                told.expect([]);
            }

            #[test]
            fn the_end_of_a_transaction_is_told_once_and_that_of_a_savepoint_never() {
                let told = Told::default();
                let (orm, _) = open(|events| note_all(&told, events));
                let note = |name: &str| NewAuthor::new(name);
                let failure = || Err::<(), _>(Error::NotFound { entity: "Author" });
                orm.session(|session| {
                    session.transaction(|tx| {
                        tx.persist(note("a"))?;
                        tx.transaction(|inner| inner.persist(note("b")).map(drop))?;
                        assert!(
                            tx.transaction(|inner| {
                                inner.persist(note("c"))?;
                                inner.flush()?;
                                failure()
                            })
                            .is_err()
                        );
                        Ok(())
                    })?;
                    let mut happened = told.take();
                    happened.retain(|what| !what.contains("create") && !what.starts_with("on flush"));
                    assert_eq!(
                        happened,
                        [
                            "before_flush",
                            "after_flush",
                            "before_flush",
                            "after_flush",
                            "before_commit",
                            "before_flush",
                            "after_flush",
                            "after commit",
                        ]
                    );
                    session.transaction(|tx| {
                        tx.persist(note("d"))?;
                        tx.rollback();
                        Ok(())
                    })?;
                    told.expect(["after rollback"]);
                    assert!(session.transaction(|_| failure()).is_err());
                    told.expect(["after rollback"]);
                    session.transaction(|_| Ok(()))?;
                    told.expect(["before_commit", "after commit"]);
                    session.transaction(|tx| tx.commit())?;
                    told.expect(["before_commit", "after commit"]);
                    session.requires_new(|_| Ok(()))?;
                    told.expect(["before_commit", "after commit"]);
                    session.update_all::<Author>(authors::table).set(authors::name.eq("x")).execute()?;
                    told.expect(["after commit"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn what_they_change_and_add_goes_out_with_the_rest() {
                let (orm, log) = open(|events| {
                    events.before_create::<Author>(|event, author| {
                        let Creation::Draft(author) = author else { return Err("no draft".into()) };
                        let draft = event.edit_draft(&author)?;
                        draft.name = draft.name.to_uppercase();
                        event.persist(NewBook::new("Foreword", &author))?;
                        Ok(())
                    });
                    events.before_update::<Author>(|event, author| {
                        let old = event.original(&author).name.clone();
                        let columns: Vec<_> = event.edited_columns(&author).collect();
                        event.edit(&author)?.email = Some(format!("{old}: {columns:?}"));
                        Ok(())
                    });
                    events.before_flush(|event| {
                        event.persist(NewNote::new("a flush", 1))?;
                        Ok(())
                    });
                });
                orm.session(|session| {
                    let author = session.persist(NewAuthor::new("Arya"))?;
                    log.skip();
                    session.flush()?;
                    let author = session.promote(&author)?;
                    assert_eq!(session[&author].name, "ARYA");
                    let mut sent = log.take();
                    sent.retain(|statement| statement.starts_with("INSERT"));
                    sent.sort_unstable();
                    assert_eq!(sent, ["INSERT authors", "INSERT books", "INSERT notes"]);
                    session.edit(&author)?.name = "No One".into();
                    session.flush()?;
                    session.refresh(&author)?;
                    assert_eq!(session[&author].email.as_deref(), Some("ARYA: [\"name\"]"));
                    assert_eq!(session[&author].version, 2);
                    assert_eq!(counts(session)?, (1, 2));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn what_they_add_afterwards_is_in_the_same_transaction() {
                let (orm, log) = open(|events| {
                    events.after_create::<Author>(|event, author| {
                        let text = format!("author {} is {}", event[&author].id, event[&author].name);
                        event.persist(NewNote::new(text, 0))?;
                        Ok(())
                    });
                });
                orm.session(|session| {
                    for name in ["a", "b", "c"] {
                        session.persist(NewAuthor::new(name))?;
                    }
                    log.skip();
                    session.flush()?;
                    let mut sent = log.take();
                    sent.retain(|statement| {
                        matches!(statement.as_str(), "B" | "C" | "INSERT authors" | "INSERT notes")
                    });
                    assert_eq!((sent.first().unwrap().as_str(), sent.last().unwrap().as_str()), ("B", "C"));
                    let notes = session.query::<Note>(notes::table.order(notes::id)).all()?;
                    let texts: Vec<_> = notes.iter().map(|note| session[note].text.clone()).collect();
                    assert_eq!(texts, ["author 1 is a", "author 2 is b", "author 3 is c"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_removed_row_can_be_marked_instead() {
                let (orm, log) = open(|events| {
                    events.before_remove::<Author>(|event, author| {
                        let author = event.restore(author)?;
                        event.edit(&author)?.email = Some(format!("deleted {}", event[&author].id));
                        Ok(())
                    });
                });
                let keys = ["a", "b", "c"].map(|name| samples::author(&orm, name));
                orm.session(|session| {
                    let author = session.find::<Author>(keys[0])?.required()?;
                    let _ = session.remove(author)?;
                    for &key in &keys[1..] {
                        let author = session.reference::<Author>(key)?;
                        session.remove(author)?;
                    }
                    log.skip();
                    session.flush()?;
                    let sent = log.take();
                    assert!(sent.contains(&"SELECT authors".to_owned()), "{sent:?}");
                    assert!(!sent.iter().any(|statement| statement.starts_with("DELETE")), "{sent:?}");
                    let marked = session
                        .query::<Author>(authors::table.filter(authors::email.like("deleted %")))
                        .count()?;
                    assert_eq!(marked, 3);
                    Ok(())
                })
                .unwrap();
                samples::execute(&orm, "DELETE FROM authors");
                orm.session(|session| {
                    let gone = session.reference::<Author>(keys[1])?;
                    session.remove(gone)?;
                    let Err(Error::Stale(row)) = session.flush() else { panic!("it is gone") };
                    assert_eq!(&*row.key, format!("{:?}", keys[1].value()));
                    session.discard();
                    Ok(())
                })
                .unwrap();
            }

            const EVENTS: [&str; 11] = [
                "before_commit",
                "before_flush",
                "before_create",
                "before_update",
                "before_remove",
                "on_flush",
                "after_create",
                "after_update",
                "after_remove",
                "after_flush",
                "nobody",
            ];

            #[test]
            fn a_flush_that_fails_leaves_neither_what_they_added_nor_what_they_wait_for() {
                for who in EVENTS {
                    for place in ["session", "transaction", "savepoint", "scope"] {
                        if who == "before_commit" && place != "session" && place != "scope" {
                            continue; // only a flush that is a transaction of its own calls it
                        }
                        let (veto, told) = (Arc::new(AtomicBool::new(false)), Told::default());
                        let (orm, _) = open(|events| vetoing(events, who, &veto, &told));
                        let keys = ["a", "b"].map(|name| samples::author(&orm, name));
                        samples::author_with_email(&orm, "c", Some("taken"));
                        samples::execute(&orm, "DELETE FROM notes");
                        told.skip();
                        orm.session(|session| {
                            match place {
                                "session" => flush_against_a_veto(session, who, &veto, &told, keys)?,
                                "transaction" => session
                                    .transaction(|tx| flush_against_a_veto(tx, who, &veto, &told, keys))?,
                                "savepoint" => session.transaction(|tx| {
                                    tx.transaction(|inner| {
                                        flush_against_a_veto(inner, who, &veto, &told, keys)
                                    })
                                })?,
                                _ => session
                                    .scope(|scope| flush_against_a_veto(scope, who, &veto, &told, keys))?,
                            }
                            assert_eq!(counts(session)?, (3, 6), "{who} {place}");
                            let mut hooked = told.take();
                            hooked.sort_unstable();
                            let expected = [
                                "after_create",
                                "after_remove",
                                "after_update",
                                "before_create",
                                "before_remove",
                                "before_update",
                            ];
                            assert_eq!(hooked, expected);
                            Ok(())
                        })
                        .unwrap();
                    }
                }
            }

            #[test]
            fn a_row_that_waits_outside_stays_there() {
                let (veto, told) = (Arc::new(AtomicBool::new(false)), Told::default());
                let (orm, _) = open(|events| vetoing(events, "after_flush", &veto, &told));
                let keys = ["a", "b", "c"].map(|name| samples::author(&orm, name));
                told.skip();
                orm.session(|session| {
                    let outside = session.find::<Author>(keys[2])?.required()?;
                    session.edit(&outside)?.name = "outside".into();
                    session.persist(NewAuthor::new("outside, too"))?;
                    session.transaction(|tx| {
                        flush_against_a_veto(tx, "after_flush", &veto, &told, [keys[0], keys[1]])?;
                        tx.edit(&outside)?.email = Some("inside".into());
                        veto.store(true, Ordering::Relaxed);
                        assert!(tx.flush().is_err());
                        assert_eq!(
                            (tx[&outside].version, tx[&outside].email.as_deref()),
                            (1, Some("inside"))
                        );
                        veto.store(false, Ordering::Relaxed);
                        tx.flush()
                    })?;
                    assert_eq!((session[&outside].version, session[&outside].name.as_str()), (2, "outside"));
                    assert!(session.has_changes());
                    session.flush()?;
                    session.refresh(&outside)?;
                    assert_eq!((session[&outside].version, session[&outside].name.as_str()), (3, "outside"));
                    assert_eq!(session[&outside].email.as_deref(), Some("inside"));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_row_that_they_edited_or_removed_goes_back_too() {
                let vetoes = Arc::new(AtomicBool::new(true));
                let asked = Arc::clone(&vetoes);
                let (orm, _) = open(move |events| {
                    events.before_create::<Author>(|event, _| {
                        let counter = event.find::<Note>(1)?.required()?;
                        event.edit(&counter)?.stars += 1;
                        let other = event.find::<Note>(2)?.required()?;
                        let _ = event.remove(other)?;
                        Ok(())
                    });
                    events.after_flush(
                        move |_| if asked.load(Ordering::Relaxed) { Err("no".into()) } else { Ok(()) },
                    );
                });
                samples::execute(&orm, "INSERT INTO notes (id, text, stars) VALUES (1, 'a', 0), (2, 'b', 0)");
                orm.session(|session| {
                    let [counter, other] =
                        [session.find::<Note>(1)?.required()?, session.find::<Note>(2)?.required()?];
                    let author = session.persist(NewAuthor::new("Arya"))?;
                    for _ in 0..2 {
                        assert!(session.flush().is_err());
                        assert_eq!((session[&counter].stars, session.plan()?.steps().len()), (0, 1));
                        session.refresh(&other)?;
                    }
                    session.remove(author)?;
                    assert!(!session.has_changes());
                    vetoes.store(false, Ordering::Relaxed);
                    session.persist(NewAuthor::new("Jon"))?;
                    session.flush()?;
                    assert_eq!((session[&counter].stars, counts(session)?), (1, (1, 1)));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn edits_that_wait_outside_of_a_row_that_they_edited_stay_outside() {
                let vetoes = Arc::new(AtomicBool::new(true));
                let asked = Arc::clone(&vetoes);
                let (orm, log) = open(move |events| {
                    events.before_create::<Author>(|event, _| {
                        let note = event.find::<Note>(1)?.required()?;
                        event.edit(&note)?.stars += 1;
                        Ok(())
                    });
                    events.after_flush(
                        move |_| if asked.load(Ordering::Relaxed) { Err("no".into()) } else { Ok(()) },
                    );
                });
                samples::execute(&orm, "INSERT INTO notes (id, text, stars) VALUES (1, 'a', 0)");
                orm.session(|session| {
                    let note = session.find::<Note>(1)?.required()?;
                    session.edit(&note)?.text = "outside".into();
                    session.transaction(|tx| {
                        tx.persist(NewAuthor::new("Arya"))?;
                        assert!(tx.flush().is_err());
                        vetoes.store(false, Ordering::Relaxed);
                        log.skip();
                        tx.flush()
                    })?;
                    let sent = log.take();
                    assert!(sent.contains(&"UPDATE notes (stars)".to_owned()), "{sent:?}");
                    assert_eq!(session.edited_columns(&note).collect::<Vec<_>>(), ["text"]);
                    session.flush()
                })
                .unwrap();
            }

            #[test]
            fn what_a_scope_did_not_get_written_is_not_known_outside() {
                let (orm, _) = open(|events| events.after_flush(|_| Err("no".into())));
                samples::execute(&orm, "INSERT INTO notes (id, text, stars) VALUES (1, 'a', 0)");
                orm.session(|session| {
                    let note = session.find::<Note>(1)?.required()?;
                    session.edit(&note)?.stars = 7;
                    for ends_well in [true, false] {
                        let ended = session.scope(|scope| {
                            scope.edit(&note)?.text = "inside".into();
                            assert!(scope.flush().is_err());
                            assert_eq!(scope[&note].text, "inside");
                            scope.discard();
                            if ends_well { Ok(()) } else { Err(Error::NotFound { entity: "Note" }) }
                        });
                        assert_eq!(ended.is_ok(), ends_well);
                        assert_eq!((session[&note].text.as_str(), session[&note].stars), ("a", 7));
                    }
                    assert_eq!(session.original(&note).stars, 0);
                    session.discard();
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn nothing_flushes_inside_and_queries_see_the_database() {
                let told = Told::default();
                let noted = told.clone();
                let (orm, log) = open(move |events| {
                    events.before_create::<Author>(move |event, _| {
                        let there = event.query::<Author>(authors::table).count()?;
                        let found = event.find::<Author>(77)?.is_some();
                        noted.note(format!("{there} {found}"));
                        Ok(())
                    });
                });
                orm.session(|session| {
                    session.set_flush_mode(FlushMode::Always);
                    session.persist(NewAuthor::new("a"))?;
                    session.persist(NewAuthor::new("b"))?;
                    log.skip();
                    assert_eq!(session.query::<Author>(authors::table).count()?, 2);
                    told.expect(["0 false", "0 false"]);
                    let inserts =
                        log.take().iter().filter(|statement| *statement == "INSERT authors").count();
                    assert!(inserts > 0);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_subscriber_that_calls_itself_is_stopped() {
                let (orm, log) = open(|events| {
                    events.before_create::<Note>(|event, _| {
                        event.persist(NewNote::new("again", 0)).map(drop).map_err(Into::into)
                    });
                });
                orm.session(|session| {
                    let note = session.persist(NewNote::new("first", 0))?;
                    log.skip();
                    assert!(matches!(session.flush(), Err(Error::EndlessEvents { .. })));
                    log.expect::<&str>([]);
                    assert_eq!(session.plan()?.steps()[0].rows.len(), 1);
                    session.remove(note)?;
                    session.flush()
                })
                .unwrap();
                let (orm, _) = open(|events| {
                    events.after_create::<Note>(|event, _| {
                        event.persist(NewNote::new("again", 0)).map(drop).map_err(Into::into)
                    });
                });
                orm.session(|session| {
                    let note = session.persist(NewNote::new("first", 0))?;
                    assert!(matches!(session.flush(), Err(Error::EndlessEvents { .. })));
                    assert_eq!(counts(session)?, (0, 0));
                    session.remove(note)?;
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn an_error_of_the_library_is_returned_as_it_is() {
                let (orm, _) = open(|events| {
                    events.before_flush(|event| {
                        event.find::<Author>(404)?.required()?;
                        Ok(())
                    });
                });
                orm.session(|session| {
                    session.persist(NewNote::new("first", 0))?;
                    assert!(matches!(session.flush(), Err(Error::NotFound { entity: "Author" })));
                    session.discard();
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_panic_in_one_leaves_the_session_as_it_was() {
                let panics = Arc::new(AtomicBool::new(true));
                let asked = Arc::clone(&panics);
                let (orm, _) = open(move |events| {
                    events.after_create::<Author>(move |event, _| {
                        event.persist(NewNote::new("one more", 0))?;
                        assert!(!asked.load(Ordering::Relaxed), "on purpose");
                        Ok(())
                    });
                });
                orm.session(|session| {
                    let author = session.persist(NewAuthor::new("a"))?;
                    let caught = catch_unwind(AssertUnwindSafe(|| session.flush()));
                    assert!(caught.is_err());
                    assert_eq!(session.draft(&author)?.name, "a");
                    assert_eq!(session.plan()?.steps().len(), 1);
                    panics.store(false, Ordering::Relaxed);
                    session.flush()?;
                    assert_eq!(counts(session)?, (1, 1));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_service_works_in_one() {
                fn greet(uow: &mut UnitOfWork<'_, B>, name: &str) -> Result<()> {
                    uow.persist(NewNote::new(format!("Hello, {name}"), 0)).map(drop)
                }
                let (orm, _) = open(|events| {
                    events.after_create::<Author>(|event, author| {
                        let name = event[&author].name.clone();
                        greet(event, &name)?;
                        Ok(())
                    });
                });
                samples::author(&orm, "Arya");
                orm.session(|session| {
                    let note = session.query::<Note>(notes::table).one()?;
                    assert_eq!(session[&note].text, "Hello, Arya");
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
