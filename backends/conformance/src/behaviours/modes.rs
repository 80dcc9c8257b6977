//! When a session flushes by itself.

/// Whether a query is preceded by a flush.
#[doc(hidden)]
#[macro_export]
macro_rules! flushes_first {
    ($log:expr, $query:expr) => {{
        $log.skip();
        let _ = $query.all()?;
        $log.take().len() > 1
    }};
}

#[doc(hidden)]
#[macro_export]
macro_rules! modes_behaviours {
    ($backend:ty, $harness:ty) => {
        mod modes {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            #[test]
            fn a_query_of_a_changed_table_is_preceded_by_a_flush() {
                let (orm, log) = open();
                orm.session(|session| {
                    let _ = session.persist(NewAuthor::new("Arya"))?;
                    assert_eq!(session.query::<Author>(authors::table).all()?.len(), 1);
                    log.expect(["INSERT authors", "SELECT authors"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn everything_that_is_pending_goes_in_one_flush_before_the_query() {
                let (orm, log) = open();
                orm.session(|session| {
                    let arya = session.persist(NewAuthor::new("Arya"))?;
                    let _ = session.persist(NewBook::new("Needle", &arya))?;
                    assert_eq!(session.query::<Author>(authors::table).count()?, 1);
                    log.expect(["B", "INSERT authors", "INSERT books", "C", "SELECT authors"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_query_of_another_table_flushes_nothing() {
                let (orm, log) = open();
                orm.session(|session| {
                    let _ = session.persist(NewAuthor::new("Arya"))?;
                    assert!(session.query::<Book>(books::table).all()?.is_empty());
                    log.expect(["SELECT books"]);
                    session.flush()
                })
                .unwrap();
            }

            #[test]
            fn a_query_that_joins_a_changed_table_is_preceded_by_a_flush() {
                let (orm, log) = open();
                orm.session(|session| {
                    let _ = session.persist(NewAuthor::new("Arya"))?;
                    let joined = books::table.inner_join(authors::table).filter(authors::name.eq("Arya"));
                    assert!(session.query::<Book>(joined).all()?.is_empty());
                    log.expect(["INSERT authors", "SELECT books"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_query_with_a_changed_table_in_a_subquery_is_preceded_by_a_flush() {
                let (orm, log) = open();
                orm.session(|session| {
                    let _ = session.persist(NewAuthor::new("Arya"))?;
                    let by = authors::table.select(authors::id).filter(authors::name.eq("Arya"));
                    assert!(
                        session
                            .query::<Book>(books::table.filter(books::author_id.eq_any(by)))
                            .first()?
                            .is_none()
                    );
                    log.expect(["INSERT authors", "SELECT books"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn every_way_to_run_a_query_flushes_first() {
                let (orm, log) = open();
                orm.session(|session| {
                    let mut expected = 0;
                    for way in 0..6 {
                        let _ = session.persist(NewNote::new(format!("{way}"), way))?;
                        expected += 1;
                        log.skip();
                        let query = session.query::<Note>(notes::table.filter(notes::stars.le(way)));
                        match way {
                            0 => assert!(query.first()?.is_some()),
                            1 => assert_eq!(query.all()?.len(), expected),
                            2 => assert_eq!(query.count()?, 3),
                            3 => assert!(query.exists()?),
                            4 => assert!(matches!(query.one(), Err(Error::NotUnique { .. }))),
                            _ => {
                                let mut seen = 0;
                                query.stream(|_| {
                                    seen += 1;
                                    Ok::<_, Error>(())
                                })?;
                                assert_eq!(seen, expected);
                            }
                        }
                        let mut expected = vec!["INSERT notes".to_owned()];
                        expected.extend(if way < 5 {
                            vec!["SELECT notes".to_owned()]
                        } else {
                            samples::stream(&orm, "notes")
                        });
                        log.expect(expected);
                    }
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn an_edited_or_removed_row_of_the_queried_table_is_flushed_first() {
                let (orm, log) = open();
                samples::notes(&orm, 2);
                orm.session(|session| {
                    let first = session.find::<Note>(1)?.required()?;
                    session.edit(&first)?.stars = 3;
                    log.skip();
                    assert_eq!(session.query::<Note>(notes::table.filter(notes::stars.eq(3))).count()?, 1);
                    log.expect(["UPDATE notes (stars)", "SELECT notes"]);
                    let _ = session.remove(first)?;
                    assert_eq!(session.query::<Note>(notes::table).count()?, 1);
                    log.expect(["DELETE notes", "SELECT notes"]);
                    assert_eq!(session.query::<Note>(notes::table).count()?, 1);
                    log.expect(["SELECT notes"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn an_edit_that_was_taken_back_is_not_flushed() {
                let (orm, log) = open();
                samples::notes(&orm, 1);
                orm.session(|session| {
                    let note = session.find::<Note>(1)?.required()?;
                    session.edit(&note)?.stars = 3;
                    session.edit(&note)?.stars = 0;
                    log.skip();
                    assert_eq!(session.query::<Note>(notes::table).count()?, 1);
                    log.expect(["SELECT notes"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn an_untracked_column_flushes_nothing_by_itself_and_is_written_by_an_explicit_flush() {
                let (orm, log) = open();
                let arya = samples::author(&orm, "Arya");
                let key = samples::book(&orm, "Needle", arya);
                orm.session(|session| {
                    let book = session.find::<Book>(key)?.required()?;
                    session.edit(&book)?.views = 1;
                    log.skip();
                    let again = session.query::<Book>(books::table).one()?;
                    log.expect(["SELECT books"]);
                    assert_eq!(session[&again].views, 1);
                    session.flush()?;
                    log.expect(["UPDATE books (views)"]);
                    // Beside a tracked column it goes along.
                    session.edit(&book)?.views = 2;
                    session.edit(&book)?.title = "No One".into();
                    let _ = session.query::<Book>(books::table).one()?;
                    log.expect(["UPDATE books (title, views)", "SELECT books"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_service_that_cannot_flush_still_sees_what_is_pending() {
                fn count(uow: &mut UnitOfWork<'_, B>) -> Result<u64> {
                    let _ = uow.persist(NewNote::new("x", 0))?;
                    uow.query::<Note>(notes::table).count()
                }
                let (orm, log) = open();
                orm.session(|session| {
                    assert_eq!(count(session)?, 1);
                    log.expect(["INSERT notes", "SELECT notes"]);
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
