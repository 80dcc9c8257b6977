//! Keys of every kind in batches of every size: each row gets its own values, and no other row any.

#[doc(hidden)]
#[macro_export]
macro_rules! batch_keys_behaviours {
    ($backend:ty, $harness:ty) => {
        mod batch_keys {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            /// Texts that a careless comparison takes for each other.
            const ALIKE: [&str; 24] = [
                "a", "A", "á", "à", "a\u{301}", "ä", "Å", "\u{212B}", "a ", "a  ", " a", "a\t", "", " ",
                "ss", "ß", "SS", "ẞ", "i", "I", "İ", "ı", "\u{FB01}", "fi",
            ];

            fn number(row: usize) -> i32 {
                i32::try_from(row).unwrap()
            }

            #[test]
            fn texts_that_look_alike_are_different_keys() {
                let (orm, log) = open();
                orm.session(|session| {
                    let tags = ALIKE.map(|label| Tag { label: label.into(), color: format!("{label}, new") });
                    let tags =
                        tags.into_iter().map(|tag| session.persist(tag)).collect::<Result<Vec<_>>>()?;
                    session.flush()?;
                    for tag in &tags {
                        let color = format!("{}, edited", session[tag].label);
                        session.edit(tag)?.color = color;
                    }
                    log.skip();
                    session.flush()?;
                    let updates = samples::updates(&orm, "UPDATE tags (color)", ALIKE.len());
                    log.expect(samples::in_transaction(updates));
                    Ok(())
                })
                .unwrap();
                orm.session(|session| {
                    let tags = session.find_many::<Tag, _>(ALIKE)?.required()?;
                    for (tag, label) in tags.iter().zip(ALIKE) {
                        let expected = Tag { label: label.into(), color: format!("{label}, edited") };
                        assert_eq!(session[tag], expected);
                    }
                    for tag in tags.into_iter().step_by(2) {
                        let _ = session.remove(tag)?;
                    }
                    session.flush()
                })
                .unwrap();
                orm.session(|session| {
                    for (place, label) in ALIKE.into_iter().enumerate() {
                        let tag = session.find::<Tag>(label)?;
                        assert_eq!(
                            tag.map(|tag| session[&tag].label.as_str()),
                            (place % 2 == 1).then_some(label)
                        );
                    }
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn texts_that_look_alike_are_different_parts_of_a_key() {
                let (orm, _) = open();
                let arya = samples::author(&orm, "Arya");
                let books = ["Needle", "Dagger"].map(|title| samples::book(&orm, title, arya));
                let keys: Vec<_> = ALIKE.iter().flat_map(|label| books.map(|book| (book, *label))).collect();
                orm.session(|session| {
                    for label in ALIKE {
                        let _ = session.persist(Tag { label: label.into(), color: "x".into() })?;
                    }
                    let links = keys.iter().map(|&(book_id, label)| {
                        session.persist(BookTag { book_id, tag_label: Key::new(label), weight: 0 })
                    });
                    let links = links.collect::<Result<Vec<_>>>()?;
                    session.flush()?;
                    for (place, link) in links.iter().enumerate() {
                        session.edit(link)?.weight = 100 + number(place);
                    }
                    session.flush()
                })
                .unwrap();
                orm.session(|session| {
                    let links = session.find_many::<BookTag, _>(keys.iter().copied())?.required()?;
                    for (place, link) in links.iter().enumerate() {
                        assert_eq!(session[link].weight, 100 + number(place), "{:?}", session[link]);
                    }
                    for link in links.into_iter().step_by(3) {
                        let _ = session.remove(link)?;
                    }
                    session.flush()?;
                    let left = session.find_many::<BookTag, _>(keys.iter().copied())?;
                    assert!(left.iter().enumerate().all(|(place, link)| link.is_none() == (place % 3 == 0)));
                    let count = u64::try_from(keys.len() - keys.len().div_ceil(3)).unwrap();
                    assert_eq!(session.query::<BookTag>(book_tags::table).count()?, count);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn keys_of_two_columns_with_a_version_go_through_every_batch() {
                for count in samples::sizes(&open().0, 4) {
                    let (orm, log) = open();
                    let holder = |row: usize| (row % 3 > 0).then(|| format!("holder {row} "));
                    let new = |row: usize| NewSeat {
                        holder: holder(row),
                        ..NewSeat::new(ALIKE[row % ALIKE.len()], number(row / ALIKE.len()))
                    };
                    orm.session(|session| {
                        let drafts = (0..count).map(|row| session.persist(new(row)));
                        let drafts = drafts.collect::<Result<Vec<_>>>()?;
                        session.flush()?;
                        let seats = session.promote(&drafts)?;
                        for (row, seat) in seats.iter().enumerate() {
                            session.edit(seat)?.holder = holder(row + 1);
                        }
                        log.skip();
                        session.flush()?;
                        let updates = samples::updates(&orm, "UPDATE seats (holder, version)", count);
                        log.expect(samples::flush(updates, count));
                        for (row, seat) in seats.iter().enumerate() {
                            assert_eq!(session[seat].version, 2);
                            session.refresh(seat)?;
                            let expected = (holder(row + 1), 2);
                            assert_eq!(
                                (session[seat].holder.clone(), session[seat].version),
                                expected,
                                "{row} of {count}"
                            );
                        }
                        for seat in seats.into_iter().skip(1) {
                            let _ = session.remove(seat)?;
                        }
                        session.flush()?;
                        let left = session.query::<Seat>(seats::table).one()?;
                        assert_eq!((session[&left].venue.as_str(), session[&left].number), (ALIKE[0], 0));
                        Ok(())
                    })
                    .unwrap();
                }
            }

            #[test]
            fn keys_of_bytes_go_through_every_batch() {
                for count in samples::sizes(&open().0, 3) {
                    let (orm, log) = open();
                    let id = |row: usize| {
                        DeviceId(uuid::Uuid::from_u128((row as u128) << 120 | row as u128 * 0x5C27))
                    };
                    let kind = |row: usize| if row % 3 == 0 { DeviceKind::Phone } else { DeviceKind::Tablet };
                    orm.session(|session| {
                        let devices = (0..count).map(|row| {
                            session.persist(Device {
                                id: id(row),
                                name: "new".into(),
                                kind: DeviceKind::Phone,
                            })
                        });
                        let devices = devices.collect::<Result<Vec<_>>>()?;
                        session.flush()?;
                        for (row, device) in devices.iter().enumerate() {
                            let (name, kind) = (format!("device {row}"), kind(row));
                            *session.edit(device)? = Device { id: id(row), name, kind };
                        }
                        session.flush()?;
                        for (row, device) in devices.iter().enumerate() {
                            session.refresh(device)?;
                            let expected =
                                Device { id: id(row), name: format!("device {row}"), kind: kind(row) };
                            assert_eq!(session[device], expected);
                        }
                        for device in devices.into_iter().skip(1) {
                            let _ = session.remove(device)?;
                        }
                        session.flush()?;
                        let left = session.query::<Device>(devices::table).one()?;
                        assert_eq!(session[&left].id, id(0));
                        Ok(())
                    })
                    .unwrap();
                }
            }

            #[test]
            fn keys_of_another_collation_go_through_every_batch() {
                for count in samples::sizes(&open().0, 3) {
                    let (orm, log) = open();
                    let code = |row: usize| format!("place {row:05} é");
                    orm.session(|session| {
                        let drafts = (0..count).map(|row| session.persist(NewPlace::new(code(row))));
                        let drafts = drafts.collect::<Result<Vec<_>>>()?;
                        session.flush()?;
                        let places = session.promote(&drafts)?;
                        // Half of them are within the one before, so that batches have a NULL beside a value.
                        for (row, place) in places.iter().enumerate().skip(1).step_by(2) {
                            session.edit(place)?.within = Some(Key::new(code(row - 1)));
                        }
                        log.skip();
                        session.flush()?;
                        let halves = count / 2;
                        let updates = samples::updates(&orm, "UPDATE places (within, version)", halves);
                        log.expect(samples::flush(updates, halves));
                        for (row, place) in places.iter().enumerate() {
                            session.refresh(place)?;
                            let within = (row % 2 == 1).then(|| Key::new(code(row - 1)));
                            let version = 1 + number(row % 2);
                            assert_eq!((&session[place].within, session[place].version), (&within, version));
                        }
                        for place in places {
                            let _ = session.remove(place)?;
                        }
                        session.flush()?;
                        assert_eq!(session.query::<Place>(places::table).count()?, 0);
                        Ok(())
                    })
                    .unwrap();
                }
            }

            #[test]
            fn versions_of_every_kind_move_in_every_batch() {
                for count in samples::sizes(&open().0, 3) {
                    let (orm, log) = open();
                    orm.session(|session| {
                        let (mut small, mut large, mut leases) = (Vec::new(), Vec::new(), Vec::new());
                        for row in 0..count {
                            small.push(session.persist(NewSmallVersion::new(format!("{row}")))?);
                            large.push(session.persist(NewLargeVersion::new(format!("{row}")))?);
                            leases.push(session.persist(NewLease::new(format!("{row}")))?);
                        }
                        session.flush()?;
                        let (small, large, leases) = session.promote((&small, &large, &leases))?;
                        let before: Vec<_> = leases.iter().map(|row| session[row].touched_at).collect();
                        for round in 0..2 {
                            for ((small, large), lease) in small.iter().zip(&large).zip(&leases) {
                                session.edit(small)?.text.push('!');
                                session.edit(large)?.text.push('!');
                                session.edit(lease)?.holder.push('!');
                            }
                            session.flush()?;
                            for (((small, large), lease), before) in
                                small.iter().zip(&large).zip(&leases).zip(&before)
                            {
                                let (one, two, three) =
                                    (session[small].clone(), session[large].clone(), session[lease].clone());
                                assert_eq!((one.version, two.version), (2 + round, 2 + i64::from(round)));
                                assert!(three.touched_at > *before);
                                session.refresh(small)?;
                                session.refresh(large)?;
                                session.refresh(lease)?;
                                assert_eq!(
                                    (&session[small], &session[large], &session[lease]),
                                    (&one, &two, &three)
                                );
                            }
                        }
                        log.skip();
                        session.flush()?;
                        assert!(log.take().is_empty());
                        Ok(())
                    })
                    .unwrap();
                }
            }
        }
    };
}
