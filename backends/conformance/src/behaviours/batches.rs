//! Rows of every type of value in batches of every size, different in every row and column.

#[doc(hidden)]
#[macro_export]
macro_rules! batches_behaviours {
    ($backend:ty, $harness:ty) => {
        mod batches {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            use $crate::bigdecimal::BigDecimal;
            use $crate::chrono::{NaiveDate, NaiveTime, TimeDelta};
            use $crate::serde_json::json;

            /// The values of row `number`, which no other row has in any column that can tell so many apart.
            fn measured(number: u32) -> Measurement {
                // Centuries before and after today: a clock of four bytes begins in 1970 and ends in 2038.
                let days = if number % 2 == 0 { i64::from(number) } else { -i64::from(number) } * 37;
                let day = NaiveDate::from_ymd_opt(1999, 12, 31).unwrap() + TimeDelta::days(days);
                let hour = NaiveTime::MIN + TimeDelta::microseconds(i64::from(number) * 1_000_001);
                let texts = [None, Some(""), Some("NULL"), Some("é ' \" ` \\ ? $1"), Some(" ends with a space ")];
                let [zero, one] = [number % 2 == 0, number % 3 == 0];
                Measurement {
                    id: 0,
                    double: f64::from(number) / 3.0,
                    single: -1.0 / (1.0 + number as f32),
                    small: i16::try_from(number % 60_000).map_or(-1, |small| small),
                    large: i64::MIN + i64::from(number),
                    flag: zero,
                    bytes: number.to_be_bytes().into_iter().skip(number as usize % 5).collect(),
                    text: "x ".repeat(number as usize % 7) + &number.to_string(),
                    remark: texts[number as usize % texts.len()].map(|text| format!("{text}{}", number / 5).replace("0", "")),
                    taken_at: day.and_time(hour),
                    day,
                    hour,
                    detail: match number % 5 {
                        0 => json!(null),
                        1 => json!([number, "é", { "z": 1, "a": [] }]),
                        2 => json!(format!("{number}\"'\\")),
                        3 => json!({ "number": number, "half": 0.5, "deep": { "b": true, "a": null } }),
                        _ => json!(number),
                    },
                    estimate: (!one).then(|| f64::from(number) * 1e300),
                }
            }

            fn draft(row: &Measurement) -> NewMeasurement {
                let Measurement { double, single, small, large, flag, bytes, text, taken_at, day, hour, detail, .. } =
                    row.clone();
                let draft =
                    NewMeasurement::new(double, single, small, large, flag, bytes, text, taken_at, day, hour, detail);
                NewMeasurement { remark: row.remark.clone(), estimate: row.estimate, ..draft }
            }

            fn stored(session: &mut Session<'_, B>) -> Result<Vec<Measurement>> {
                let mut rows = Vec::new();
                session.query::<Measurement>(measurements::table.order(measurements::id)).stream(|row| {
                    rows.push(Measurement { id: 0, ..row });
                    Ok::<_, Error>(())
                })?;
                Ok(rows)
            }

            #[test]
            fn rows_of_every_type_are_inserted() {
                for count in samples::sizes(&open().0, 13) {
                    let (orm, log) = open();
                    let expected: Vec<_> = (0..).take(count).map(measured).collect();
                    orm.session(|session| {
                        let drafts = expected.iter().map(|row| session.persist(draft(row)));
                        let new = drafts.collect::<Result<Vec<_>>>()?;
                        session.flush()?;
                        log.expect(samples::flush(samples::inserts(&orm, "measurements", count, 13), count));
                        let rows = session.promote(&new)?;
                        let in_memory: Vec<_> =
                            rows.iter().map(|row| Measurement { id: 0, ..session[row].clone() }).collect();
                        assert_eq!(in_memory, expected, "{count} rows in memory");
                        assert_eq!(stored(session)?, expected, "{count} rows");
                        // Each is the row of its key, and clean.
                        for row in rows.iter().take(20) {
                            let before = session[row].clone();
                            session.refresh(row)?;
                            assert_eq!(session[row], before);
                            *session.edit(row)? = before;
                        }
                        log.skip();
                        session.flush()?;
                        assert!(log.take().is_empty());
                        Ok(())
                    })
                    .unwrap();
                }
            }

            #[test]
            fn rows_of_every_type_are_updated() {
                for count in samples::sizes(&open().0, 13) {
                    let (orm, log) = open();
                    let after = u32::try_from(count).unwrap();
                    let expected: Vec<_> = (after..).take(count).map(measured).collect();
                    orm.session(|session| {
                        let drafts = (0..after).map(|number| session.persist(draft(&measured(number))));
                        let new = drafts.collect::<Result<Vec<_>>>()?;
                        session.flush()?;
                        let rows = session.promote(&new)?;
                        // One column of some, so that there is a batch of every set of columns.
                        for row in &rows {
                            let estimate = session[row].estimate.xor(Some(0.5));
                            session.edit(row)?.estimate = estimate;
                        }
                        log.skip();
                        session.flush()?;
                        let updates = samples::updates(&orm, "UPDATE measurements (estimate)", count);
                        log.expect(samples::flush(updates, count));
                        for (number, row) in stored(session)?.iter().enumerate() {
                            assert_eq!(row.estimate, (number % 3 == 0).then_some(0.5), "row {number} of {count}");
                        }
                        // Every column of every row.
                        for (row, expected) in rows.iter().zip(&expected) {
                            let id = session[row].id;
                            *session.edit(row)? = Measurement { id, ..expected.clone() };
                        }
                        session.flush()?;
                        assert_eq!(stored(session)?, expected, "{count} rows");
                        for row in rows.iter().take(20) {
                            let before = session[row].clone();
                            session.refresh(row)?;
                            assert_eq!(session[row], before);
                        }
                        log.skip();
                        session.flush()?;
                        assert!(log.take().is_empty());
                        Ok(())
                    })
                    .unwrap();
                }
            }

            #[test]
            fn a_column_that_is_null_in_every_row_is_inserted_and_updated() {
                for count in samples::sizes(&open().0, 13) {
                    let (orm, log) = open();
                    let null = |number| Measurement { remark: None, estimate: None, ..measured(number) };
                    orm.session(|session| {
                        let drafts = (0..).take(count).map(|number| session.persist(draft(&null(number))));
                        let new = drafts.collect::<Result<Vec<_>>>()?;
                        session.flush()?;
                        let rows = session.promote(&new)?;
                        for to_null in [false, true] {
                            for (number, row) in (0..).zip(&rows) {
                                let row = session.edit(row)?;
                                row.remark = (!to_null).then(|| format!("{number}"));
                                row.estimate = (!to_null).then(|| number.into());
                            }
                            log.skip();
                            session.flush()?;
                            let updates = samples::updates(&orm, "UPDATE measurements (remark, estimate)", count);
                            log.expect(samples::flush(updates, count));
                            let expected = (0..).take(count).map(|number| match to_null {
                                true => null(number),
                                false => Measurement {
                                    remark: Some(format!("{number}")),
                                    estimate: Some(number.into()),
                                    ..null(number)
                                },
                            });
                            assert_eq!(stored(session)?, expected.collect::<Vec<_>>());
                        }
                        Ok(())
                    })
                    .unwrap();
                }
            }

            /// Decimals of many scales, each of which is a binary number as well.
            fn amount(number: u32) -> BigDecimal {
                let scales = ["0.5", "-8", "0.000244140625", "123456789", "1000000.25", "-0.125"];
                let scale: BigDecimal = scales[number as usize % scales.len()].parse().unwrap();
                if number % 50 == 5 { BigDecimal::from(0) } else { scale * BigDecimal::from(number + 1) }
            }

            #[test]
            fn decimals_of_different_scales_are_inserted_and_updated() {
                for count in samples::sizes(&open().0, 2) {
                    let (orm, log) = open();
                    orm.session(|session| {
                        let drafts = (0..).take(count);
                        let drafts = drafts.map(|number| session.persist(NewPrice::new(amount(number), "x")));
                        let new = drafts.collect::<Result<Vec<_>>>()?;
                        session.flush()?;
                        let rows = session.promote(&new)?;
                        for (number, row) in (0..).zip(&rows) {
                            session.refresh(row)?;
                            assert_eq!(session[row].amount, amount(number), "row {number} of {count}");
                            session.edit(row)?.amount = amount(number + 1_001);
                        }
                        log.skip();
                        session.flush()?;
                        let updates = samples::updates(&orm, "UPDATE prices (amount)", count);
                        log.expect(samples::flush(updates, count));
                        for (number, row) in (0..).zip(&rows) {
                            session.refresh(row)?;
                            assert_eq!(session[row].amount, amount(number + 1_001), "row {number} of {count}");
                        }
                        Ok(())
                    })
                    .unwrap();
                }
            }

            #[test]
            fn decimals_have_the_digits_that_the_database_keeps() {
                let (orm, _) = open();
                let texts = ["12345678901234567890.123456789", "-0.000000000000000000000000000001", "7.0007", "0.1"];
                let exact = <H as Harness<B>>::FLAVOUR.stores_decimals_exactly();
                orm.session(|session| {
                    let decimals = texts.map(|text| text.parse::<BigDecimal>().unwrap());
                    let drafts = decimals.iter().map(|amount| session.persist(NewPrice::new(amount.clone(), "x")));
                    let new = drafts.collect::<Result<Vec<_>>>()?;
                    session.flush()?;
                    let rows = session.promote(&new)?;
                    let tolerance: BigDecimal = if exact { "0" } else { "1e-15" }.parse().unwrap();
                    for round in 0..2 {
                        for (row, amount) in rows.iter().zip(&decimals) {
                            session.refresh(row)?;
                            let expected = amount * BigDecimal::from(1 + round);
                            let off = (&session[row].amount - &expected).abs();
                            assert!(off <= expected.abs() * &tolerance, "{} for {expected}", session[row].amount);
                            session.edit(row)?.amount = amount * BigDecimal::from(2);
                        }
                        session.flush()?;
                    }
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn rows_with_and_without_values_for_defaults_are_inserted() {
                for count in samples::sizes(&open().0, 3) {
                    let (orm, _) = open();
                    orm.session(|session| {
                        let drafts = (0..count).map(|number| {
                            let draft = NewTick::new().count(i32::try_from(number).unwrap());
                            let draft = if number % 2 == 0 { draft.label(format!("tick {number}")) } else { draft };
                            session.persist(if number % 5 == 0 { draft.comment(None) } else { draft })
                        });
                        let new = drafts.collect::<Result<Vec<_>>>()?;
                        session.flush()?;
                        for (number, row) in session.promote(&new)?.iter().enumerate() {
                            let expected = Tick {
                                id: session[row].id,
                                label: if number % 2 == 0 { format!("tick {number}") } else { "tick".into() },
                                count: i32::try_from(number).unwrap(),
                                comment: (number % 5 != 0).then(|| "none".into()),
                            };
                            assert_eq!(session[row], expected, "in memory, row {number} of {count}");
                            session.refresh(row)?;
                            assert_eq!(session[row], expected, "row {number} of {count}");
                        }
                        Ok(())
                    })
                    .unwrap();
                }
            }
        }
    };
}
