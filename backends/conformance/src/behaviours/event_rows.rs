//! Subscribers that work against each other: rows that one of them withdraws, restores, detaches or adds again.

#[doc(hidden)]
#[macro_export]
macro_rules! event_rows_behaviours {
    ($backend:ty, $harness:ty) => {
        mod event_rows {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            use std::sync::Arc;
            use std::sync::atomic::{AtomicBool, Ordering};

            use $crate::moored::event::{Creation, Events};
            use $crate::subscribers::{Told, note_all};

            fn open(register: impl FnOnce(&mut Events<'_, B>)) -> (Orm<B>, Statements) {
                <H as Harness<B>>::open_with(|settings| settings.subscribe(register))
            }

            #[test]
            fn a_new_row_that_one_withdraws_is_announced_to_no_other() {
                let told = Told::default();
                let (orm, log) = open(|events| {
                    events.before_create::<Author>(|event, author| {
                        if let Creation::Draft(author) = author {
                            event.remove(author)?;
                        }
                        Ok(())
                    });
                    events.before_create::<Tag>(|event, tag| {
                        if let Creation::Value(tag) = tag {
                            let _ = event.remove(tag)?;
                        }
                        Ok(())
                    });
                    note_all(&told, events);
                });
                orm.session(|session| {
                    session.persist(NewAuthor::new("Arya"))?;
                    session.persist(Tag { label: "t".into(), color: "red".into() })?;
                    log.skip();
                    session.flush()?;
                    log.expect::<&str>([]);
                    assert!(!session.has_changes());
                    Ok(())
                })
                .unwrap();
                told.expect(["before_commit", "before_flush", "after_flush"]);
            }

            #[test]
            fn a_row_is_announced_as_what_the_one_before_made_of_it() {
                let told = Told::default();
                let (orm, log) = open(|events| {
                    events.before_remove::<Author>(|event, author| {
                        let author = event.restore(author)?;
                        event.edit(&author)?.name.push('!');
                        Ok(())
                    });
                    events.before_update::<Author>(|event, author| {
                        if event[&author].name == "b?" {
                            let _ = event.detach(author)?;
                        }
                        Ok(())
                    });
                    note_all(&told, events);
                });
                let (a, b) = (samples::author(&orm, "a"), samples::author(&orm, "b"));
                told.skip();
                orm.session(|session| {
                    let a = session.find::<Author>(a)?.required()?;
                    let b = session.find::<Author>(b)?.required()?;
                    session.edit(&b)?.name = "b?".into();
                    let _ = session.remove(a)?;
                    log.skip();
                    session.flush()?;
                    let mut sent = log.take();
                    sent.retain(|statement| statement.ends_with(')') || statement.starts_with("DELETE"));
                    assert_eq!(sent, ["UPDATE authors (name, version)"]);
                    Ok(())
                })
                .unwrap();
                told.expect([
                    "before_commit",
                    "before_flush",
                    "before update a!",
                    "on flush of 1 steps",
                    "after update a!",
                    "after_flush",
                    "after commit",
                ]);
            }

            #[test]
            fn whoever_was_passed_over_hears_of_it_when_it_happens_after_all() {
                let told = Told::default();
                let (orm, log) = open(|events| {
                    events.before_remove::<Author>(|event, author| {
                        let author = event.restore(author)?;
                        event.edit(&author)?.name.push('!');
                        Ok(())
                    });
                    events.before_update::<Author>(|event, author| {
                        let _ = event.remove(author)?;
                        Ok(())
                    });
                    note_all(&told, events);
                });
                let a = samples::author(&orm, "a");
                told.skip();
                orm.session(|session| {
                    let a = session.find::<Author>(a)?.required()?;
                    let _ = session.remove(a)?;
                    log.skip();
                    session.flush()?;
                    assert!(log.take().iter().any(|statement| statement == "DELETE authors"));
                    Ok(())
                })
                .unwrap();
                told.expect([
                    "before_commit",
                    "before_flush",
                    "before remove a!",
                    "on flush of 1 steps",
                    "after remove a!",
                    "after_flush",
                    "after commit",
                ]);
            }

            #[test]
            fn nobody_is_called_where_rows_are_only_compared() {
                let told = Told::default();
                let (orm, _) = open(|events| note_all(&told, events));
                let a = samples::author(&orm, "a");
                told.skip();
                orm.session(|session| {
                    let a = session.find::<Author>(a)?.required()?;
                    session.expect_unchanged(&a)?;
                    session.flush()?;
                    assert!(!session.has_changes());
                    told.expect([]);
                    session.expect_unchanged(&a)?;
                    samples::execute(&orm, "UPDATE authors SET version = 7");
                    assert!(matches!(session.flush(), Err(Error::Stale(_))));
                    session.discard();
                    Ok(())
                })
                .unwrap();
                told.expect([]);
            }

            #[test]
            fn a_link_row_that_they_persist_again_is_one() {
                let vetoes = Arc::new(AtomicBool::new(true));
                let asked = Arc::clone(&vetoes);
                let (orm, _) = open(move |events| {
                    for _ in 0..2 {
                        events.before_create::<Book>(|event, book| {
                            let Creation::Draft(book) = book else { return Err("no draft".into()) };
                            let author = event.query::<Author>(authors::table).one()?;
                            event.persist(NewCoAuthor::new(&book, &author))?;
                            Ok(())
                        });
                    }
                    events.after_flush(
                        move |_| if asked.load(Ordering::Relaxed) { Err("no".into()) } else { Ok(()) },
                    );
                });
                samples::execute(&orm, "INSERT INTO authors (name, version) VALUES ('Ursula', 1)");
                orm.session(|session| {
                    let author = session.query::<Author>(authors::table).one()?;
                    let first = session.persist(NewBook::new("Tehanu", &author))?;
                    assert!(session.flush().is_err());
                    // What they persisted is gone, so this is no second one.
                    let link = session.persist(NewCoAuthor::new(&first, &author))?;
                    assert!(session.flush().is_err());
                    let again = session.persist(NewCoAuthor::new(&first, &author))?;
                    assert!(session.same(&link, &again));
                    assert_eq!(session.plan()?.steps().iter().map(|step| step.rows.len()).sum::<usize>(), 2);
                    vetoes.store(false, Ordering::Relaxed);
                    session.flush()?;
                    assert_eq!(session.query::<CoAuthor>(co_authors::table).count()?, 1);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_row_removed_by_its_key_is_loaded_though_another_takes_the_key() {
                let told = Told::default();
                let noted = told.clone();
                let (orm, _) = open(move |events| {
                    events.before_remove::<Tag>(move |event, tag| {
                        noted.note(event[&tag].color.clone());
                        Ok(())
                    });
                });
                samples::execute(&orm, "INSERT INTO tags (label, color) VALUES ('t', 'red')");
                orm.session(|session| {
                    let old = session.reference::<Tag>("t".to_owned())?;
                    session.remove(old)?;
                    let new = session.persist(Tag { label: "t".into(), color: "blue".into() })?;
                    session.flush()?;
                    told.expect(["red"]);
                    assert_eq!(session[&new].color, "blue");
                    session.refresh(&new)?;
                    assert_eq!(session[&new].color, "blue");
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
