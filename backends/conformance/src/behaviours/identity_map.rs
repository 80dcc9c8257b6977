//! One row is one instance, however it was found.

#[doc(hidden)]
#[macro_export]
macro_rules! identity_map_behaviours {
    ($backend:ty, $harness:ty) => {
        mod identity_map {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            #[test]
            fn a_row_found_twice_by_key_is_one_instance_of_one_select() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                log.skip();
                orm.session(|session| {
                    let first = session.find::<Author>(key)?.required()?;
                    let second = session.find::<Author>(key)?.required()?;
                    assert!(session.same(&first, &second));
                    log.expect(["SELECT authors"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_row_found_twice_by_another_column_is_one_instance_of_two_selects() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                log.skip();
                orm.session(|session| {
                    let first = session.query::<Author>(authors::table.filter(authors::name.eq("Arya"))).one()?;
                    let second = session.query::<Author>(authors::table.filter(authors::name.eq("Arya"))).one()?;
                    assert!(session.same(&first, &second));
                    log.expect(["SELECT authors", "SELECT authors"]);
                    let third = session.find::<Author>(key)?.required()?;
                    assert!(session.same(&first, &third));
                    assert!(log.take().is_empty());
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn rows_loaded_together_are_found_by_key_without_sql() {
                let (orm, log) = open();
                let keys = ["Arya", "Bran", "Jon"].map(|name| samples::author(&orm, name));
                log.skip();
                orm.session(|session| {
                    let all = session.query::<Author>(authors::table.order(authors::id)).all()?;
                    for (key, row) in keys.iter().zip(&all) {
                        let found = session.find::<Author>(key)?.required()?;
                        assert!(session.same(row, &found));
                    }
                    let many = session.find_many::<Author, _>(keys.iter().rev())?.required()?;
                    assert!(many.iter().zip(all.iter().rev()).all(|(a, b)| session.same(a, b)));
                    log.expect(["SELECT authors"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn many_keys_are_read_with_one_select_for_those_not_in_memory() {
                let (orm, log) = open();
                let keys = ["Arya", "Bran", "Jon"].map(|name| samples::author(&orm, name));
                log.skip();
                orm.session(|session| {
                    let bran = session.find::<Author>(keys[1])?.required()?;
                    log.expect(["SELECT authors"]);
                    let asked = [keys[2], Key::new(999), keys[1], keys[0], keys[2]];
                    let found = session.find_many::<Author, _>(asked)?;
                    let names: Vec<_> =
                        found.iter().map(|row| row.as_ref().map(|row| session[row].name.as_str())).collect();
                    assert_eq!(names, [Some("Jon"), None, Some("Bran"), Some("Arya"), Some("Jon")]);
                    assert!(session.same(found[2].as_ref().unwrap(), &bran));
                    assert!(session.same(found[0].as_ref().unwrap(), found[4].as_ref().unwrap()));
                    log.expect(["SELECT authors"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn that_a_row_is_missing_is_not_remembered() {
                let (orm, log) = open();
                orm.session(|session| {
                    assert!(session.find::<Author>(7)?.is_none());
                    samples::execute(&orm, "INSERT INTO authors (id, name, version) VALUES (7, 'Arya', 1)");
                    let arya = session.find::<Author>(7)?.required()?;
                    assert_eq!(session[&arya].name, "Arya");
                    log.expect(["SELECT authors", "SELECT authors"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_row_that_a_join_gives_several_times_is_given_once() {
                let (orm, log) = open();
                let arya = samples::author(&orm, "Arya");
                samples::book(&orm, "Needle", arya);
                samples::book(&orm, "No One", arya);
                log.skip();
                orm.session(|session| {
                    let query = || authors::table.inner_join(books::table);
                    assert_eq!(session.query::<Author>(query()).all()?.len(), 1);
                    assert_eq!(session.query::<Author>(query()).all()?.len(), 1);
                    log.expect(["SELECT authors", "SELECT authors"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_persisted_full_value_is_found_without_sql_and_inserted_once() {
                let (orm, log) = open();
                orm.session(|session| {
                    let red = session.persist(Tag { label: "red".into(), color: "#f00".into() })?;
                    let found = session.find::<Tag>("red")?.required()?;
                    assert!(session.same(&red, &found));
                    assert_eq!(session[&found].color, "#f00");
                    assert!(log.take().is_empty());
                    session.flush()?;
                    session.flush()?;
                    log.expect(["INSERT tags"]);
                    let found = session.find::<Tag>("red")?.required()?;
                    assert!(session.same(&red, &found));
                    assert!(log.take().is_empty());
                    assert_eq!(session.query::<Tag>(tags::table).count()?, 1);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_draft_is_inserted_before_an_unknown_key_is_looked_for() {
                let (orm, log) = open();
                samples::author(&orm, "Bran");
                log.skip();
                orm.session(|session| {
                    let arya = session.persist(NewAuthor::new("Arya"))?;
                    assert!(session.find::<Author>(999)?.is_none());
                    log.expect(["INSERT authors", "SELECT authors"]);
                    let arya = session.promote(&arya)?;
                    assert_eq!(session[&arya].name, "Arya");
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_draft_whose_key_is_made_by_the_flush_before_find_is_the_row_found() {
                let (orm, log) = open();
                let bran = *samples::author(&orm, "Bran").value();
                log.skip();
                orm.session(|session| {
                    let arya = session.persist(NewAuthor::new("Arya"))?;
                    let found = session.find::<Author>(bran + 1)?.required()?;
                    let arya = session.promote(&arya)?;
                    assert!(session.same(&arya, &found));
                    log.expect(["INSERT authors"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn finding_a_managed_key_flushes_nothing() {
                let (orm, log) = open();
                let bran = samples::author(&orm, "Bran");
                orm.session(|session| {
                    assert!(session.find::<Author>(bran)?.is_some());
                    let arya = session.persist(NewAuthor::new("Arya"))?;
                    log.skip();
                    assert!(session.find::<Author>(bran)?.is_some());
                    assert!(log.take().is_empty());
                    session.remove(arya)?;
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn finding_an_unknown_key_in_commit_mode_is_a_select_alone() {
                let (orm, log) = open();
                orm.session(|session| {
                    session.set_flush_mode(FlushMode::Commit);
                    let arya = session.persist(NewAuthor::new("Arya"))?;
                    assert!(session.find::<Author>(1)?.is_none());
                    log.expect(["SELECT authors"]);
                    session.remove(arya)?;
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_key_is_the_same_however_it_is_spelled() {
                let (orm, log) = open();
                let arya = samples::author(&orm, "Arya");
                let book = samples::book(&orm, "Needle", arya);
                let id = DeviceId(uuid::Uuid::from_u128(7));
                orm.session(|session| {
                    let _ = session.persist(Tag { label: "red".into(), color: "#f00".into() })?;
                    let _ = session.persist(BookTag { book_id: book, tag_label: Key::new("red"), weight: 1 })?;
                    let _ = session.persist(Device { id, name: "pager".into(), kind: DeviceKind::Phone })?;
                    session.flush()
                })
                .unwrap();
                log.skip();
                orm.session(|session| {
                    let tag = session.find::<Tag>("red")?.required()?;
                    for other in [
                        session.find::<Tag>(String::from("red"))?,
                        session.find::<Tag>(&String::from("red"))?,
                        session.find::<Tag>(Key::new("red"))?,
                        session.find::<Tag>(&Key::new("red"))?,
                        session.query::<Tag>(tags::table.filter(tags::color.eq("#f00"))).first()?,
                    ] {
                        assert!(session.same(&tag, &other.required()?));
                    }
                    log.expect(["SELECT tags", "SELECT tags"]);

                    let link = session.find::<BookTag>((book, Key::<Tag>::new("red")))?.required()?;
                    let key = session.key(&link);
                    let parts = (session[&link].book_id, session[&link].tag_label.clone());
                    for other in [
                        session.find::<BookTag>(parts)?,
                        session.find::<BookTag>(&key)?,
                        session.find::<BookTag>((book.value(), "red"))?,
                        session.query::<BookTag>(book_tags::table).first()?,
                    ] {
                        assert!(session.same(&link, &other.required()?));
                    }
                    assert!(session.find::<BookTag>((book, "blue"))?.is_none());
                    log.expect(["SELECT book_tags", "SELECT book_tags", "SELECT book_tags"]);

                    let device = session.find::<Device>(id)?.required()?;
                    let same = session.find::<Device>(DeviceId("00000000-0000-0000-0000-000000000007".parse().unwrap()))?;
                    assert!(session.same(&device, &same.required()?));
                    let all = session.query::<Device>(devices::table).one()?;
                    assert!(session.same(&device, &all));
                    assert_eq!(session[&device].kind, DeviceKind::Phone);
                    log.expect(["SELECT devices", "SELECT devices"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_second_value_with_a_managed_key_is_refused_and_the_first_keeps_the_key() {
                let (orm, log) = open();
                orm.session(|session| {
                    let first = session.persist(Tag { label: "red".into(), color: "first".into() })?;
                    let twin = Tag { label: "red".into(), color: "second".into() };
                    let refused = session.persist(twin.clone()).unwrap_err();
                    assert!(matches!(&refused, Error::AlreadyManaged(row) if row.entity == "Tag"), "{refused}");
                    let refused = session.persist(NewTag::new("red", "third")).unwrap_err();
                    assert!(matches!(refused, Error::AlreadyManaged(_)), "{refused}");
                    session.flush()?;
                    log.expect(["INSERT tags"]);
                    assert!(matches!(session.persist(twin), Err(Error::AlreadyManaged(_))));
                    let found = session.find::<Tag>("red")?.required()?;
                    assert!(session.same(&first, &found));
                    assert_eq!(session[&found].color, "first");
                    assert!(log.take().is_empty());
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_key_that_the_database_gives_again_is_the_new_rows() {
                let (orm, _) = open();
                orm.session(|session| {
                    let mut old = Vec::new();
                    for round in 0..3 {
                        let note = session.persist(NewNote::new(format!("round {round}"), round))?;
                        session.flush()?;
                        let note = session.promote(&note)?;
                        let key = session.key(&note);
                        let found = session.find::<Note>(key)?.required()?;
                        assert!(session.same(&note, &found));
                        assert_eq!(session[&found].stars, round);
                        old.push(session.remove(note)?);
                        session.flush()?;
                        assert!(session.find::<Note>(key)?.is_none());
                    }
                    for (round, note) in (0..).zip(&old) {
                        assert_eq!(session[note].stars, round);
                    }
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
