//! Relations of several columns: their order, their drafts, links and unlinks, and columns that two relations share.

#[doc(hidden)]
#[macro_export]
macro_rules! composite_behaviours {
    ($backend:ty, $harness:ty) => {
        mod composite {
            use $crate::moored::entity::{IntoKey, Model};
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            /// A hall with stalls of these numbers, in the database.
            fn hall(orm: &Orm<B>, stalls: &[i32]) -> i32 {
                let hall = orm.session(|session| {
                    let hall = session.persist(NewHall::new("hall"))?;
                    for &number in stalls {
                        session.persist(NewStall::new(&hall, number))?;
                    }
                    session.flush()?;
                    let hall = session.promote(&hall)?;
                    Ok(session[&hall].id)
                });
                hall.unwrap()
            }

            fn stall(hall: i32, number: i32) -> Key<Stall> {
                Key::new((hall, number))
            }

            fn ticket(orm: &Orm<B>, hall: i32, number: i32) -> i32 {
                orm.session(|session| {
                    let ticket = session.persist(NewTicket::new(stall(hall, number)))?;
                    session.flush()?;
                    let ticket = session.promote(&ticket)?;
                    Ok(session[&ticket].id)
                })
                .unwrap()
            }

            /// The row as the database has it.
            fn stored<E: Entity<B>>(orm: &Orm<B>, key: impl IntoKey<E>) -> E {
                orm.session(|session| {
                    let row = session.find::<E>(key)?.required()?;
                    Ok(session[&row].clone())
                })
                .unwrap()
            }

            #[test]
            fn a_graph_is_written_in_any_order_of_its_rows_in_the_fewest_statements() {
                let (orm, log) = open();
                let (hall, rows) = orm
                    .session(|session| {
                        // Everything is persisted before what it refers to.
                        let nowhere = stall(0, 0);
                        let stamp = session.persist(NewStamp::new(7, Key::<Pass>::new((0, 0, 0))))?;
                        let passes = [
                            session.persist(NewPass::new(&nowhere, 1))?,
                            session.persist(NewPass::new(&nowhere, 2))?,
                        ];
                        let tickets = [
                            session.persist(NewTicket::new(&nowhere))?,
                            session.persist(NewTicket::new(&nowhere).swap(&nowhere))?,
                        ];
                        let plaque = session.persist(NewPlaque::new(&nowhere, "Here sat Arya"))?;
                        let stalls = [
                            session.persist(NewStall::new(Key::<Hall>::new(0), 1))?,
                            session.persist(NewStall::new(Key::<Hall>::new(0), 2))?,
                        ];
                        let hall = session.persist(NewHall::new("hall"))?;
                        session.link(&stamp, Stamp::pass(), &passes[1])?;
                        for number in 0..2 {
                            session.link(&passes[number], Pass::stall(), &stalls[number])?;
                            session.link(&tickets[number], Ticket::stall(), &stalls[number])?;
                            session.link(&stalls[number], Stall::hall(), &hall)?;
                        }
                        session.link(&tickets[1], Ticket::swap(), &stalls[0])?;
                        session.link(&plaque, Plaque::stall(), &stalls[1])?;
                        log.skip();
                        session.flush()?;
                        let mut expected = vec!["B".to_owned(), "INSERT halls".into()];
                        expected.extend(samples::inserts(&orm, "stalls", 2, 3));
                        expected.extend(samples::inserts(&orm, "tickets", 2, 5));
                        expected.extend(samples::inserts(&orm, "passes", 2, 3));
                        expected.extend(["INSERT stamps", "INSERT plaques", "C"].map(String::from));
                        log.expect_in_any_order(expected);
                        let (hall, stamp) = session.promote((&hall, &stamp))?;
                        let hall = session[&hall].id;
                        let tickets = session.promote(&tickets)?;
                        let second = &session[&tickets[1]];
                        assert_eq!((second.hall_id, second.number), (hall, 2));
                        assert_eq!((second.swap_hall, second.swap_number), (Some(hall), Some(1)));
                        Ok((hall, (session[&stamp].clone(), second.clone())))
                    })
                    .unwrap();
                assert_eq!(stored::<Stamp>(&orm, 7), rows.0);
                assert_eq!(rows.0, Stamp { id: 7, hall_id: Key::new(hall), number: 2, day: 2 });
                assert_eq!(stored::<Ticket>(&orm, rows.1.id), rows.1);
                assert_eq!(stored::<Plaque>(&orm, (hall, 2)).text, "Here sat Arya");
                assert_eq!(stored::<Pass>(&orm, (hall, 1, 1)).day, 1);
            }

            #[test]
            fn a_draft_refers_to_a_row_by_a_handle_of_any_state_or_by_its_key() {
                let (orm, log) = open();
                let hall = hall(&orm, &[1, 2]);
                orm.session(|session| {
                    let managed = session.find::<Stall>((hall, 1))?.required()?;
                    let reference = session.reference::<Stall>((hall, 2))?;
                    log.skip();
                    let drafts = [
                        session.persist(NewTicket::new(&managed).swap(&reference))?,
                        session.persist(NewTicket::new(&reference).swap(&managed))?,
                        session.persist(NewTicket::new(stall(hall, 2)).swap(stall(hall, 1)))?,
                    ];
                    session.flush()?;
                    log.expect(samples::in_transaction(samples::inserts(&orm, "tickets", 3, 5)));
                    let numbers: Vec<_> = session
                        .promote(&drafts)?
                        .iter()
                        .map(|ticket| (session[ticket].number, session[ticket].swap_number))
                        .collect();
                    assert_eq!(numbers, [(1, Some(2)), (2, Some(1)), (2, Some(1))]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_row_changes_its_parent_by_the_columns_that_differ() {
                let (orm, log) = open();
                let hall = hall(&orm, &[1, 2]);
                let id = ticket(&orm, hall, 1);
                orm.session(|session| {
                    let ticket = session.find::<Ticket>(id)?.required()?;
                    session.link(&ticket, Ticket::stall(), stall(hall, 2))?;
                    assert_eq!(session[&ticket].number, 2);
                    log.skip();
                    session.flush()?;
                    log.expect(["UPDATE tickets (number, version)"]);
                    // To a row that is not there yet, of a hall that is not there either.
                    let other = session.persist(NewHall::new("other"))?;
                    let new = session.persist(NewStall::new(&other, 7))?;
                    session.link(&ticket, Ticket::stall(), &new)?;
                    session.flush()?;
                    log.expect([
                        "B",
                        "INSERT halls",
                        "INSERT stalls",
                        "UPDATE tickets (hall_id, number, version)",
                        "C",
                    ]);
                    let new = session.promote(&new)?;
                    let row = &session[&ticket];
                    assert_eq!((row.hall_id, row.number), (*session[&new].hall_id.value(), 7));
                    assert_eq!(*row, stored::<Ticket>(&orm, id));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn an_optional_relation_is_linked_and_unlinked_in_all_of_its_columns() {
                let (orm, log) = open();
                let hall = hall(&orm, &[1, 2]);
                let id = ticket(&orm, hall, 1);
                orm.session(|session| {
                    let ticket = session.find::<Ticket>(id)?.required()?;
                    let second = session.find::<Stall>((hall, 2))?.required()?;
                    log.skip();
                    session.link(&ticket, Ticket::swap(), &second)?;
                    session.flush()?;
                    log.expect(["UPDATE tickets (swap_hall, swap_number, version)"]);
                    assert_eq!(session[&ticket].swap_number, Some(2));
                    session.unlink(&ticket, Ticket::swap())?;
                    session.flush()?;
                    log.expect(["UPDATE tickets (swap_hall, swap_number, version)"]);
                    let row = stored::<Ticket>(&orm, id);
                    assert_eq!((row.swap_hall, row.swap_number, row.number), (None, None, 1));
                    // Set and set back is nothing.
                    session.link(&ticket, Ticket::swap(), &second)?;
                    session.unlink(&ticket, Ticket::swap())?;
                    log.skip();
                    session.flush()?;
                    assert!(log.take().is_empty());
                    // A draft is unlinked as well: from a row, and from what has no key yet.
                    let new = session.persist(NewStall::new(Key::<Hall>::new(hall), 3))?;
                    let drafts = [
                        session.persist(NewTicket::new(&second).swap(&new))?,
                        session.persist(NewTicket::new(&second).swap(&second))?,
                    ];
                    session.unlink(&drafts[0], Ticket::swap())?;
                    session.unlink(&drafts[1], Ticket::swap())?;
                    session.flush()?;
                    for ticket in session.promote(&drafts)? {
                        assert_eq!((session[&ticket].swap_hall, session[&ticket].swap_number), (None, None));
                    }
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_column_of_the_own_key_stays_when_a_relation_is_unlinked() {
                let (orm, log) = open();
                let hall = hall(&orm, &[1, 2]);
                orm.session(|session| {
                    let first = session.find::<Stall>((hall, 1))?.required()?;
                    session.link(&first, Stall::neighbour(), stall(hall, 2))?;
                    log.skip();
                    session.flush()?;
                    log.expect(["UPDATE stalls (beside)"]);
                    assert_eq!(stored::<Stall>(&orm, (hall, 1)).beside, Some(2));
                    log.skip();
                    session.unlink(&first, Stall::neighbour())?;
                    session.flush()?;
                    log.expect(["UPDATE stalls (beside)"]);
                    let row = stored::<Stall>(&orm, (hall, 1));
                    assert_eq!((row.hall_id, row.beside), (Key::new(hall), None));
                    // To a row of the same hall that is not there yet.
                    let third = session.persist(NewStall::new(Key::<Hall>::new(hall), 3))?;
                    session.link(&first, Stall::neighbour(), &third)?;
                    log.skip();
                    session.flush()?;
                    log.expect(["B", "INSERT stalls", "UPDATE stalls (beside)", "C"]);
                    assert_eq!(session[&first].beside, Some(3));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn rows_are_deleted_before_those_that_they_refer_to() {
                let (orm, log) = open();
                let hall = hall(&orm, &[1]);
                let id = ticket(&orm, hall, 1);
                orm.session(|session| {
                    session.persist(NewPass::new(stall(hall, 1), 5))?;
                    session.flush()?;
                    let parent = session.find::<Hall>(hall)?.required()?;
                    let seat = session.find::<Stall>((hall, 1))?.required()?;
                    let pass = session.find::<Pass>((hall, 1, 5))?.required()?;
                    let ticket = session.find::<Ticket>(id)?.required()?;
                    let _ = session.remove(parent)?;
                    let _ = session.remove(seat)?;
                    let _ = session.remove(pass)?;
                    let _ = session.remove(ticket)?;
                    log.skip();
                    session.flush()?;
                    let mut sent = log.take();
                    sent.get_mut(1..3).unwrap().sort();
                    assert_eq!(
                        sent,
                        ["B", "DELETE passes", "DELETE tickets", "DELETE stalls", "DELETE halls", "C"]
                    );
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_row_moves_away_from_one_that_is_deleted() {
                let (orm, log) = open();
                let hall = hall(&orm, &[1, 2]);
                let id = ticket(&orm, hall, 1);
                orm.session(|session| {
                    let first = session.find::<Stall>((hall, 1))?.required()?;
                    let ticket = session.find::<Ticket>(id)?.required()?;
                    let _ = session.remove(first)?;
                    session.link(&ticket, Ticket::stall(), stall(hall, 2))?;
                    log.skip();
                    session.flush()?;
                    log.expect(["B", "UPDATE tickets (number, version)", "DELETE stalls", "C"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_link_to_a_removed_row_is_refused_by_its_key_too() {
                let (orm, _) = open();
                let hall = hall(&orm, &[1]);
                orm.session(|session| {
                    let first = session.find::<Stall>((hall, 1))?.required()?;
                    let _ = session.remove(first)?;
                    session.persist(NewTicket::new(stall(hall, 1)))?;
                    let refused = session.flush();
                    assert!(
                        matches!(
                            refused,
                            Err(Error::RemovedTarget { entity: "Ticket", relation: "stall", .. })
                        ),
                        "{refused:?}"
                    );
                    session.discard();
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_circle_is_broken_where_a_column_takes_null() {
                let (orm, log) = open();
                orm.session(|session| {
                    let hall = session.persist(NewHall::new("hall"))?;
                    let (one, two) = (
                        session.persist(NewStall::new(&hall, 1))?,
                        session.persist(NewStall::new(&hall, 2))?,
                    );
                    session.link(&one, Stall::neighbour(), &two)?;
                    session.link(&two, Stall::neighbour(), &one)?;
                    session.flush()?;
                    log.expect([
                        "B",
                        "INSERT halls",
                        "INSERT stalls",
                        "INSERT stalls",
                        "UPDATE stalls (beside)",
                        "C",
                    ]);
                    let (one, two) = session.promote((&one, &two))?;
                    assert_eq!((session[&one].beside, session[&two].beside), (Some(2), Some(1)));
                    session.refresh(&one)?;
                    session.refresh(&two)?;
                    assert_eq!((session[&one].beside, session[&two].beside), (Some(2), Some(1)));
                    log.skip();
                    let _ = session.remove(one)?;
                    let _ = session.remove(two)?;
                    session.flush()?;
                    log.expect(["B", "UPDATE stalls (beside)", "DELETE stalls", "DELETE stalls", "C"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_row_that_refers_to_itself_is_written_at_once() {
                let (orm, log) = open();
                let hall = hall(&orm, &[]);
                orm.session(|session| {
                    let own = session.persist(NewStall::new(Key::<Hall>::new(hall), 1))?;
                    session.link(&own, Stall::neighbour(), &own)?;
                    log.skip();
                    session.flush()?;
                    log.expect(["INSERT stalls"]);
                    assert_eq!(stored::<Stall>(&orm, (hall, 1)).beside, Some(1));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_flush_that_failed_can_be_tried_again_with_keys_of_its_own() {
                let (orm, _) = open();
                orm.session(|session| {
                    let hall = session.persist(NewHall::new("hall"))?;
                    let one = session.persist(NewStall::new(&hall, 1))?;
                    let two = session.persist(NewStall::new(&hall, 2).neighbour(&one))?;
                    let ticket = session.persist(NewTicket::new(&one).swap(&two))?;
                    let stray = session.persist(NewPlaque::new(stall(-1, -1), "nowhere"))?;
                    let refused = session.flush();
                    assert!(matches!(refused, Err(Error::Database { .. })), "{refused:?}");
                    session.remove(stray)?;
                    session.flush()?;
                    let (hall, two, ticket) = session.promote((&hall, &two, &ticket))?;
                    let id = session[&hall].id;
                    assert_eq!((session[&two].hall_id, session[&two].beside), (Key::new(id), Some(1)));
                    let row = &session[&ticket];
                    assert_eq!((row.hall_id, row.number, row.swap_number), (id, 1, Some(2)));
                    assert_eq!(*row, stored::<Ticket>(&orm, row.id));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_rollback_gives_the_relation_back() {
                let (orm, log) = open();
                let hall = hall(&orm, &[1, 2]);
                let id = ticket(&orm, hall, 1);
                orm.session(|session| {
                    let ticket = session.find::<Ticket>(id)?.required()?;
                    let undone: Result<()> = session.transaction(|tx| {
                        let new = tx.persist(NewStall::new(Key::<Hall>::new(hall), 3))?;
                        tx.link(&ticket, Ticket::stall(), &new)?;
                        tx.link(&ticket, Ticket::swap(), stall(hall, 2))?;
                        tx.flush()?;
                        assert_eq!((tx[&ticket].number, tx[&ticket].swap_number), (3, Some(2)));
                        samples::give_up()
                    });
                    assert!(undone.is_err());
                    log.skip();
                    let row = &session[&ticket];
                    assert_eq!((row.number, row.swap_hall, row.swap_number), (1, None, None));
                    session.flush()?;
                    assert!(log.take().is_empty());
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn keys_that_disagree_about_a_shared_column_are_refused_when_the_draft_is_persisted() {
                let (orm, log) = open();
                let (one, other) = (hall(&orm, &[1]), hall(&orm, &[1]));
                orm.session(|session| {
                    log.skip();
                    let by_key = NewStall::new(Key::<Hall>::new(one), 2).neighbour(stall(other, 1));
                    let refused = session.persist(by_key).map(drop);
                    assert!(
                        matches!(
                            refused,
                            Err(Error::LinksDisagree { entity: "Stall", relation: "neighbour" })
                        ),
                        "{refused:?}"
                    );
                    let reference = session.reference::<Stall>((other, 1))?;
                    let refused = session
                        .persist(NewStall::new(Key::<Hall>::new(one), 2).neighbour(&reference))
                        .map(drop);
                    assert!(matches!(refused, Err(Error::LinksDisagree { .. })), "{refused:?}");
                    let parent = session.reference::<Hall>(one)?;
                    let refused = session.persist(NewStall::new(&parent, 2).neighbour(&reference)).map(drop);
                    assert!(matches!(refused, Err(Error::LinksDisagree { .. })), "{refused:?}");
                    assert!(!session.has_changes());
                    assert!(log.take().is_empty());
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn rows_that_disagree_about_a_shared_column_are_refused_by_the_flush() {
                let (orm, _) = open();
                let count = || orm.session(|session| session.query::<Stall>(stalls::table).count()).unwrap();
                orm.session(|session| {
                    let (one, other) =
                        (session.persist(NewHall::new("one"))?, session.persist(NewHall::new("other"))?);
                    let elsewhere = session.persist(NewStall::new(&other, 1))?;
                    let new = session.persist(NewStall::new(&one, 2).neighbour(&elsewhere))?;
                    for _ in 0..2 {
                        let refused = session.flush();
                        assert!(
                            matches!(refused, Err(Error::LinksDisagree { entity: "Stall", .. })),
                            "{refused:?}"
                        );
                    }
                    assert_eq!(count(), 0);
                    session.link(&new, Stall::hall(), &other)?;
                    session.flush()?;
                    let (elsewhere, new) = session.promote((&elsewhere, &new))?;
                    assert_eq!(session[&new].hall_id, session[&elsewhere].hall_id);
                    assert_eq!(session[&new].beside, Some(1));
                    Ok(())
                })
                .unwrap();
                assert_eq!(count(), 2);
            }

            #[test]
            fn the_key_of_a_row_is_not_changed_by_a_link() {
                let (orm, log) = open();
                let (one, other) = (hall(&orm, &[1]), hall(&orm, &[1]));
                orm.session(|session| {
                    let first = session.find::<Stall>((one, 1))?.required()?;
                    session.link(&first, Stall::neighbour(), stall(other, 1))?;
                    log.skip();
                    let refused = session.flush();
                    assert!(matches!(refused, Err(Error::KeyChanged(_))), "{refused:?}");
                    assert!(log.take().is_empty());
                    session.discard();
                    // That a row which is not written yet is in another hall is seen when that is.
                    let elsewhere = session.persist(NewHall::new("new"))?;
                    let new = session.persist(NewStall::new(&elsewhere, 1))?;
                    session.link(&first, Stall::neighbour(), &new)?;
                    let refused = session.flush();
                    assert!(matches!(refused, Err(Error::KeyChanged(_))), "{refused:?}");
                    assert_eq!((session[&first].hall_id, session[&first].beside), (Key::new(one), None));
                    session.discard();
                    Ok(())
                })
                .unwrap();
                assert_eq!(stored::<Stall>(&orm, (one, 1)).beside, None);
            }

            #[test]
            fn a_deferred_relation_is_linked_to_a_row_that_is_written_later() {
                let (orm, _) = open();
                let hall = hall(&orm, &[1]);
                orm.session(|session| {
                    let parent = session.reference::<Hall>(hall)?;
                    let claim = session.persist(NewClaim::new(1, stall(hall, 1)))?;
                    let new = session.persist(NewStall::new(&parent, 2))?;
                    session.link(&claim, Claim::stall(), &new)?;
                    session.flush()?;
                    // Of a hall that is new, its key has to be made first.
                    let other = session.persist(NewHall::new("other"))?;
                    let newer = session.persist(NewStall::new(&other, 3))?;
                    let second = session.persist(NewClaim::new(2, &newer))?;
                    session.flush()?;
                    let (other, second) = session.promote((&other, &second))?;
                    assert_eq!(session[&second].hall_id, session.key(&other));
                    // And gone before its claim is.
                    let claim = session.promote(&claim)?;
                    let new = session.promote(&new)?;
                    let _ = session.remove(new)?;
                    let _ = session.remove(claim)?;
                    session.flush()?;
                    assert_eq!(session.query::<Claim>(claims::table).count()?, 1);
                    Ok(())
                })
                .unwrap();
                assert_eq!(stored::<Claim>(&orm, 2).number, 3);
            }

            #[test]
            fn a_row_whose_key_is_that_of_another_is_found_by_it() {
                let (orm, _) = open();
                let hall = hall(&orm, &[1]);
                orm.session(|session| {
                    let seat = session.find::<Stall>((hall, 1))?.required()?;
                    let plaque = session.persist(NewPlaque::new(&seat, "Arya"))?;
                    let twice = session.persist(NewPlaque::new(&seat, "No One"))?;
                    let refused = session.flush();
                    assert!(matches!(refused, Err(Error::Database { .. })), "{refused:?}");
                    session.remove(twice)?;
                    session.flush()?;
                    let plaque = session.promote(&plaque)?;
                    let found = session.find::<Plaque>((hall, 1))?.required()?;
                    assert_eq!(session[&found].text, session[&plaque].text);
                    let refused = session.persist(NewPlaque::new(&seat, "No One")).map(drop);
                    assert!(matches!(refused, Err(Error::AlreadyManaged(_))), "{refused:?}");
                    Ok(())
                })
                .unwrap();
                let [relation] = Plaque::meta().relations else { panic!("one relation") };
                assert!(relation.one, "the key is unique");
            }
        }
    };
}
