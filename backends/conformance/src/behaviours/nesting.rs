//! Links, expressions and reads across the border of a transaction.

#[doc(hidden)]
#[macro_export]
macro_rules! nesting_behaviours {
    ($backend:ty, $harness:ty) => {
        mod nesting {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            #[test]
            fn a_link_that_waits_outside_waits_on() {
                let (orm, log) = open();
                let arya = samples::author(&orm, "Arya");
                let key = samples::book(&orm, "Needle", arya);
                orm.session(|session| {
                    let book = session.find::<Book>(key)?.required()?;
                    let bran = session.persist(NewAuthor::new("Bran"))?;
                    session.link(&book, Book::editor(), &bran)?;
                    log.skip();
                    session.transaction(|tx| {
                        tx.edit(&book)?.pages = 7;
                        Ok(())
                    })?;
                    log.expect(["B", "UPDATE books (pages)", "C"]);
                    session.flush()?;
                    log.expect(["B", "INSERT authors", "UPDATE books (editor_id)", "C"]);
                    let bran = session.promote(&bran)?;
                    let bran = session.key(&bran);
                    session.refresh(&book)?;
                    assert_eq!((session[&book].editor_id, session[&book].pages), (Some(bran), 7));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn an_expression_that_waits_outside_waits_on() {
                let (orm, log) = open();
                let key = samples::note(&orm, "x");
                orm.session(|session| {
                    let note = session.find::<Note>(key)?.required()?;
                    session.compute(&note, notes::stars, notes::stars + 5)?;
                    log.skip();
                    session.transaction(|tx| {
                        tx.edit(&note)?.text = "y".into();
                        Ok(())
                    })?;
                    log.expect(["B", "UPDATE notes (text)", "C"]);
                    session.flush()?;
                    log.expect(samples::flush(samples::computed(&orm, "UPDATE notes (stars)"), 1));
                    assert_eq!((session[&note].text.as_str(), session[&note].stars), ("y", 5));
                    session.flush()?;
                    assert!(log.take().is_empty());
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn an_expression_given_inside_is_gone_with_the_inside() {
                let (orm, log) = open();
                let key = samples::note(&orm, "x");
                orm.session(|session| {
                    let note = session.find::<Note>(key)?.required()?;
                    let undone: Result<()> = session.transaction(|tx| {
                        tx.compute(&note, notes::stars, notes::stars + 5)?;
                        samples::give_up()
                    });
                    assert!(undone.is_err());
                    log.skip();
                    assert!(!session.has_changes());
                    session.flush()?;
                    assert!(log.take().is_empty());
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_draft_of_the_outer_transaction_waits_outside_of_the_inner_one() {
                let (orm, log) = open();
                orm.session(|session| {
                    session.transaction(|tx| {
                        let arya = tx.persist(NewAuthor::new("Arya"))?;
                        tx.transaction(|inner| {
                            let refused = inner.persist(NewBook::new("Needle", &arya)).unwrap_err();
                            assert!(matches!(refused, Error::PendingOutside { entity: "Author" }));
                            Ok(())
                        })?;
                        tx.flush()?;
                        let arya = tx.promote(&arya)?;
                        tx.transaction(|inner| inner.persist(NewBook::new("Needle", &arya)).map(|_| ()))
                    })?;
                    assert_eq!(log.take().iter().filter(|sent| sent.starts_with("INSERT")).count(), 2);
                    assert_eq!(session.query::<Book>(books::table).count()?, 1);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn in_always_mode_a_query_inside_leaves_what_waits_outside() {
                let (orm, log) = open();
                orm.session(|session| {
                    session.set_flush_mode(FlushMode::Always);
                    let _ = session.persist(NewAuthor::new("Arya"))?;
                    session.transaction(|tx| {
                        let _ = tx.persist(NewNote::new("x", 0))?;
                        assert_eq!(tx.query::<Author>(authors::table).count()?, 0);
                        Ok(())
                    })?;
                    let mut expected = vec!["B".to_owned()];
                    expected.extend(samples::flush_inside(&orm, "INSERT notes"));
                    expected.extend(["SELECT authors", "C"].map(str::to_owned));
                    log.expect(expected);
                    session.flush()
                })
                .unwrap();
            }

            #[test]
            fn a_row_removed_outside_is_not_found_inside() {
                let (orm, log) = open();
                let key = samples::note(&orm, "x");
                orm.session(|session| {
                    let note = session.find::<Note>(key)?.required()?;
                    let _ = session.remove(note)?;
                    log.skip();
                    session.transaction(|tx| {
                        assert!(tx.find::<Note>(key)?.is_none());
                        assert!(tx.query::<Note>(notes::table).all()?.is_empty());
                        Ok(())
                    })?;
                    log.expect(["B", "SELECT notes", "C"]);
                    session.flush()?;
                    log.expect(["DELETE notes"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn an_outside_edit_survives_a_query_and_a_commit_inside() {
                let (orm, log) = open();
                let key = samples::note(&orm, "theirs");
                orm.session(|session| {
                    let note = session.find::<Note>(key)?.required()?;
                    session.edit(&note)?.text = "mine".into();
                    samples::execute(&orm, "UPDATE notes SET stars = 9, text = 'theirs again'");
                    log.skip();
                    session.transaction(|tx| {
                        let same = tx.query::<Note>(notes::table).one()?;
                        assert_eq!((tx[&same].text.as_str(), tx[&same].stars), ("mine", 9));
                        Ok(())
                    })?;
                    log.expect(["B", "SELECT notes", "C"]);
                    assert_eq!((session[&note].text.as_str(), session[&note].stars), ("mine", 9));
                    session.flush()?;
                    log.expect(["UPDATE notes (text)"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_row_first_read_in_a_transaction_stays_managed_after_its_commit() {
                let (orm, log) = open();
                let key = samples::note(&orm, "x");
                orm.session(|session| {
                    session.transaction(|tx| {
                        let note = tx.find::<Note>(key)?.required()?;
                        tx.edit(&note)?.stars = 1;
                        Ok(())
                    })?;
                    log.skip();
                    let note = session.find::<Note>(key)?.required()?;
                    assert!(log.take().is_empty());
                    assert_eq!(session[&note].stars, 1);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_refresh_inside_that_is_rolled_back_gives_the_outside_edit_back() {
                let (orm, log) = open();
                let key = samples::note(&orm, "theirs");
                orm.session(|session| {
                    let note = session.find::<Note>(key)?.required()?;
                    session.edit(&note)?.text = "mine".into();
                    let undone: Result<()> = session.transaction(|tx| {
                        tx.refresh(&note)?;
                        assert_eq!(tx[&note].text, "theirs");
                        samples::give_up()
                    });
                    assert!(undone.is_err());
                    assert_eq!(session[&note].text, "mine");
                    log.skip();
                    session.flush()?;
                    log.expect(["UPDATE notes (text)"]);
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
