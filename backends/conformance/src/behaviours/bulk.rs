//! Set-based UPDATE and DELETE: one statement, the rows that it counts, and what is flushed before it.

#[doc(hidden)]
#[macro_export]
macro_rules! bulk_behaviours {
    ($backend:ty, $harness:ty) => {
        mod bulk {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            #[test]
            fn one_statement_updates_the_rows_that_pass_the_filter_and_says_how_many() {
                let (orm, log) = open();
                samples::notes(&orm, 5);
                orm.session(|session| {
                    let few = notes::table.filter(notes::id.le(3));
                    let set = (notes::stars.eq(notes::stars + 2), notes::text.eq("seen"));
                    assert_eq!(session.update_all::<Note>(few).set(set).execute()?, 3);
                    log.expect(["UPDATE notes (stars, text)"]);
                    let seen = notes::table.filter(notes::stars.eq(2)).filter(notes::text.eq("seen"));
                    assert_eq!(session.query::<Note>(seen).count()?, 3);
                    let none = notes::table.filter(notes::id.gt(5));
                    assert_eq!(session.update_all::<Note>(none).set(notes::stars.eq(9)).execute()?, 0);
                    // To what they are already: the rows count all the same.
                    let all = session.update_all::<Note>(notes::table).set(notes::text.eq("seen"));
                    assert_eq!(all.execute()?, 5);
                    let all = session.update_all::<Note>(notes::table).set(notes::text.eq("seen"));
                    assert_eq!(all.execute()?, 5);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn rows_in_memory_have_their_new_values_and_are_clean() {
                let (orm, log) = open();
                samples::notes(&orm, 5);
                orm.session(|session| {
                    let first = session.find::<Note>(1)?.required()?;
                    let fifth = session.find::<Note>(5)?.required()?;
                    log.skip();
                    let few = notes::table.filter(notes::id.le(3));
                    let few = session.update_all::<Note>(few).set(notes::stars.eq(notes::stars + 2));
                    assert_eq!(few.execute()?, 3);
                    assert_eq!(log.take(), samples::set_based(&orm, "UPDATE notes (stars)"));
                    assert_eq!((session[&first].stars, session[&fifth].stars), (2, 0));
                    session.flush()?;
                    assert!(log.take().is_empty());
                    session.edit(&first)?.stars = 3;
                    session.flush()?;
                    log.expect(["UPDATE notes (stars)"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn whatever_diesel_takes_says_which_rows_and_to_what() {
                #[derive(AsChangeset)]
                #[diesel(table_name = books)]
                struct Shelved<'a> {
                    title: &'a str,
                    shelf: Option<i32>,
                    position: Option<i32>,
                }
                let (orm, log) = open();
                let arya = samples::author(&orm, "Arya");
                let key = samples::book(&orm, "Needle", arya);
                let other = samples::book(&orm, "Faces", samples::author(&orm, "Jaqen"));
                log.skip();
                orm.session(|session| {
                    let name = String::from("Arya");
                    let hers = authors::table.filter(authors::name.eq(&name)).select(authors::id);
                    let to = String::from("No One");
                    let set = Shelved { title: &to, shelf: Some(1), position: None };
                    let books_of_hers = books::table.filter(books::author_id.eq_any(hers));
                    assert_eq!(session.update_all::<Book>(books_of_hers).set(set).execute()?, 1);
                    log.expect(["UPDATE books (title, shelf)"]);
                    type OfBooks = dyn BoxableExpression<books::table, <B as Backend>::Diesel, SqlType = diesel::sql_types::Bool>;
                    // One that is chosen at run time.
                    let by_jaqen: Box<OfBooks> = Box::new(diesel::dsl::exists(
                        authors::table
                            .filter(authors::id.eq(books::author_id))
                            .filter(authors::name.eq("Jaqen")),
                    ));
                    let boxed = books::table.filter(by_jaqen);
                    let boxed = session.update_all::<Book>(boxed).set(books::editor_id.eq(books::author_id.nullable()));
                    assert_eq!(boxed.execute()?, 1);
                    let one = session.update_all::<Book>(books::table.find(key.value())).set(books::views.eq(7));
                    assert_eq!(one.execute()?, 1);
                    let book = session.find::<Book>(key)?.required()?;
                    let row = &session[&book];
                    assert_eq!((row.title.as_str(), row.shelf, row.views, row.editor_id), ("No One", Some(1), 7, None));
                    let other = session.find::<Book>(other)?.required()?;
                    assert_eq!(session[&other].editor_id, Some(session[&other].author_id));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_version_moves_on_with_every_row() {
                let (orm, log) = open();
                let arya = samples::author(&orm, "Arya");
                let sansa = samples::author(&orm, "Sansa");
                orm.session(|session| {
                    let row = session.find::<Author>(arya)?.required()?;
                    log.skip();
                    let all = session.update_all::<Author>(authors::table).set(authors::name.eq("Stark"));
                    assert_eq!(all.execute()?, 2);
                    assert_eq!(log.take(), samples::set_based(&orm, "UPDATE authors (name, version)"));
                    assert_eq!((session[&row].name.as_str(), session[&row].version), ("Stark", 2));
                    session.edit(&row)?.name = "No One".into();
                    session.flush()?;
                    assert_eq!(session[&row].version, 3);
                    let other = session.find::<Author>(sansa)?.required()?;
                    assert_eq!(session[&other].version, 2);
                    Ok(())
                })
                .unwrap();
                let stale = orm.session(|session| {
                    let row = session.find::<Author>(arya)?.required()?;
                    session.edit(&row)?.name = "late".into();
                    orm.session(|other| {
                        let all = other.update_all::<Author>(authors::table).set(authors::name.eq("Stark"));
                        all.execute().map(|_| ())
                    })?;
                    session.flush()
                });
                assert!(matches!(stale, Err(Error::Stale(_))), "{stale:?}");
            }

            #[test]
            fn versions_of_every_type_move_on() {
                let (orm, _) = open();
                samples::execute(&orm, "INSERT INTO small_versions (id, text, version) VALUES (1, 'a', 1)");
                samples::execute(&orm, "INSERT INTO large_versions (id, text, version) VALUES (1, 'a', 5000000000)");
                samples::execute(
                    &orm,
                    "INSERT INTO leases (id, holder, touched_at) VALUES (1, 'past', '2001-02-03 04:05:06'), \
                     (2, 'future', '2101-02-03 04:05:06.999999'), (3, 'soon', '2101-12-31 23:59:59'), \
                     (4, 'part', '2101-02-03 04:05:06.250'), (5, 'more', '2101-02-03 04:05:06.000999')",
                );
                orm.session(|session| {
                    let small = session.find::<SmallVersion>(1)?.required()?;
                    let large = session.find::<LargeVersion>(1)?.required()?;
                    let leases = session.find_many::<Lease, _>([1, 2, 3, 4, 5])?.required()?;
                    let before: Vec<_> = leases.iter().map(|lease| session[lease].touched_at).collect();
                    let small_all = session.update_all::<SmallVersion>(small_versions::table);
                    assert_eq!(small_all.set(small_versions::text.eq("b")).execute()?, 1);
                    let large_all = session.update_all::<LargeVersion>(large_versions::table);
                    assert_eq!(large_all.set(large_versions::text.eq("b")).execute()?, 1);
                    let all = session.update_all::<Lease>(leases::table).set(leases::holder.eq("me"));
                    assert_eq!(all.execute()?, 5);
                    assert_eq!((session[&small].version, session[&large].version), (2, 5_000_000_001));
                    for (lease, before) in leases.iter().zip(before) {
                        let after = session[lease].touched_at;
                        assert!(after > before, "{before} {after}");
                        let at_most = $crate::chrono::TimeDelta::microseconds(2);
                        assert!(session.key(lease) == Key::new(1) || after - before <= at_most, "{before} {after}");
                        session.edit(lease)?.holder = "again".into();
                    }
                    let now = $crate::chrono::Utc::now().naive_utc();
                    assert!((now - session[&leases[0]].touched_at).abs() < $crate::chrono::TimeDelta::seconds(60));
                    // The versions in memory are those of the database.
                    session.edit(&small)?.text = "c".into();
                    session.edit(&large)?.text = "c".into();
                    session.flush()
                })
                .unwrap();
            }

            #[test]
            fn a_key_a_version_and_a_generated_column_are_not_to_be_set() {
                let (orm, log) = open();
                orm.session(|session| {
                    let refused = [
                        session.update_all::<Author>(authors::table).set(authors::id.eq(7)).execute(),
                        session
                            .update_all::<Author>(authors::table)
                            .set((authors::name.eq("x"), authors::version.eq(7)))
                            .execute(),
                        session.update_all::<Parcel>(parcels::table).set(parcels::area.eq(7)).execute(),
                        session.update_where(Criterion::<Author>::all()).set(Author::VERSION.to(7)).execute(),
                    ];
                    for (refused, expected) in refused.into_iter().zip(["id", "version", "area", "version"]) {
                        let Err(Error::NotSettable { column, .. }) = refused else { panic!("{refused:?}") };
                        assert_eq!(column, expected);
                    }
                    assert!(log.take().is_empty());
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn setting_nothing_sends_nothing() {
                let (orm, log) = open();
                orm.session(|session| {
                    let nothing = None::<i32>.map(|stars| notes::stars.eq(stars));
                    assert_eq!(session.update_all::<Note>(notes::table).set(nothing).execute()?, 0);
                    assert!(log.take().is_empty());
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn code_that_is_generic_over_the_backend_has_criteria() {
                fn promote<X: Backend>(session: &mut Session<'_, X>, to: i32) -> Result<(u64, u64)>
                where
                    Note: Entity<X>,
                    Author: Entity<X>,
                {
                    let few = Note::STARS.lt(to).and(Note::TEXT.is_in(["note", "word"]));
                    let set = Note::STARS.to(to).and(Note::TEXT.to("seen")).and(Note::STARS.to(to + 1));
                    let updated = session.update_where(few).set(set).execute()?;
                    let all = session.update_where(Criterion::all()).set(Author::EMAIL.to(None));
                    Ok((updated, all.execute()?))
                }
                let (orm, log) = open();
                samples::notes(&orm, 3);
                let key = samples::author_with_email(&orm, "Arya", Some("a@w"));
                orm.session(|session| {
                    let note = session.find::<Note>(2)?.required()?;
                    let arya = session.find::<Author>(key)?.required()?;
                    log.skip();
                    assert_eq!(promote(session, 4)?, (3, 1));
                    let mut expected = samples::set_based(&orm, "UPDATE notes (text, stars)");
                    expected.extend(samples::set_based(&orm, "UPDATE authors (email, version)"));
                    assert_eq!(log.take(), expected);
                    assert_eq!((session[&note].stars, session[&note].text.as_str()), (5, "seen"));
                    assert_eq!((session[&arya].email.as_deref(), session[&arya].version), (None, 2));
                    assert_eq!(session.delete_where(Note::ID.le(2)).execute()?, 2);
                    assert_eq!(log.take(), samples::set_based(&orm, "DELETE notes"));
                    assert!(matches!(session.edit(&note), Err(Error::Removed(_))));
                    assert_eq!(session.delete_where(Criterion::<Note>::all()).execute()?, 1);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn rows_that_were_deleted_can_be_read_and_nothing_else() {
                let (orm, log) = open();
                samples::notes(&orm, 3);
                orm.session(|session| {
                    let first = session.find::<Note>(1)?.required()?;
                    let third = session.find::<Note>(3)?.required()?;
                    log.skip();
                    let deleted = session.delete_all::<Note>(notes::table.filter(notes::id.le(2))).execute()?;
                    assert_eq!(deleted, 2);
                    assert_eq!(log.take(), samples::set_based(&orm, "DELETE notes"));
                    assert_eq!(session[&first].text, "note");
                    assert!(matches!(session.edit(&first), Err(Error::Removed(_))));
                    assert!(matches!(session.refresh(&first), Err(Error::Removed(_))));
                    assert!(session.find::<Note>(1)?.is_none());
                    session.edit(&third)?.stars = 1;
                    session.flush()?;
                    log.expect(["SELECT notes", "UPDATE notes (stars)"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn with_nothing_of_the_entity_in_memory_it_is_the_statement_alone() {
                let (orm, log) = open();
                samples::notes(&orm, 3);
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let _ = session.find::<Author>(key)?.required()?;
                    let _ = session.reference::<Note>(1)?;
                    log.skip();
                    assert_eq!(session.update_all::<Note>(notes::table).set(notes::stars.eq(1)).execute()?, 3);
                    assert_eq!(session.delete_all::<Note>(notes::table).execute()?, 3);
                    log.expect(["UPDATE notes (stars)", "DELETE notes"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn keys_of_several_columns_are_known_too() {
                let (orm, _) = open();
                samples::execute(
                    &orm,
                    "INSERT INTO seats (venue, number, version) VALUES ('Globe', 1, 1), ('Globe', 2, 1), ('Rose', 1, 1)",
                );
                orm.session(|session| {
                    let held = session.find::<Seat>(("Globe", 2))?.required()?;
                    let gone = session.find::<Seat>(("Rose", 1))?.required()?;
                    let globe = seats::table.filter(seats::venue.eq("Globe"));
                    assert_eq!(session.update_all::<Seat>(globe).set(seats::holder.eq("Will")).execute()?, 2);
                    assert_eq!((session[&held].holder.as_deref(), session[&held].version), (Some("Will"), 2));
                    let free = seats::table.filter(seats::holder.is_null());
                    assert_eq!(session.delete_all::<Seat>(free).execute()?, 1);
                    assert!(matches!(session.edit(&gone), Err(Error::Removed(_))));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn what_is_pending_of_a_table_that_it_names_is_flushed_first() {
                let (orm, log) = open();
                samples::notes(&orm, 1);
                let arya = samples::author(&orm, "Arya");
                let _ = samples::book(&orm, "Needle", arya);
                orm.session(|session| {
                    let note = session.find::<Note>(1)?.required()?;
                    let arya = session.find::<Author>(arya)?.required()?;
                    session.edit(&note)?.stars = 1;
                    log.skip();
                    let starred = notes::table.filter(notes::stars.eq(1));
                    assert_eq!(session.update_all::<Note>(starred).set(notes::text.eq("x")).execute()?, 1);
                    let mut expected = vec!["UPDATE notes (stars)".to_owned()];
                    expected.extend(samples::set_based(&orm, "UPDATE notes (text)"));
                    assert_eq!(log.take(), expected);
                    // Another table waits, unless a subquery names it.
                    session.edit(&arya)?.name = "No One".into();
                    assert_eq!(session.update_all::<Book>(books::table).set(books::views.eq(1)).execute()?, 1);
                    log.expect(["UPDATE books (views)"]);
                    let hers = authors::table.filter(authors::name.eq("No One")).select(authors::id);
                    let hers = books::table.filter(books::author_id.eq_any(hers));
                    assert_eq!(session.delete_all::<Book>(hers).execute()?, 1);
                    log.expect(["UPDATE authors (name, version)", "DELETE books"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn the_modes_say_whether_it_flushes() {
                let (orm, log) = open();
                samples::notes(&orm, 2);
                orm.session(|session| {
                    let note = session.find::<Note>(1)?.required()?;
                    session.edit(&note)?.stars = 1;
                    log.skip();
                    let second = notes::table.filter(notes::id.eq(2));
                    let all = session.update_all::<Note>(second).set(notes::text.eq("x"));
                    assert_eq!(all.flush_mode(FlushMode::Commit).execute()?, 1);
                    assert!(!log.take().contains(&"UPDATE notes (stars)".to_owned()));
                    assert!(session.has_changes());
                    let tags = session.delete_all::<Tag>(tags::table).flush_mode(FlushMode::Always);
                    assert_eq!(tags.execute()?, 0);
                    log.expect(["UPDATE notes (stars)", "DELETE tags"]);
                    session.set_flush_mode(FlushMode::Commit);
                    session.edit(&note)?.stars = 2;
                    let starred = notes::table.filter(notes::stars.eq(2));
                    assert_eq!(session.delete_all::<Note>(starred).execute()?, 0);
                    session.flush()
                })
                .unwrap();
            }

            #[test]
            fn a_refusal_of_the_database_changes_nothing_and_earlier_work_stands() {
                let (orm, log) = open();
                samples::execute(&orm, "INSERT INTO accounts (id, balance, version) VALUES (1, 5, 1), (2, 1, 1)");
                samples::notes(&orm, 1);
                orm.session(|session| {
                    let account = session.find::<Account>(1)?.required()?;
                    let note = session.find::<Note>(1)?.required()?;
                    session.transaction(|tx| {
                        tx.edit(&note)?.stars = 1;
                        tx.flush()?;
                        let all = tx.update_all::<Account>(accounts::table);
                        let refused = all.set(accounts::balance.eq(accounts::balance - 3)).execute();
                        let kind = refused.unwrap_err().failure().map(|failure| failure.kind);
                        assert_eq!(kind, Some(moored::backend::FailureKind::Check));
                        assert_eq!((tx[&account].balance, tx[&account].version), (5, 1));
                        Ok(())
                    })?;
                    session.edit(&account)?.balance = 6;
                    session.flush()
                })
                .unwrap();
                log.skip();
                orm.session(|session| {
                    assert_eq!(session.query::<Note>(notes::table.filter(notes::stars.eq(1))).count()?, 1);
                    assert_eq!(session.query::<Account>(accounts::table.filter(accounts::balance.eq(6))).count()?, 1);
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
