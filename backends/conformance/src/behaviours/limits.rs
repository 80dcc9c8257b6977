//! How many rows there can be: chunked, and the same result.

#[doc(hidden)]
#[macro_export]
macro_rules! limits_behaviours {
    ($backend:ty, $harness:ty) => {
        mod limits {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            /// None, one, and those around a statement's limit.
            fn around(size: usize) -> Vec<usize> {
                let mut counts = vec![0, 1, size.saturating_sub(1), size, size + 1, 2 * size + 1];
                counts.sort_unstable();
                counts.dedup();
                counts
            }

            /// The same sum for the same rows, whatever their order.
            fn stars(session: &mut Session<'_, B>) -> Result<(usize, i64)> {
                let (mut rows, mut sum) = (0, 0);
                session.query::<Note>(notes::table).stream(|note| {
                    rows += 1;
                    sum += i64::from(note.stars);
                    Ok::<_, Error>(())
                })?;
                Ok((rows, sum))
            }

            #[test]
            fn inserts_around_the_limit_are_chunked_and_each_row_gets_its_own_key() {
                for count in around(samples::insert_size(&open().0, 2)) {
                    let (orm, log) = open();
                    orm.session(|session| {
                        let drafts = (0..).take(count);
                        let new: Vec<_> = drafts
                            .map(|stars| session.persist(NewNote::new(format!("note {stars}"), stars)))
                            .collect::<Result<_>>()?;
                        session.flush()?;
                        log.expect(samples::flush(samples::inserts(&orm, "notes", count, 2), count));
                        let rows = session.promote(&new)?;
                        let in_memory: Vec<Note> = rows.iter().map(|row| session[row].clone()).collect();
                        let mut stored = Vec::new();
                        session.query::<Note>(notes::table.order(notes::id)).stream(|note| {
                            stored.push(note);
                            Ok::<_, Error>(())
                        })?;
                        assert_eq!(in_memory, stored, "{count} rows");
                        assert!((0..).zip(&stored).all(|(stars, note)| note.stars == stars), "{count} rows");
                        Ok(())
                    })
                    .unwrap();
                }
            }

            #[test]
            fn updates_around_the_limit_reach_every_row() {
                for count in around(samples::insert_size(&open().0, 2)) {
                    let (orm, log) = open();
                    if count > 0 {
                        samples::notes(&orm, count);
                    }
                    orm.session(|session| {
                        let rows = session.query::<Note>(notes::table.order(notes::id)).all()?;
                        assert_eq!(rows.len(), count);
                        for (row, stars) in rows.iter().zip(1..) {
                            session.edit(row)?.stars = stars;
                        }
                        log.skip();
                        session.flush()?;
                        let updates = samples::updates(&orm, "UPDATE notes (stars)", count);
                        log.expect(samples::flush(updates, count));
                        for (row, stars) in rows.iter().zip(1..) {
                            assert_eq!(session[row].stars, stars);
                        }
                        let sum = i64::try_from(count * (count + 1) / 2).unwrap();
                        assert_eq!(stars(session)?, (count, sum));
                        Ok(())
                    })
                    .unwrap();
                }
            }

            #[test]
            fn deletes_around_the_limit_are_chunked_and_spare_the_others() {
                for count in around(samples::keyed_size(&open().0)) {
                    let (orm, log) = open();
                    samples::notes(&orm, count + 3);
                    orm.session(|session| {
                        let rows = session.query::<Note>(notes::table.order(notes::id)).all()?;
                        for row in rows.into_iter().take(count) {
                            let _ = session.remove(row)?;
                        }
                        log.skip();
                        session.flush()?;
                        log.expect(samples::flush(samples::deletes(&orm, "notes", count), count));
                        assert_eq!(stars(session)?, (3, 0));
                        Ok(())
                    })
                    .unwrap();
                }
            }

            #[test]
            fn many_keys_around_the_limit_are_found_in_their_order() {
                for count in around(samples::keyed_size(&open().0)) {
                    let (orm, log) = open();
                    samples::notes(&orm, count + 3);
                    log.skip();
                    orm.session(|session| {
                        let last = i32::try_from(count).unwrap();
                        let found = session.find_many::<Note, i32>((1..=last).rev())?.required()?;
                        log.expect(vec!["SELECT notes"; count.div_ceil(samples::keyed_size(&orm))]);
                        assert!(found.iter().zip((1..=last).rev()).all(|(row, key)| session[row].id == key));
                        assert_eq!(found.len(), count);
                        Ok(())
                    })
                    .unwrap();
                }
            }

            #[test]
            fn composite_keys_are_inserted_updated_and_deleted_in_great_number() {
                let (orm, log) = open();
                let arya = samples::author(&orm, "Arya");
                let book = samples::book(&orm, "Needle", arya);
                let count = samples::insert_size(&orm, 3) + 1;
                log.skip();
                orm.session(|session| {
                    for number in 0..count {
                        let _ =
                            session.persist(Tag { label: format!("{number:05}"), color: "#f00".into() })?;
                    }
                    let weights: Vec<_> = (0..)
                        .take(count)
                        .map(|weight| {
                            let tag_label = Key::new(format!("{weight:05}"));
                            session.persist(BookTag { book_id: book, tag_label, weight })
                        })
                        .collect::<Result<_>>()?;
                    session.flush()?;
                    let mut expected = samples::inserts(&orm, "tags", count, 2);
                    expected.extend(samples::inserts(&orm, "book_tags", count, 3));
                    log.expect(samples::in_transaction(expected));
                    for row in &weights {
                        session.edit(row)?.weight += 1;
                    }
                    session.flush()?;
                    let heavy = book_tags::table.filter(book_tags::weight.ge(1));
                    assert_eq!(session.query::<BookTag>(heavy).count()?, u64::try_from(count).unwrap());
                    for row in weights.into_iter().skip(1) {
                        let _ = session.remove(row)?;
                    }
                    session.flush()?;
                    let left = session.query::<BookTag>(book_tags::table).one()?;
                    assert_eq!(
                        (session[&left].tag_label.value().as_str(), session[&left].weight),
                        ("00000", 1)
                    );
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_failure_in_a_later_chunk_undoes_the_earlier_ones() {
                let (orm, log) = open();
                let size = samples::insert_size(&orm, 2);
                samples::execute(&orm, "INSERT INTO tags (label, color) VALUES ('taken', 'x')");
                orm.session(|session| {
                    for number in 0..size {
                        let _ = session.persist(NewTag::new(format!("{number}"), "#f00"))?;
                    }
                    let twin = session.persist(NewTag::new("taken", "#f00"))?;
                    log.skip();
                    assert!(session.flush().is_err());
                    let mut expected = vec!["B".to_owned()];
                    expected.extend(samples::inserts(&orm, "tags", size + 1, 2));
                    expected.push("R".into());
                    log.expect(expected);
                    assert_eq!(session.query::<Tag>(tags::table).flush_mode(FlushMode::Commit).count()?, 1);
                    session.remove(twin)?;
                    session.flush()?;
                    assert_eq!(session.query::<Tag>(tags::table).count()?, u64::try_from(size + 1).unwrap());
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn many_composite_keys_are_found_in_their_order() {
                let (orm, _) = open();
                let arya = samples::author(&orm, "Arya");
                let book = samples::book(&orm, "Needle", arya);
                let labels: Vec<String> = (0..501).map(|number| format!("{number:03}")).collect();
                orm.session(|session| {
                    for label in &labels {
                        let tag = session.persist(Tag { label: label.clone(), color: "#f00".into() })?;
                        let _ = session.persist(NewBookTag::new(book, &tag, 1))?;
                    }
                    session.flush()
                })
                .unwrap();
                orm.session(|session| {
                    let keys = labels.iter().rev().map(|label| (book, label.as_str()));
                    let found = session.find_many::<BookTag, _>(keys)?.required()?;
                    assert!(
                        found
                            .iter()
                            .zip(labels.iter().rev())
                            .all(|(row, label)| { session[row].tag_label.value() == label })
                    );
                    assert_eq!(found.len(), labels.len());
                    assert!(session.find_many::<BookTag, _>([(book, "none")])?.iter().all(Option::is_none));
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
