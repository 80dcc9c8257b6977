//! One row of many that another writer was quicker with: it is named, wherever it is in the batch, and the batch undone.

#[doc(hidden)]
#[macro_export]
macro_rules! stale_batches_behaviours {
    ($backend:ty, $harness:ty) => {
        mod stale_batches {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            /// Seats 1 to `count`; the batch of them is larger than one statement for the largest `count`.
            fn seats<'s>(session: &mut Session<'s, B>, count: usize) -> Result<Vec<Handle<'s, Seat, Managed>>> {
                let drafts = (1..).take(count).map(|number| session.persist(NewSeat::new("Globe", number)));
                let drafts = drafts.collect::<Result<Vec<_>>>()?;
                session.flush()?;
                session.promote(&drafts)
            }

            fn key(number: usize) -> String {
                format!("(\"Globe\", {number})")
            }

            /// First, in the middle, last of so many.
            fn places(count: usize) -> Vec<usize> {
                let mut places = vec![1, count.div_ceil(2), count];
                places.dedup();
                places
            }

            fn stale(result: Result<()>) -> (&'static str, String) {
                match result {
                    Err(Error::Stale(row)) => (row.entity, row.key.to_string()),
                    other => panic!("a stale row was overwritten: {other:?}"),
                }
            }

            #[test]
            fn an_update_of_a_versioned_row_that_moved_or_went_names_it() {
                for count in samples::sizes(&open().0, 4) {
                    let (orm, _) = open();
                    orm.session(|session| {
                        let mut seats = seats(session, count)?;
                        for place in places(count) {
                            for change in ["UPDATE seats SET version = version + 1", "DELETE FROM seats"] {
                                samples::execute(&orm, &format!("{change} WHERE number = {place}"));
                                for seat in &seats {
                                    session.edit(seat)?.holder = Some("mine".into());
                                }
                                assert_eq!(stale(session.flush()), ("Seat", key(place)), "{change} {place} of {count}");
                                assert!(seats.iter().all(|seat| session[seat].holder.as_deref() == Some("mine")));
                                session.discard();
                                let taken = seats::table.filter(seats::holder.is_not_null());
                                assert_eq!(session.query::<Seat>(taken).count()?, 0, "{change} {place} of {count}");
                                let seat = &seats[place - 1];
                                if change.starts_with("UPDATE") {
                                    session.refresh(seat)?;
                                } else {
                                    let value = session[seat].clone();
                                    let gone = seats.remove(place - 1);
                                    let _ = session.detach(gone)?;
                                    let again = session.persist(Seat { version: 1, ..value })?;
                                    session.flush()?;
                                    seats.insert(place - 1, again);
                                }
                            }
                        }
                        // And what is put right goes through.
                        for seat in &seats {
                            session.edit(seat)?.holder = Some("mine".into());
                        }
                        session.flush()?;
                        let taken = seats::table.filter(seats::holder.eq("mine"));
                        assert_eq!(session.query::<Seat>(taken).count()?, u64::try_from(count).unwrap());
                        Ok(())
                    })
                    .unwrap();
                }
            }

            #[test]
            fn a_delete_of_a_versioned_row_that_moved_or_went_names_it() {
                for count in samples::sizes(&open().0, 4) {
                    let (orm, _) = open();
                    orm.session(|session| {
                        let mut seats = seats(session, count)?;
                        let last = count.div_ceil(2);
                        for (place, change) in places(count).into_iter().map(|place| {
                            (place, format!("UPDATE seats SET version = version + 1 WHERE number = {place}"))
                        }).chain([(last, format!("DELETE FROM seats WHERE number = {last}"))]) {
                            samples::execute(&orm, &change);
                            let before = session.query::<Seat>(seats::table).count()?;
                            let removed = seats.drain(..).map(|seat| session.remove(seat)).collect::<Result<Vec<_>>>()?;
                            assert_eq!(stale(session.flush()), ("Seat", key(place)), "{change}, {count} rows");
                            for seat in removed {
                                seats.push(session.restore(seat)?);
                            }
                            session.flush()?;
                            assert_eq!(session.query::<Seat>(seats::table).count()?, before, "{change}, {count} rows");
                            if change.starts_with("UPDATE") {
                                session.refresh(&seats[place - 1])?;
                            }
                        }
                        let gone = seats.remove(last - 1);
                        let _ = session.detach(gone)?;
                        for seat in seats {
                            let _ = session.remove(seat)?;
                        }
                        session.flush()?;
                        assert_eq!(session.query::<Seat>(seats::table).count()?, 0);
                        Ok(())
                    })
                    .unwrap();
                }
            }

            #[test]
            fn a_row_without_a_version_that_went_is_named_by_a_key_of_one_column_and_of_two() {
                for count in samples::sizes(&open().0, 3) {
                    let (orm, _) = open();
                    let arya = samples::author(&orm, "Arya");
                    let book = samples::book(&orm, "Needle", arya);
                    samples::notes(&orm, count);
                    orm.session(|session| {
                        for number in 1..=count {
                            let tag = session.persist(Tag { label: format!("{number}"), color: "x".into() })?;
                            let _ = session.persist(NewBookTag::new(book, &tag, 0))?;
                        }
                        session.flush()
                    })
                    .unwrap();
                    for place in places(count) {
                        samples::execute(&orm, &format!("DELETE FROM notes WHERE id = {place}"));
                        samples::execute(&orm, &format!("DELETE FROM book_tags WHERE tag_label = '{place}'"));
                        orm.session(|session| {
                            let notes: Vec<_> =
                                (1..).take(count).map(|id| session.reference::<Note>(id)).collect::<Result<_>>()?;
                            for note in notes {
                                session.remove(note)?;
                            }
                            assert_eq!(stale(session.flush()), ("Note", place.to_string()), "{count} rows");
                            session.discard();
                            let links: Vec<_> = (1..=count)
                                .map(|number| session.reference::<BookTag>((book, format!("{number}"))))
                                .collect::<Result<_>>()?;
                            for link in links {
                                session.remove(link)?;
                            }
                            let (entity, key) = stale(session.flush());
                            let expected = format!("({book:?}, Key<Tag>(\"{place}\"))");
                            assert_eq!((entity, key), ("BookTag", expected), "{count} rows");
                            session.discard();
                            let left = u64::try_from(count - 1).unwrap();
                            assert_eq!(session.query::<Note>(notes::table).count()?, left);
                            assert_eq!(session.query::<BookTag>(book_tags::table).count()?, left);
                            Ok(())
                        })
                        .unwrap();
                        samples::execute(&orm, &format!("INSERT INTO notes (id, text, stars) VALUES ({place}, 'x', 0)"));
                        samples::execute(
                            &orm,
                            &format!("INSERT INTO book_tags (book_id, tag_label, weight) VALUES ({book}, '{place}', 0)"),
                        );
                    }
                }
            }

            #[test]
            fn an_update_of_a_row_without_a_version_that_went_names_it() {
                for count in samples::sizes(&open().0, 3) {
                    let (orm, _) = open();
                    samples::notes(&orm, count);
                    orm.session(|session| {
                        let notes = session.query::<Note>(notes::table.order(notes::id)).all()?;
                        for place in places(count) {
                            samples::execute(&orm, &format!("DELETE FROM notes WHERE id = {place}"));
                            for note in &notes {
                                session.edit(note)?.stars = 9;
                            }
                            assert_eq!(stale(session.flush()), ("Note", place.to_string()), "{count} rows");
                            assert!(notes.iter().all(|note| session[note].stars == 9));
                            session.discard();
                            let written = notes::table.filter(notes::stars.ne(0));
                            assert_eq!(session.query::<Note>(written).count()?, 0, "{place} of {count}");
                            let again = format!("INSERT INTO notes (id, text, stars) VALUES ({place}, 'note', 0)");
                            samples::execute(&orm, &again);
                        }
                        Ok(())
                    })
                    .unwrap();
                }
            }

            #[test]
            fn an_update_to_what_the_row_holds_already_counts_as_written() {
                for count in samples::sizes(&open().0, 3) {
                    let (orm, log) = open();
                    samples::notes(&orm, count);
                    orm.session(|session| {
                        let notes = session.query::<Note>(notes::table.order(notes::id)).all()?;
                        for note in &notes {
                            session.edit(note)?.stars = 7;
                        }
                        samples::execute(&orm, "UPDATE notes SET stars = 7");
                        log.skip();
                        session.flush()?;
                        let updates = samples::updates(&orm, "UPDATE notes (stars)", count);
                        log.expect(samples::flush(updates, count));
                        Ok(())
                    })
                    .unwrap();
                }
            }
        }
    };
}
