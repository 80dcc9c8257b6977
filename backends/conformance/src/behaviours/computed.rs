//! Columns that the database fills: defaults and expressions.

#[doc(hidden)]
#[macro_export]
macro_rules! computed_behaviours {
    ($backend:ty, $harness:ty) => {
        mod computed {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            #[test]
            fn a_column_left_out_gets_its_default_which_is_read_back() {
                let (orm, log) = open();
                orm.session(|session| {
                    let tick = session.persist(NewTick::new())?;
                    session.flush()?;
                    log.expect(["INSERT ticks"]);
                    let tick = session.promote(&tick)?;
                    let row = &session[&tick];
                    assert_eq!(
                        (row.label.as_str(), row.count, row.comment.as_deref()),
                        ("tick", 1, Some("none"))
                    );
                    session.flush()?;
                    assert!(log.take().is_empty());
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_column_both_edited_and_computed_is_refused_and_nothing_is_lost() {
                let (orm, _) = open();
                orm.session(|session| {
                    let note = session.persist(NewNote::new("twice", 0))?;
                    session.flush()?;
                    let note = session.promote(&note)?;
                    let stars = session[&note].stars;
                    session.compute(&note, notes::stars, notes::stars + 5)?;
                    session.edit(&note)?.stars = 100;
                    let refused = session.flush();
                    assert!(matches!(refused, Err(Error::SetTwice { column: "stars", .. })), "{refused:?}");
                    session.edit(&note)?.stars = stars;
                    session.flush()?;
                    assert_eq!(session[&note].stars, stars + 5);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn an_explicit_null_is_not_the_default() {
                let (orm, _) = open();
                orm.session(|session| {
                    let tick = session.persist(NewTick::new().comment(None))?;
                    session.flush()?;
                    let tick = session.promote(&tick)?;
                    assert_eq!(session[&tick].comment, None);
                    session.refresh(&tick)?;
                    assert_eq!((session[&tick].comment.as_deref(), session[&tick].count), (None, 1));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn rows_with_and_without_a_default_are_right_in_one_flush() {
                let (orm, log) = open();
                orm.session(|session| {
                    let mut ticks = Vec::new();
                    for number in 0..9 {
                        let draft = NewTick::new();
                        let draft = if number % 2 == 0 { draft.count(number) } else { draft };
                        let draft = match number % 3 {
                            0 => draft,
                            1 => draft.comment(None),
                            _ => draft.comment(Some(format!("comment {number}"))),
                        };
                        ticks.push(session.persist(draft)?);
                    }
                    session.flush()?;
                    let ticks = session.promote(&ticks)?;
                    log.skip();
                    for _ in 0..2 {
                        for (number, tick) in (0..9).zip(&ticks) {
                            let row = &session[tick];
                            assert_eq!(row.count, if number % 2 == 0 { number } else { 1 });
                            let comment = match number % 3 {
                                0 => Some("none".to_owned()),
                                1 => None,
                                _ => Some(format!("comment {number}")),
                            };
                            assert_eq!(row.comment, comment, "tick {number}");
                            session.refresh(tick)?;
                        }
                    }
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_default_of_a_point_in_time_is_read_back() {
                let (orm, _) = open();
                let arya = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let book = session.persist(NewBook::new("Needle", arya).pages(3))?;
                    session.flush()?;
                    let book = session.promote(&book)?;
                    let row = &session[&book];
                    assert_eq!((row.created_at.to_string().as_str(), row.pages), ("2001-02-03 04:05:06", 3));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn an_expression_runs_in_the_database_and_its_value_is_read_back() {
                let (orm, log) = open();
                samples::execute(&orm, "INSERT INTO accounts (id, balance, version) VALUES (1, 10, 1)");
                orm.session(|session| {
                    let account = session.find::<Account>(1)?.required()?;
                    session.compute(&account, accounts::balance, accounts::balance + 5)?;
                    assert_eq!(session[&account].balance, 10);
                    log.skip();
                    session.flush()?;
                    log.expect(samples::flush(
                        samples::computed(&orm, "UPDATE accounts (balance, version)"),
                        1,
                    ));
                    assert_eq!((session[&account].balance, session[&account].version), (15, 2));
                    session.flush()?;
                    assert!(log.take().is_empty());
                    session.refresh(&account)?;
                    assert_eq!((session[&account].balance, session[&account].version), (15, 2));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn an_expression_loses_no_update_of_another_writer() {
                let (orm, _) = open();
                let key = samples::note(&orm, "liked");
                orm.session(|session| {
                    let note = session.find::<Note>(key)?.required()?;
                    samples::execute(&orm, "UPDATE notes SET stars = 40");
                    session.compute(&note, notes::stars, notes::stars + 2)?;
                    session.edit(&note)?.text = "liked more".into();
                    session.flush()?;
                    assert_eq!((session[&note].stars, session[&note].text.as_str()), (42, "liked more"));
                    session.refresh(&note)?;
                    assert_eq!((session[&note].stars, session[&note].text.as_str()), (42, "liked more"));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn an_expression_that_the_database_refuses_stays_pending() {
                let (orm, _) = open();
                samples::execute(&orm, "INSERT INTO accounts (id, balance, version) VALUES (1, 10, 1)");
                orm.session(|session| {
                    let account = session.find::<Account>(1)?.required()?;
                    session.compute(&account, accounts::balance, accounts::balance - 50)?;
                    let refused = session.flush().unwrap_err();
                    assert_eq!(
                        refused.failure().map(|f| f.kind),
                        Some($crate::moored::backend::FailureKind::Check)
                    );
                    assert_eq!((session[&account].balance, session[&account].version), (10, 1));
                    samples::execute(&orm, "UPDATE accounts SET balance = 100");
                    session.flush()?;
                    assert_eq!((session[&account].balance, session[&account].version), (50, 2));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn columns_that_the_database_works_out_are_read_back_after_every_write() {
                let (orm, log) = open();
                for rows in samples::sizes(&orm, 3) {
                    orm.session(|session| {
                        let new: Vec<_> = (1..)
                            .take(rows)
                            .map(|width| session.persist(NewParcel::new(width, 2)))
                            .collect::<Result<_>>()?;
                        session.flush()?;
                        let parcels = session.promote(&new)?;
                        assert!((1..).zip(&parcels).all(|(width, row)| session[row].area == width * 2));
                        for (height, row) in (3..).zip(&parcels) {
                            session.edit(row)?.height = height;
                        }
                        log.skip();
                        session.flush()?;
                        let sent = log.take().len();
                        assert!(rows < 100 || sent < rows / 5, "{rows} rows in {sent} statements");
                        let areas: Vec<i32> = parcels.iter().map(|row| session[row].area).collect();
                        assert_eq!(
                            areas,
                            (1..).zip(3..).map(|(w, h)| w * h).take(rows).collect::<Vec<i32>>()
                        );
                        assert!(parcels.iter().all(|row| session[row].version == 2));
                        session.flush()?;
                        assert!(log.take().is_empty());
                        // What is in memory is what is in the database.
                        for row in parcels.iter().take(3) {
                            let before = session[row].clone();
                            session.refresh(row)?;
                            assert_eq!(session[row], before);
                        }
                        Ok(())
                    })
                    .unwrap();
                }
            }
        }
    };
}
