//! What counts as a change, and what a flush writes of it.

#[doc(hidden)]
#[macro_export]
macro_rules! changes_behaviours {
    ($backend:ty, $harness:ty) => {
        mod changes {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            #[test]
            fn a_flush_of_nothing_is_no_statement() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    session.flush()?;
                    let _ = session.find::<Author>(key)?.required()?;
                    log.skip();
                    session.flush()?;
                    assert!(log.take().is_empty());
                    assert!(!session.has_changes());
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn setting_the_same_value_or_setting_it_back_is_no_change() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    log.skip();
                    session.edit(&arya)?.name = "Arya".into();
                    assert!(!session.has_changes());
                    session.flush()?;
                    session.edit(&arya)?.name = "No One".into();
                    assert!(session.has_changes());
                    session.edit(&arya)?.name = "Arya".into();
                    session.flush()?;
                    assert!(log.take().is_empty());
                    assert_eq!(session[&arya].version, 1);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn one_column_of_ten_is_one_update_of_that_column() {
                let (orm, log) = open();
                let arya = samples::author(&orm, "Arya");
                let key = samples::book(&orm, "Needle", arya);
                orm.session(|session| {
                    let book = session.find::<Book>(key)?.required()?;
                    session.edit(&book)?.pages = 7;
                    samples::execute(&orm, "UPDATE books SET title = 'Theirs'");
                    log.skip();
                    session.flush()?;
                    log.expect(["UPDATE books (pages)"]);
                    session.refresh(&book)?;
                    assert_eq!((session[&book].title.as_str(), session[&book].pages), ("Theirs", 7));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn the_version_goes_up_with_the_column() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    session.edit(&arya)?.name = "No One".into();
                    log.skip();
                    session.flush()?;
                    log.expect(["UPDATE authors (name, version)"]);
                    assert_eq!(session[&arya].version, 2);
                    session.refresh(&arya)?;
                    assert_eq!((session[&arya].name.as_str(), session[&arya].version), ("No One", 2));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn rows_that_change_the_same_columns_go_together() {
                let (orm, log) = open();
                samples::notes(&orm, 3);
                orm.session(|session| {
                    let notes = session.query::<Note>(notes::table.order(notes::id)).all()?;
                    for (note, stars) in notes.iter().zip(1..) {
                        let row = session.edit(note)?;
                        row.text = format!("note {stars}");
                        row.stars = stars;
                    }
                    log.skip();
                    session.flush()?;
                    let updates = samples::updates(&orm, "UPDATE notes (text, stars)", 3);
                    log.expect(samples::in_transaction(updates));
                    for (note, stars) in notes.iter().zip(1..) {
                        session.refresh(note)?;
                        assert_eq!((session[note].text.as_str(), session[note].stars), (&*format!("note {stars}"), stars));
                    }
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn rows_that_change_different_columns_go_apart_and_no_other_column_is_written() {
                let (orm, log) = open();
                samples::notes(&orm, 4);
                orm.session(|session| {
                    let notes = session.query::<Note>(notes::table.order(notes::id)).all()?;
                    session.edit(&notes[0])?.text = "mine".into();
                    session.edit(&notes[1])?.stars = 5;
                    session.edit(&notes[2])?.text = "mine".into();
                    samples::execute(&orm, "UPDATE notes SET text = 'theirs', stars = 9");
                    log.skip();
                    session.flush()?;
                    let mut expected = samples::updates(&orm, "UPDATE notes (text)", 2);
                    expected.extend(samples::updates(&orm, "UPDATE notes (stars)", 1));
                    log.expect_in_any_order(samples::in_transaction(expected));
                    let mut after = Vec::new();
                    for note in &notes {
                        session.refresh(note)?;
                        after.push((session[note].text.clone(), session[note].stars));
                    }
                    let expected = [("mine", 9), ("theirs", 5), ("mine", 9), ("theirs", 9)];
                    assert_eq!(after, expected.map(|(text, stars)| (text.to_owned(), stars)));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn null_beside_a_value_in_one_batch_is_right_for_both() {
                let (orm, log) = open();
                let keys = ["Arya", "Bran", "Jon"].map(|name| samples::author(&orm, name));
                samples::execute(&orm, "UPDATE authors SET email = name");
                orm.session(|session| {
                    let rows = session.find_many::<Author, _>(keys)?.required()?;
                    session.edit(&rows[0])?.email = None;
                    session.edit(&rows[1])?.email = Some("bran@winter.example".into());
                    session.edit(&rows[2])?.email = Some(String::new());
                    log.skip();
                    session.flush()?;
                    let updates = samples::updates(&orm, "UPDATE authors (email, version)", 3);
                    log.expect(samples::in_transaction(updates));
                    for row in &rows {
                        session.refresh(row)?;
                    }
                    let emails: Vec<_> = rows.iter().map(|row| session[row].email.as_deref()).collect();
                    assert_eq!(emails, [None, Some("bran@winter.example"), Some("")]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_changed_key_is_refused_and_memory_stays_as_it_is() {
                let (orm, log) = open();
                let key = samples::note(&orm, "first");
                orm.session(|session| {
                    let note = session.find::<Note>(key)?.required()?;
                    let row = session.edit(&note)?;
                    row.id = 99;
                    row.text = "second".into();
                    log.skip();
                    let refused = session.flush().unwrap_err();
                    assert!(matches!(&refused, Error::KeyChanged(row) if row.entity == "Note"), "{refused}");
                    assert!(refused.to_string().contains(&key.to_string()), "{refused}");
                    assert_eq!((session[&note].id, session[&note].text.as_str()), (99, "second"));
                    let found = session.find::<Note>(key)?.required()?;
                    assert!(session.same(&note, &found));
                    assert!(log.take().is_empty());
                    session.edit(&note)?.id = *key.value();
                    session.flush()?;
                    log.expect(["UPDATE notes (text)"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn an_edited_version_is_refused() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    session.edit(&arya)?.version = 7;
                    log.skip();
                    let refused = session.flush().unwrap_err();
                    assert!(matches!(refused, Error::ReadOnlyColumn { column: "version", .. }), "{refused}");
                    assert!(log.take().is_empty());
                    session.discard();
                    assert_eq!(session[&arya].version, 1);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_clean_session_of_many_rows_costs_what_was_edited() {
                let _alone = samples::alone();
                let (orm, log) = open();
                samples::notes(&orm, 100_000);
                orm.session(|session| {
                    let start = std::time::Instant::now();
                    let notes = session.query::<Note>(notes::table).all()?;
                    let loading = start.elapsed();
                    log.skip();
                    // The best of a few, so that another process cannot make this fail.
                    let flushes = (1..=5).map(|stars| {
                        session.edit(&notes[77_777])?.stars = stars;
                        let start = std::time::Instant::now();
                        session.flush()?;
                        Ok::<_, Error>(start.elapsed())
                    });
                    let flushes = flushes.collect::<Result<Vec<_>>>()?;
                    log.expect(vec!["UPDATE notes (stars)"; 5]);
                    let best = flushes.into_iter().min().unwrap();
                    assert!(best * 20 < loading, "a flush takes {best:?} where loading takes {loading:?}");
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
