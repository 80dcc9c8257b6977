//! Streaming: rows go by and nothing is managed.

#[doc(hidden)]
#[macro_export]
macro_rules! streaming_behaviours {
    ($backend:ty, $harness:ty) => {
        mod streaming {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            #[test]
            fn streamed_rows_come_in_order_and_are_not_managed() {
                let (orm, log) = open();
                samples::notes(&orm, 1_000);
                orm.session(|session| {
                    let mut seen = Vec::new();
                    session.query::<Note>(notes::table.order(notes::id.desc())).stream(|note| {
                        seen.push(note.id);
                        Ok::<_, Error>(())
                    })?;
                    assert_eq!(seen, (1..=1_000).rev().collect::<Vec<_>>());
                    log.skip();
                    assert!(session.find::<Note>(1)?.is_some());
                    log.expect(["SELECT notes"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn streaming_stops_at_the_first_error_and_returns_it() {
                let (orm, log) = open();
                samples::notes(&orm, 1_000);
                orm.session(|session| {
                    let mut seen = 0;
                    let stopped: Result<()> = session.query::<Note>(notes::table).stream(|_| {
                        seen += 1;
                        if seen == 3 { samples::give_up() } else { Ok(()) }
                    });
                    assert!(matches!(stopped, Err(Error::NotFound { .. })));
                    assert_eq!(seen, 3);
                    log.skip();
                    // The connection is free again.
                    assert_eq!(session.query::<Note>(notes::table).count()?, 1_000);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn streaming_flushes_first_and_shows_the_row_as_the_database_has_it() {
                let (orm, log) = open();
                let key = samples::note(&orm, "theirs");
                orm.session(|session| {
                    let note = session.find::<Note>(key)?.required()?;
                    session.edit(&note)?.text = "mine".into();
                    log.skip();
                    let mut texts = Vec::new();
                    session.query::<Note>(notes::table).flush_mode(FlushMode::Commit).stream(|note| {
                        texts.push(note.text);
                        Ok::<_, Error>(())
                    })?;
                    log.expect(samples::stream(&orm, "notes"));
                    session.query::<Note>(notes::table).stream(|note| {
                        texts.push(note.text);
                        Ok::<_, Error>(())
                    })?;
                    let mut expected = vec!["UPDATE notes (text)".to_owned()];
                    expected.extend(samples::stream(&orm, "notes"));
                    log.expect(expected);
                    assert_eq!(texts, ["theirs", "mine"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn streaming_holds_a_part_of_the_rows_at_a_time() {
                const ROWS: usize = 12_000;
                const BYTES: usize = 8_000;
                let (orm, _) = open();
                let _alone = samples::alone();
                let (text, numbers) = ("x".repeat(BYTES), samples::numbers(ROWS));
                samples::execute(
                    &orm,
                    &format!("INSERT INTO notes (id, text, stars) SELECT n, '{text}', 0 FROM {numbers}"),
                );
                orm.session(|session| {
                    let before = samples::memory();
                    let (mut rows, mut most) = (0, 0);
                    session.query::<Note>(notes::table).stream(|note| {
                        assert_eq!(note.text.len(), BYTES);
                        rows += 1;
                        if rows % 500 == 1 {
                            most = most.max(samples::memory().unwrap_or(0));
                        }
                        Ok::<_, Error>(())
                    })?;
                    assert_eq!(rows, ROWS);
                    if let Some(before) = before {
                        let (grown, all) = (most.saturating_sub(before), ROWS * BYTES);
                        assert!(grown < all / 4, "{grown} bytes more memory for a stream of {all} bytes");
                    }
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn streaming_leaves_managed_rows_as_they_are() {
                let (orm, _) = open();
                let key = samples::note(&orm, "before");
                orm.session(|session| {
                    let note = session.find::<Note>(key)?.required()?;
                    samples::execute(&orm, "UPDATE notes SET text = 'after'");
                    let mut streamed = Vec::new();
                    session.query::<Note>(notes::table).stream(|note| {
                        streamed.push(note.text);
                        Ok::<_, Error>(())
                    })?;
                    assert_eq!(streamed, ["after"]);
                    assert_eq!(session[&note].text, "before");
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
