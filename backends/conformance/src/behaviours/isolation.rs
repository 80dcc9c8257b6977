//! What waits outside of a transaction is not its business, and waits on.

#[doc(hidden)]
#[macro_export]
macro_rules! isolation_behaviours {
    ($backend:ty, $harness:ty) => {
        mod isolation {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            #[test]
            fn what_was_pending_before_is_not_written_inside_and_still_pending_after() {
                let (orm, log) = open();
                samples::notes(&orm, 2);
                orm.session(|session| {
                    let first = session.find::<Note>(1)?.required()?;
                    let second = session.find::<Note>(2)?.required()?;
                    session.edit(&first)?.stars = 1;
                    let _ = session.remove(second)?;
                    let arya = session.persist(NewAuthor::new("Arya"))?;
                    let _ = session.persist(NewTag::new("red", "#f00"))?;
                    log.skip();
                    session.transaction(|tx| {
                        let _ = tx.persist(NewTick::new())?;
                        tx.flush()
                    })?;
                    let mut expected = vec!["B".to_owned()];
                    expected.extend(samples::flush_inside(&orm, "INSERT ticks"));
                    expected.push("C".into());
                    log.expect(expected);
                    session.flush()?;
                    log.expect_in_any_order([
                        "B",
                        "INSERT authors",
                        "INSERT tags",
                        "UPDATE notes (stars)",
                        "DELETE notes",
                        "C",
                    ]);
                    assert!(session.promote(&arya).is_ok());
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_query_inside_does_not_flush_what_waits_outside() {
                let (orm, log) = open();
                orm.session(|session| {
                    let _ = session.persist(NewAuthor::new("Arya"))?;
                    session.transaction(|tx| {
                        assert_eq!(tx.query::<Author>(authors::table).count()?, 0);
                        assert!(tx.find::<Author>(1)?.is_none());
                        Ok(())
                    })?;
                    log.expect(["B", "SELECT authors", "SELECT authors", "C"]);
                    assert_eq!(session.query::<Author>(authors::table).count()?, 1);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn an_edit_inside_is_compared_with_the_value_at_the_start() {
                let (orm, log) = open();
                samples::notes(&orm, 1);
                orm.session(|session| {
                    let note = session.find::<Note>(1)?.required()?;
                    session.edit(&note)?.text = "outside".into();
                    log.skip();
                    session.transaction(|tx| {
                        assert_eq!(tx[&note].text, "outside");
                        tx.edit(&note)?.stars = 5;
                        Ok(())
                    })?;
                    log.expect(["B", "UPDATE notes (stars)", "C"]);
                    session.flush()?;
                    log.expect(["UPDATE notes (text)"]);
                    session.refresh(&note)?;
                    assert_eq!((session[&note].text.as_str(), session[&note].stars), ("outside", 5));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn an_edit_inside_of_a_column_edited_outside_is_written_and_then_nothing_is_pending() {
                let (orm, log) = open();
                samples::notes(&orm, 1);
                orm.session(|session| {
                    let note = session.find::<Note>(1)?.required()?;
                    session.edit(&note)?.text = "outside".into();
                    log.skip();
                    session.transaction(|tx| {
                        tx.edit(&note)?.text = "inside".into();
                        Ok(())
                    })?;
                    log.expect(["B", "UPDATE notes (text)", "C"]);
                    assert!(!session.has_changes());
                    session.flush()?;
                    assert!(log.take().is_empty());
                    assert_eq!(session[&note].text, "inside");
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn an_edit_outside_survives_the_rollback_of_an_edit_inside() {
                let (orm, log) = open();
                samples::notes(&orm, 1);
                orm.session(|session| {
                    let note = session.find::<Note>(1)?.required()?;
                    session.edit(&note)?.text = "outside".into();
                    let undone: Result<()> = session.transaction(|tx| {
                        let row = tx.edit(&note)?;
                        row.text = "inside".into();
                        row.stars = 5;
                        tx.flush()?;
                        samples::give_up()
                    });
                    assert!(undone.is_err());
                    assert_eq!((session[&note].text.as_str(), session[&note].stars), ("outside", 0));
                    log.skip();
                    session.flush()?;
                    log.expect(["UPDATE notes (text)"]);
                    session.refresh(&note)?;
                    assert_eq!((session[&note].text.as_str(), session[&note].stars), ("outside", 0));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn the_version_of_a_row_pending_outside_moves_on_with_the_inside() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    session.edit(&arya)?.name = "No One".into();
                    log.skip();
                    session.transaction(|tx| {
                        tx.edit(&arya)?.email = Some("a@winter.example".into());
                        Ok(())
                    })?;
                    log.expect(["B", "UPDATE authors (email, version)", "C"]);
                    assert_eq!(session[&arya].version, 2);
                    session.flush()?;
                    log.expect(["UPDATE authors (name, version)"]);
                    assert_eq!(session[&arya].version, 3);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_draft_that_waits_outside_can_be_read_and_nothing_else_inside() {
                let (orm, log) = open();
                orm.session(|session| {
                    let arya = session.persist(NewAuthor::new("Arya"))?;
                    session.transaction(|tx| {
                        assert_eq!(tx.draft(&arya)?.name, "Arya");
                        let outside =
                            |result: Error| matches!(result, Error::PendingOutside { entity: "Author" });
                        assert!(outside(tx.promote(&arya).unwrap_err()));
                        assert!(outside(tx.edit_draft(&arya).unwrap_err()));
                        assert!(outside(tx.remove(arya.alias()).unwrap_err()));
                        assert!(outside(tx.detach(arya.alias()).unwrap_err()));
                        assert!(outside(tx.persist(NewBook::new("Needle", &arya)).unwrap_err()));
                        assert!(!tx.has_changes());
                        let book = tx.persist(NewBook::new("Needle", Key::<Author>::new(999)))?;
                        assert!(outside(tx.link(&book, Book::author(), &arya).unwrap_err()));
                        assert!(outside(tx.link(&book, Book::editor(), &arya).unwrap_err()));
                        tx.remove(book)
                    })?;
                    log.expect(["B", "C"]);
                    session.flush()?;
                    let needle = session.persist(NewBook::new("Needle", &arya))?;
                    session.flush()?;
                    assert!(session.promote((&arya, &needle)).is_ok());
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_full_value_that_waits_outside_cannot_be_edited_or_linked_to_inside() {
                let (orm, log) = open();
                let author = samples::author(&orm, "Arya");
                let book = samples::book(&orm, "Needle", author);
                log.skip();
                orm.session(|session| {
                    let red = session.persist(Tag { label: "red".into(), color: "#f00".into() })?;
                    session.transaction(|tx| {
                        assert_eq!(tx[&red].color, "#f00");
                        let outside =
                            |result: Error| matches!(result, Error::PendingOutside { entity: "Tag" });
                        assert!(outside(tx.edit(&red).map(|_| ()).unwrap_err()));
                        assert!(outside(tx.persist(NewBookTag::new(book, &red, 1)).unwrap_err()));
                        assert!(outside(tx.remove(red.alias()).unwrap_err()));
                        Ok(())
                    })?;
                    log.expect(["B", "C"]);
                    session.edit(&red)?.color = "#e00".into();
                    session.flush()?;
                    log.expect(["INSERT tags"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn discarding_inside_leaves_what_waits_outside() {
                let (orm, log) = open();
                samples::notes(&orm, 1);
                orm.session(|session| {
                    let note = session.find::<Note>(1)?.required()?;
                    session.edit(&note)?.text = "outside".into();
                    log.skip();
                    session.transaction(|tx| {
                        tx.edit(&note)?.stars = 5;
                        let _ = tx.persist(NewNote::new("inside", 0))?;
                        tx.discard();
                        assert_eq!((tx[&note].text.as_str(), tx[&note].stars), ("outside", 0));
                        Ok(())
                    })?;
                    log.expect(["B", "C"]);
                    session.flush()?;
                    log.expect(["UPDATE notes (text)"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn two_transactions_deep_each_sees_only_its_own_work() {
                let (orm, log) = open();
                samples::notes(&orm, 1);
                orm.session(|session| {
                    let note = session.find::<Note>(1)?.required()?;
                    log.skip();
                    session.transaction(|tx| {
                        tx.edit(&note)?.text = "outer".into();
                        let _ = tx.persist(NewTick::new())?;
                        tx.transaction(|inner| {
                            inner.edit(&note)?.stars = 5;
                            Ok(())
                        })?;
                        log.expect(["B", "SP", "UPDATE notes (stars)", "RELEASE"]);
                        Ok(())
                    })?;
                    log.expect_in_any_order(["INSERT ticks", "UPDATE notes (text)", "C"]);
                    session.refresh(&note)?;
                    assert_eq!((session[&note].text.as_str(), session[&note].stars), ("outer", 5));
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
