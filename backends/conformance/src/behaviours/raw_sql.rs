//! SQL that the library does not write: what it flushes first, and which tables a query with fragments of it reads.

#[doc(hidden)]
#[macro_export]
macro_rules! raw_sql_behaviours {
    ($backend:ty, $harness:ty) => {
        mod raw_sql {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            fn count_notes(connection: &mut <B as Backend>::Connection) -> Result<i64> {
                notes::table.count().get_result(connection).map_err(Error::from)
            }

            #[test]
            fn the_connection_is_preceded_by_a_flush_of_everything() {
                let (orm, log) = open();
                orm.session(|session| {
                    let _ = session.persist(NewAuthor::new("Arya"))?;
                    assert_eq!(count_notes(session.connection()?)?, 0);
                    log.expect(["INSERT authors", "SELECT notes"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn the_connection_for_named_tables_is_preceded_by_a_flush_if_one_of_them_is_changed() {
                let (orm, log) = open();
                orm.session(|session| {
                    let _ = session.persist(NewAuthor::new("Arya"))?;
                    assert_eq!(count_notes(session.connection_for::<Note>()?)?, 0);
                    assert_eq!(count_notes(session.connection_for::<(Note, (Book, Tag))>()?)?, 0);
                    log.expect(["SELECT notes", "SELECT notes"]);
                    assert_eq!(count_notes(session.connection_for::<(Note, (Tag, Author))>()?)?, 0);
                    log.expect(["INSERT authors", "SELECT notes"]);
                    let _ = session.persist(NewNote::new("x", 0))?;
                    let _ = session.persist(NewAuthor::new("Sansa"))?;
                    assert_eq!(count_notes(session.connection_for::<Note>()?)?, 1);
                    log.expect(["B", "INSERT notes", "INSERT authors", "C", "SELECT notes"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn the_modes_hold_for_the_connection_as_well() {
                let (orm, log) = open();
                orm.session(|session| {
                    let _ = session.persist(NewNote::new("x", 0))?;
                    session.set_flush_mode(FlushMode::Commit);
                    assert_eq!(count_notes(session.connection()?)?, 0);
                    assert_eq!(count_notes(session.connection_for::<Note>()?)?, 0);
                    session.set_flush_mode(FlushMode::Always);
                    log.skip();
                    assert_eq!(count_notes(session.connection_for::<Tag>()?)?, 1);
                    log.expect(["INSERT notes", "SELECT notes"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn two_structs_of_one_table_are_one_table() {
                let (orm, log) = open();
                samples::execute(&orm, "INSERT INTO archives (id) VALUES (1)");
                samples::execute(&orm, "INSERT INTO folders (id, archive_id, version) VALUES (1, 1, 1)");
                orm.session(|session| {
                    let _ = session.persist(Sheet { id: 1, folder_id: 1 })?;
                    session.connection_for::<FiledSheet>()?;
                    assert_eq!(log.take(), ["INSERT sheets"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn what_plain_diesel_writes_is_seen_after_a_refresh_and_counts_as_written() {
                let (orm, _) = open();
                samples::notes(&orm, 1);
                orm.session(|session| {
                    let note = session.find::<Note>(1)?.required()?;
                    let set = diesel::update(notes::table).set(notes::stars.eq(3));
                    set.execute(session.connection_for::<Note>()?)?;
                    assert_eq!(session[&note].stars, 0);
                    session.refresh(&note)?;
                    assert_eq!(session[&note].stars, 3);
                    Ok(())
                })
                .unwrap();
                // Something was written, and not undone: the unit is not run again.
                let mut runs = 0;
                let failed: Result<()> = orm.retry(&moored::Retry::default(), |session| {
                    runs += 1;
                    session.connection_for::<Note>()?;
                    Err(Error::NoConnection { reason: "none".into() })
                });
                assert!(failed.is_err());
                assert_eq!(runs, 1);
            }

            #[test]
            fn a_fragment_of_sql_in_a_query_names_tables_as_it_likes() {
                let (orm, log) = open();
                for fragment in [
                    "EXISTS (SELECT 1 FROM authors WHERE name = 'Arya')",
                    "EXISTS (SELECT 1 FROM Authors a WHERE a.name = 'Arya')",
                    "id IN (SELECT count(*) FROM(authors))",
                ] {
                    orm.session(|session| {
                        let _ = session.persist(NewAuthor::new("Arya"))?;
                        let by = diesel::dsl::sql::<diesel::sql_types::Bool>(fragment);
                        log.skip();
                        let found = session.query::<Note>(notes::table.filter(by)).all();
                        let sent = log.take();
                        let first = log.expected(["INSERT authors", "SELECT notes"]);
                        assert_eq!(sent[..first.len() - 1], first[..first.len() - 1], "{fragment}");
                        // A server may tell Authors from authors.
                        let _ = found;
                        session.flush()
                    })
                    .unwrap();
                }
            }

            #[test]
            fn a_word_within_another_is_no_table() {
                let (orm, log) = open();
                let arya = samples::author(&orm, "Arya");
                let _ = samples::book(&orm, "Needle", arya);
                orm.session(|session| {
                    let _ = session.persist(Tag { label: "red".into(), color: "#f00".into() })?;
                    log.skip();
                    // `book_tags` and `tag_label` are not `tags`.
                    let weighed = book_tags::table.filter(book_tags::tag_label.eq("red"));
                    assert!(session.query::<BookTag>(weighed).all()?.is_empty());
                    log.expect(["SELECT book_tags"]);
                    session.flush()
                })
                .unwrap();
            }

            #[test]
            fn tables_of_joins_aliases_and_exists_are_seen() {
                let (orm, log) = open();
                let arya = samples::author(&orm, "Arya");
                let _ = samples::book(&orm, "Needle", arya);
                orm.session(|session| {
                    let arya = session.find::<Author>(arya)?.required()?;
                    let editors = diesel::alias!(authors as editors);
                    for way in 0..5 {
                        session.edit(&arya)?.name = format!("{way}");
                        log.skip();
                        let found = match way {
                            0 => session.query::<Book>(books::table.left_join(authors::table)).all()?,
                            1 => {
                                let by = authors::table.filter(authors::id.eq(books::author_id));
                                session.query::<Book>(books::table.filter(diesel::dsl::exists(by))).all()?
                            }
                            2 => {
                                let by = authors::table.filter(authors::name.eq("nobody"));
                                let none = diesel::dsl::not(diesel::dsl::exists(by));
                                session.query::<Book>(books::table.filter(none)).all()?
                            }
                            3 => {
                                let by = editors
                                    .filter(editors.field(authors::name).eq("3"))
                                    .select(editors.field(authors::id));
                                session
                                    .query::<Book>(books::table.filter(books::author_id.eq_any(by)))
                                    .all()?
                            }
                            _ => {
                                let named = authors::table.filter(authors::name.eq("4"));
                                let tagged = book_tags::table.filter(diesel::dsl::exists(named));
                                let tagged = books::id.eq_any(tagged.select(book_tags::book_id));
                                let untagged = books::table.filter(diesel::dsl::not(tagged));
                                session.query::<Book>(untagged).all()?
                            }
                        };
                        assert_eq!(found.len(), 1, "{way}");
                        log.expect(["UPDATE authors (name, version)", "SELECT books"]);
                    }
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
