//! Values of every type go in, come back, and are not seen as changed.

#[doc(hidden)]
#[macro_export]
macro_rules! values_behaviours {
    ($backend:ty, $harness:ty) => {
        mod values {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            use $crate::bigdecimal::BigDecimal;
            use $crate::chrono::{NaiveDate, NaiveDateTime, NaiveTime};
            use $crate::diesel::sql_types::Timestamp;
            use $crate::serde_json::json;

            fn day() -> NaiveDate {
                NaiveDate::from_ymd_opt(2024, 2, 29).unwrap()
            }

            fn at(nanosecond: u32) -> NaiveDateTime {
                day().and_hms_nano_opt(23, 59, 58, nanosecond).unwrap()
            }

            fn measurement() -> NewMeasurement {
                let hour = NaiveTime::from_hms_micro_opt(1, 2, 3, 456_789).unwrap();
                let detail = json!({ "b": [1, 2.5, null], "a": { "z": "é", "y": true } });
                NewMeasurement::new(0.1, 0.1, -7, i64::MAX, true, vec![0, 255, 7], "text", at(123_456_000), day(), hour, detail)
            }

            #[test]
            fn a_decimal_makes_no_row_dirty_whatever_the_database_makes_of_it() {
                let (orm, log) = open();
                let decimal = |text: &str| text.parse::<BigDecimal>().unwrap();
                orm.session(|session| {
                    for amount in ["7.0007", "1.0", "1.00", "0", "-12345678.9012"] {
                        session.persist(NewPrice::new(decimal(amount), amount))?;
                    }
                    session.flush()?;
                    log.skip();
                    session.flush()?;
                    assert!(log.take().is_empty());
                    // Read again, perhaps with other digits: rows that nobody edited stay clean.
                    let rows = session.query::<Price>(prices::table.order(prices::id)).all()?;
                    log.skip();
                    session.flush()?;
                    assert!(log.take().is_empty());
                    // An edit of one column writes that column alone, whatever the other has become.
                    session.edit(&rows[0])?.note = "edited".into();
                    session.query::<Price>(prices::table).flush_mode(FlushMode::Commit).all()?;
                    log.skip();
                    session.flush()?;
                    log.expect(["UPDATE prices (note)"]);
                    // What the column makes the same is no change.
                    session.edit(&rows[1])?.amount = decimal("1.00");
                    session.flush()?;
                    assert!(log.take().is_empty());
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn values_of_every_type_come_back_as_they_went_in() {
                let (orm, log) = open();
                let written = orm
                    .session(|session| {
                        let row = session.persist(measurement().estimate(-0.0).remark(""))?;
                        session.flush()?;
                        let row = session.promote(&row)?;
                        Ok(session[&row].clone())
                    })
                    .unwrap();
                orm.session(|session| {
                    let row = session.query::<Measurement>(measurements::table).one()?;
                    assert_eq!(session[&row], written);
                    let negative = session[&row].estimate.is_some_and(f64::is_sign_negative);
                    assert_eq!(negative, <H as Harness<B>>::FLAVOUR.stores_negative_zero());
                    assert_eq!(session[&row].remark.as_deref(), Some(""));
                    assert_eq!(session[&row].taken_at, at(123_456_000));
                    // Touched, and the same as before.
                    let same = session[&row].clone();
                    *session.edit(&row)? = same;
                    log.skip();
                    session.flush()?;
                    assert!(log.take().is_empty());
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn the_least_and_the_greatest_values_come_back() {
                let (orm, log) = open();
                let moment = |year, month, day, hour, minute, second, micro| {
                    NaiveDate::from_ymd_opt(year, month, day)
                        .and_then(|day| day.and_hms_micro_opt(hour, minute, second, micro))
                        .unwrap()
                };
                let moments = [
                    moment(1000, 1, 1, 0, 0, 0, 0),
                    moment(1582, 10, 10, 1, 2, 3, 4),
                    moment(1969, 12, 31, 23, 59, 59, 999_999),
                    moment(1970, 1, 1, 0, 0, 0, 0),
                    moment(2038, 1, 19, 3, 14, 8, 1),
                    moment(9999, 12, 31, 23, 59, 59, 999_999),
                ];
                let doubles = [f64::MIN, f64::MAX, f64::MIN_POSITIVE, f64::EPSILON, 0.1 + 0.2, -1.0 / 3.0];
                let singles = [f32::MIN, f32::MAX, f32::MIN_POSITIVE, f32::EPSILON, 0.1 + 0.2, -1.0 / 3.0];
                orm.session(|session| {
                    let mut rows = Vec::new();
                    for ((moment, double), single) in moments.into_iter().zip(doubles).zip(singles) {
                        let extreme = |row: bool| if row { (i16::MIN, i64::MIN) } else { (i16::MAX, i64::MAX) };
                        let (small, large) = extreme(rows.len() % 2 == 0);
                        let (day, hour) = (moment.date(), moment.time());
                        rows.push(session.persist(NewMeasurement { taken_at: moment, day, hour, double, single, small, large, ..measurement() })?);
                    }
                    session.flush()?;
                    let rows = session.promote(&rows)?;
                    for row in &rows {
                        let written = session[row].clone();
                        session.refresh(row)?;
                        assert_eq!(session[row], written);
                    }
                    for (number, row) in rows.iter().enumerate() {
                        let next = session[&rows[(number + 1) % rows.len()]].clone();
                        let id = session[row].id;
                        *session.edit(row)? = Measurement { id, ..next };
                    }
                    session.flush()?;
                    for row in &rows {
                        let written = session[row].clone();
                        session.refresh(row)?;
                        assert_eq!(session[row], written);
                        *session.edit(row)? = written;
                    }
                    log.skip();
                    session.flush()?;
                    assert!(log.take().is_empty());
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_row_of_any_values_is_clean_after_its_flush() {
                let (orm, log) = open();
                orm.session(|session| {
                    let row = session.persist(measurement())?;
                    session.flush()?;
                    let row = session.promote(&row)?;
                    let changes: [fn(&mut Measurement); 11] = [
                        |row| row.double = -0.0,
                        |row| row.double = f64::MIN_POSITIVE,
                        |row| row.single = f32::MAX,
                        |row| row.bytes = Vec::new(),
                        |row| row.text = String::new(),
                        |row| row.remark = Some(String::new()),
                        |row| row.remark = None,
                        |row| row.taken_at = at(123_456_789),
                        |row| row.detail = json!({ "a": 1, "b": 2 }),
                        |row| row.detail = json!(null),
                        |row| row.estimate = Some(1e300),
                    ];
                    for (number, change) in changes.into_iter().enumerate() {
                        change(session.edit(&row)?);
                        log.skip();
                        session.flush()?;
                        assert_eq!(log.take().len(), 1, "change {number}");
                        session.flush()?;
                        assert!(log.take().is_empty(), "change {number} is written again");
                        let now = session[&row].clone();
                        *session.edit(&row)? = now;
                        session.flush()?;
                        assert!(log.take().is_empty(), "change {number} is seen again");
                        session.refresh(&row)?;
                        let read = session[&row].clone();
                        *session.edit(&row)? = read;
                        session.flush()?;
                        assert_eq!(log.take(), log.expected(["SELECT measurements"]), "change {number} is seen after it is read");
                    }
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn moments_long_ago_and_far_ahead_are_kept_and_found() {
                let (orm, _) = open();
                let moment = |year| NaiveDate::from_ymd_opt(year, 12, 10).unwrap().and_hms_opt(1, 2, 3).unwrap();
                let years = [1815, 1969, 2038, 2999];
                orm.session(|session| {
                    for year in years {
                        let mut draft = measurement();
                        draft.taken_at = moment(year);
                        let _ = session.persist(draft)?;
                        session.flush()?;
                    }
                    Ok(())
                })
                .unwrap();
                let stored = |session: &mut Session<'_, B>| -> Result<Vec<NaiveDateTime>> {
                    let mut moments = Vec::new();
                    session.query::<Measurement>(measurements::table.order(measurements::id)).stream(|row| {
                        moments.push(row.taken_at);
                        Ok::<_, Error>(())
                    })?;
                    Ok(moments)
                };
                orm.session(|session| {
                    assert_eq!(stored(session)?, years.map(moment));
                    let ada = measurements::table.filter(measurements::taken_at.eq(moment(1815)));
                    let ada = session.query::<Measurement>(ada).one()?;
                    assert_eq!(session.select(Measurement::TAKEN_AT.ge(moment(2038))).count()?, 2);
                    session.edit(&ada)?.taken_at = moment(1852);
                    session.flush()?;
                    let rows = session.query::<Measurement>(measurements::table.order(measurements::id)).all()?;
                    for (row, year) in rows.iter().zip([1, 1852, 2500, 9000]) {
                        session.edit(row)?.taken_at = moment(year);
                    }
                    session.flush()?;
                    assert_eq!(stored(session)?, [1, 1852, 2500, 9000].map(moment));
                    session.compute(&rows[0], measurements::taken_at, moment(1700).into_sql::<Timestamp>())?;
                    session.flush()?;
                    assert_eq!(session[&rows[0]].taken_at, moment(1700));
                    let new: Vec<_> = years
                        .map(|year| {
                            let mut draft = measurement();
                            draft.taken_at = moment(year);
                            draft
                        })
                        .into_iter()
                        .map(|draft| session.persist(draft))
                        .collect::<Result<_>>()?;
                    session.flush()?;
                    let rows = session.promote(&new)?;
                    for row in &rows {
                        session.refresh(row)?;
                    }
                    let moments: Vec<_> = rows.iter().map(|row| session[row].taken_at).collect();
                    assert_eq!(moments, years.map(moment));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn the_order_of_keys_in_json_is_no_change() {
                let (orm, log) = open();
                orm.session(|session| {
                    let row = session.persist(measurement())?;
                    session.flush()?;
                    let row = session.promote(&row)?;
                    log.skip();
                    session.edit(&row)?.detail = json!({ "a": { "y": true, "z": "é" }, "b": [1, 2.5, null] });
                    session.flush()?;
                    assert!(log.take().is_empty());
                    session.edit(&row)?.detail = json!({ "a": { "y": true, "z": "é" }, "b": [2.5, 1, null] });
                    session.flush()?;
                    log.expect(["UPDATE measurements (detail)"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn minus_zero_is_a_change_of_zero() {
                let (orm, log) = open();
                orm.session(|session| {
                    let row = session.persist(measurement().estimate(0.0))?;
                    session.flush()?;
                    let row = session.promote(&row)?;
                    log.skip();
                    session.edit(&row)?.estimate = Some(-0.0);
                    session.flush()?;
                    log.expect(["UPDATE measurements (estimate)"]);
                    session.refresh(&row)?;
                    let negative = session[&row].estimate.is_some_and(f64::is_sign_negative);
                    assert_eq!(negative, <H as Harness<B>>::FLAVOUR.stores_negative_zero());
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn nan_is_no_change_of_nan() {
                let (orm, log) = open();
                let nan = <H as Harness<B>>::FLAVOUR.nan();
                orm.session(|session| {
                    let row = session.persist(measurement().estimate(f64::NAN))?;
                    if nan == Nan::Refused {
                        assert!(session.flush().unwrap_err().failure().is_some());
                        session.edit_draft(&row)?.estimate = Some(0.0);
                    }
                    session.flush()?;
                    let row = session.promote(&row)?;
                    log.skip();
                    if nan == Nan::Refused {
                        session.edit(&row)?.estimate = Some(f64::NAN);
                        for _ in 0..2 {
                            assert!(session.flush().unwrap_err().failure().is_some());
                            assert!(session[&row].estimate.is_some_and(f64::is_nan));
                        }
                        log.expect(["UPDATE measurements (estimate)", "UPDATE measurements (estimate)"]);
                        session.edit(&row)?.estimate = Some(0.0);
                        session.flush()?;
                        assert!(log.take().is_empty());
                        return Ok(());
                    }
                    session.edit(&row)?.estimate = Some(f64::NAN);
                    session.flush()?;
                    assert!(log.take().is_empty());
                    session.edit(&row)?.estimate = Some(0.0);
                    session.flush()?;
                    session.edit(&row)?.estimate = Some(f64::NAN);
                    session.flush()?;
                    log.expect(["UPDATE measurements (estimate)", "UPDATE measurements (estimate)"]);
                    session.refresh(&row)?;
                    assert_eq!(session[&row].estimate.is_some_and(f64::is_nan), nan == Nan::Kept);
                    log.skip();
                    session.flush()?;
                    assert!(log.take().is_empty());
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn an_enumeration_and_a_key_of_its_own_type_are_compared_by_value() {
                let (orm, log) = open();
                let id = DeviceId(uuid::Uuid::from_u128(u128::MAX));
                orm.session(|session| {
                    let device = session.persist(Device { id, name: "pager".into(), kind: DeviceKind::Phone })?;
                    session.flush()?;
                    log.skip();
                    session.edit(&device)?.kind = DeviceKind::Phone;
                    session.flush()?;
                    session.edit(&device)?.kind = DeviceKind::Tablet;
                    session.flush()?;
                    log.expect(["UPDATE devices (kind)"]);
                    session.refresh(&device)?;
                    assert_eq!((session[&device].id, session[&device].kind), (id, DeviceKind::Tablet));
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
