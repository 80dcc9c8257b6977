//! What can be in a text, and what names can be.

#[doc(hidden)]
#[macro_export]
macro_rules! text_behaviours {
    ($backend:ty, $harness:ty) => {
        mod text {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            const TEXTS: [&str; 12] = [
                "",
                " ",
                "it's \"quoted\" `thrice` \\'",
                "'; DROP TABLE notes; --",
                "? ?1 :name $1 @p %s {}",
                "line\r\nbreak\ttab",
                "\u{1F5E1}\u{FE0F} Needle \u{1F469}\u{200D}\u{1F469}\u{200D}\u{1F467}",
                "Zoe\u{308} / Zoë, ß ſ ẞ, \u{202E}thgir",
                "\u{FFFF}\u{10FFFF}\u{FEFF}",
                "NULL",
                "%_\\%",
                "-- /* */ #",
            ];

            fn texts() -> Vec<String> {
                let mut texts: Vec<String> = TEXTS.map(str::to_owned).to_vec();
                texts.push("long ".repeat(20_000));
                if <H as Harness<B>>::FLAVOUR.stores_nul() {
                    texts.extend(["\0", "before\0after", "end\0"].map(str::to_owned));
                }
                texts
            }

            #[test]
            fn any_text_comes_back_as_it_went_in() {
                let (orm, _) = open();
                let written = orm
                    .session(|session| {
                        let mut rows = Vec::new();
                        for text in texts() {
                            let row = session.persist(NewNote::new(text.as_str(), 0))?;
                            session.flush()?;
                            let row = session.promote(&row)?;
                            assert_eq!(session[&row].text, text);
                            rows.push((session.key(&row), text));
                        }
                        Ok(rows)
                    })
                    .unwrap();
                orm.session(|session| {
                    for (key, text) in &written {
                        let row = session.find::<Note>(key)?.required()?;
                        assert_eq!(&session[&row].text, text);
                    }
                    assert_eq!(
                        session.query::<Note>(notes::table).count()?,
                        u64::try_from(written.len()).unwrap()
                    );
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn any_text_can_be_written_by_an_update_and_is_clean_after_it() {
                let (orm, log) = open();
                let key = samples::note(&orm, "first");
                orm.session(|session| {
                    let note = session.find::<Note>(key)?.required()?;
                    for text in texts() {
                        session.edit(&note)?.text.clone_from(&text);
                        session.flush()?;
                        session.refresh(&note)?;
                        assert_eq!(session[&note].text, text);
                        log.skip();
                        session.edit(&note)?.text = text;
                        session.flush()?;
                        assert!(log.take().is_empty());
                    }
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn any_text_can_be_a_key() {
                let (orm, log) = open();
                let longest = <H as Harness<B>>::FLAVOUR.longest_key();
                for label in texts() {
                    if let Some(longest) = longest.filter(|&longest| longest < label.chars().count()) {
                        orm.session(|session| {
                            let tag = session.persist(Tag { label, color: "#f00".into() })?;
                            assert!(
                                session.flush().unwrap_err().failure().is_some(),
                                "over {longest} characters"
                            );
                            session.remove(tag).map(|_| ())
                        })
                        .unwrap();
                        continue;
                    }
                    orm.session(|session| {
                        let _ = session.persist(Tag { label: label.clone(), color: "#f00".into() })?;
                        session.flush()
                    })
                    .unwrap();
                    orm.session(|session| {
                        let tag = session.find::<Tag>(&label)?.required()?;
                        assert_eq!(session[&tag].label, label);
                        session.edit(&tag)?.color = "#e00".into();
                        session.flush()?;
                        let _ = session.remove(tag)?;
                        log.skip();
                        session.flush()?;
                        log.expect(["DELETE tags"]);
                        Ok(())
                    })
                    .unwrap();
                }
            }

            #[test]
            fn any_text_can_be_asked_for() {
                let (orm, _) = open();
                orm.session(|session| {
                    for text in texts() {
                        let _ = session.persist(NewNote::new(text, 0))?;
                    }
                    for text in texts() {
                        let by_text = notes::table.filter(notes::text.eq(text.as_str()));
                        let row = session.query::<Note>(by_text).one()?;
                        assert_eq!(session[&row].text, text);
                    }
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn any_text_goes_through_a_batch() {
                let (orm, log) = open();
                let mut texts = texts();
                orm.session(|session| {
                    let new = texts
                        .iter()
                        .map(|text| session.persist(NewNote::new(text.as_str(), 0)))
                        .collect::<Result<Vec<_>>>()?;
                    session.flush()?;
                    let notes = session.promote(&new)?;
                    for _ in 0..2 {
                        for (note, text) in notes.iter().zip(&texts) {
                            session.refresh(note)?;
                            assert_eq!(&session[note].text, text);
                        }
                        texts.rotate_left(1);
                        for (note, text) in notes.iter().zip(&texts) {
                            session.edit(note)?.text.clone_from(text);
                        }
                        log.skip();
                        session.flush()?;
                        let updates = samples::updates(&orm, "UPDATE notes (text)", texts.len());
                        log.expect(samples::in_transaction(updates));
                    }
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_nul_is_kept_or_refused_and_nothing_is_lost() {
                let (orm, log) = open();
                let key = samples::note(&orm, "first");
                orm.session(|session| {
                    let note = session.find::<Note>(key)?.required()?;
                    session.edit(&note)?.text = "before\0after".into();
                    let other = session.persist(NewNote::new("end\0", 0))?;
                    if !<H as Harness<B>>::FLAVOUR.stores_nul() {
                        for _ in 0..2 {
                            let refused = session.flush().unwrap_err();
                            assert!(refused.failure().is_some(), "{refused}");
                            assert_eq!(session[&note].text, "before\0after");
                            assert_eq!(session.draft(&other)?.text, "end\0");
                        }
                        session.edit(&note)?.text = "second".into();
                        session.edit_draft(&other)?.text = "other".into();
                    }
                    log.skip();
                    session.flush()?;
                    log.expect_in_any_order(["B", "INSERT notes", "UPDATE notes (text)", "C"]);
                    let other = session.promote(&other)?;
                    for (row, long, short) in [(&note, "before\0after", "second"), (&other, "end\0", "other")]
                    {
                        session.refresh(row)?;
                        let kept = <H as Harness<B>>::FLAVOUR.stores_nul();
                        assert_eq!(session[row].text, if kept { long } else { short });
                    }
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn an_error_does_not_repeat_what_was_in_a_column() {
                let (orm, _) = open();
                samples::author_with_email(&orm, "x", Some("secret"));
                orm.session(|session| {
                    let _ = session.persist(NewAuthor::new("secret").email("secret"))?;
                    let refused = session.flush().unwrap_err();
                    assert!(!refused.to_string().contains("secret"), "{refused}");
                    session.discard();
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn tables_and_columns_that_are_keywords_go_through_every_statement() {
                let (orm, log) = open();
                orm.session(|session| {
                    for (id, rank) in [(1, 30), (2, 20), (3, 10)] {
                        let _ = session.persist(Setting { id, rank, r#in: None, value: "v".into() })?;
                    }
                    session.flush()?;
                    // Nothing is read back, so there is nothing that could turn out wrong after the one statement.
                    let may_be_several = <H as Harness<B>>::FLAVOUR.limits_statements();
                    log.expect(samples::flush(
                        vec!["INSERT table".into()],
                        if may_be_several { 3 } else { 1 },
                    ));
                    let sorted = settings::table.filter(settings::group_.is_null()).order(settings::order_);
                    let rows = session.query::<Setting>(sorted).all()?;
                    assert_eq!(rows.iter().map(|row| session[row].id).collect::<Vec<_>>(), [3, 2, 1]);
                    log.expect(["SELECT table"]);

                    let row = session.edit(&rows[0])?;
                    row.rank = 99;
                    row.r#in = Some("select".into());
                    session.compute(&rows[1], settings::order_, settings::order_ + 1)?;
                    session.flush()?;
                    let mut expected = samples::computed(&orm, "UPDATE table (order)");
                    expected.push("UPDATE table (order, group)".into());
                    log.expect_in_any_order(samples::in_transaction(expected));
                    for row in &rows {
                        session.refresh(row)?;
                    }
                    assert_eq!(rows.iter().map(|row| session[row].rank).collect::<Vec<_>>(), [99, 21, 30]);
                    assert_eq!(session[&rows[0]].r#in.as_deref(), Some("select"));

                    // A changed table is seen by its name in a query, keyword or not.
                    session.edit(&rows[2])?.rank = 5;
                    log.skip();
                    assert_eq!(
                        session.query::<Setting>(settings::table.filter(settings::order_.eq(5))).count()?,
                        1
                    );
                    log.expect(["UPDATE table (order)", "SELECT table"]);
                    for row in rows {
                        let _ = session.remove(row)?;
                    }
                    session.flush()?;
                    log.expect(samples::flush(samples::deletes(&orm, "table", 3), 3));
                    assert!(session.find_many::<Setting, i32>([1, 2, 3])?.iter().all(Option::is_none));
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
