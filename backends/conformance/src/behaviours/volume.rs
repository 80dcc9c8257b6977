//! Great volumes: more rows, keys and bytes than one statement takes.

#[doc(hidden)]
#[macro_export]
macro_rules! volume_behaviours {
    ($backend:ty, $harness:ty) => {
        mod volume {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
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
            fn a_hundred_thousand_rows_are_inserted_updated_and_deleted() {
                const COUNT: usize = 100_000;
                let _alone = samples::alone();
                let (orm, log) = open();
                orm.session(|session| {
                    let new: Vec<_> = (0..)
                        .take(COUNT)
                        .map(|stars| session.persist(NewNote::new("note", stars)))
                        .collect::<Result<_>>()?;
                    session.flush()?;
                    log.expect(samples::in_transaction(samples::inserts(&orm, "notes", COUNT, 2)));
                    let rows = session.promote(&new)?;
                    assert!((0..).zip(&rows).all(|(stars, row)| session[row].stars == stars));
                    let sum = i64::try_from(COUNT * (COUNT - 1) / 2).unwrap();
                    assert_eq!(stars(session)?, (COUNT, sum));

                    for row in &rows {
                        session.edit(row)?.stars += 1;
                    }
                    log.skip();
                    session.flush()?;
                    let updates = samples::updates(&orm, "UPDATE notes (stars)", COUNT);
                    log.expect(samples::in_transaction(updates));
                    assert_eq!(stars(session)?, (COUNT, sum + i64::try_from(COUNT).unwrap()));

                    for row in rows {
                        let _ = session.remove(row)?;
                    }
                    log.skip();
                    session.flush()?;
                    log.expect(samples::in_transaction(samples::deletes(&orm, "notes", COUNT)));
                    assert_eq!(stars(session)?, (0, 0));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn values_that_are_too_large_for_one_statement_go_into_several() {
                const COUNT: usize = 20;
                const SIZE: usize = 4 << 20;
                let _alone = samples::alone();
                let (orm, _) = open();
                // Together they are more than MySQL takes in one packet, of 64 megabytes by default.
                let large =
                    |number: usize| char::from(b'a' + u8::try_from(number).unwrap()).to_string().repeat(SIZE);
                orm.session(|session| {
                    let drafts = (0..COUNT).map(|number| session.persist(NewNote::new(large(number), 0)));
                    let new = drafts.collect::<Result<Vec<_>>>()?;
                    session.flush()?;
                    let notes = session.promote(&new)?;
                    for (number, note) in notes.iter().enumerate() {
                        let row = session.edit(note)?;
                        row.text = large((number + 1) % COUNT);
                        row.stars = 1;
                    }
                    session.flush()?;
                    let mut number = 0;
                    session.query::<Note>(notes::table.order(notes::id)).stream(|note| {
                        number += 1;
                        assert_eq!((note.stars, note.text.len()), (1, SIZE));
                        assert!(note.text == large(number % COUNT), "text {number}");
                        Ok::<_, Error>(())
                    })?;
                    assert_eq!(number, COUNT);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn one_wide_row_more_than_a_statement_can_bind_is_inserted_and_updated() {
                let _alone = samples::alone();
                let (orm, _) = open();
                // As many as their values are, but for one; and each value is a row's own.
                let count = i32::try_from(orm.dialect().max_binds / 4 + 1).unwrap();
                orm.session(|session| {
                    let seats = (0..count).map(|number| {
                        let venue = format!("venue {}", number % 7);
                        let draft =
                            NewSeat { holder: Some(format!("{number}")), ..NewSeat::new(venue, number) };
                        session.persist(draft)
                    });
                    let seats = seats.collect::<Result<Vec<_>>>()?;
                    session.flush()?;
                    let seats = session.promote(&seats)?;
                    for (number, seat) in (0..).zip(&seats) {
                        session.edit(seat)?.holder = Some(format!("{}", number + 1));
                    }
                    session.flush()?;
                    let mut rows = 0;
                    session.query::<Seat>(seats::table).stream(|seat| {
                        rows += 1;
                        assert_eq!(seat.holder, Some(format!("{}", seat.number + 1)));
                        assert_eq!(seat.version, 2);
                        Ok::<_, Error>(())
                    })?;
                    assert_eq!(rows, count);
                    for seat in seats {
                        let _ = session.remove(seat)?;
                    }
                    session.flush()?;
                    assert_eq!(session.query::<Seat>(seats::table).count()?, 0);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn one_more_than_a_statement_can_bind_are_found() {
                let _alone = samples::alone();
                let (orm, _) = open();
                let count = orm.dialect().max_binds + 1;
                samples::notes(&orm, count);
                orm.session(|session| {
                    let last = i32::try_from(count).unwrap();
                    let found = session.find_many::<Note, i32>(1..=last)?.required()?;
                    assert!(found.iter().zip(1..=last).all(|(row, key)| session[row].id == key));
                    assert_eq!(found.len(), count);
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
