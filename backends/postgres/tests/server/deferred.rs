//! Unique sets whose constraint the server checks at the end of the transaction.

use diesel::prelude::*;
use moored::backend::FailureKind;
use moored::prelude::*;
use moored_postgres::Postgres;

use crate::shop::{Shop, refused};

diesel::table! { seats (id) { id -> Integer, row -> Integer, place -> Integer, ticket -> Integer } }

#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = seats)]
#[entity(deferred_unique(row, place))]
struct Seat {
    #[entity(key)]
    id: i32,
    row: i32,
    place: i32,
    #[entity(deferred_unique)]
    ticket: i32,
}

const SEATS: &str = "
    CREATE TABLE seats (id INTEGER PRIMARY KEY, \"row\" INTEGER NOT NULL, place INTEGER NOT NULL, ticket INTEGER NOT NULL,
        UNIQUE (\"row\", place) DEFERRABLE INITIALLY DEFERRED, UNIQUE (ticket) DEFERRABLE INITIALLY DEFERRED);
    INSERT INTO seats VALUES (1, 1, 1, 1), (2, 1, 2, 2), (3, 1, 3, 3)";

fn rotate(uow: &mut UnitOfWork<'_, Postgres>, places: [i32; 3]) -> moored::Result<()> {
    for (id, place) in (1..).zip(places) {
        let seat = uow.find::<Seat>(id)?.required()?;
        let seat = uow.edit(&seat)?;
        (seat.place, seat.ticket) = (place, place);
    }
    Ok(())
}

#[test]
fn rows_rotate_their_values_without_letting_go_of_them_first() {
    let shop = Shop::open(SEATS);
    shop.orm
        .session(|session| {
            rotate(session, [2, 3, 1])?;
            assert_eq!(session.plan()?.to_string(), "1. UPDATE Seat (place, ticket) × 3: 1, 2, 3\n");
            shop.log.skip();
            session.flush()?;
            shop.log.expect(["B", "UPDATE seats (place, ticket)", "C"]);
            Ok(())
        })
        .unwrap();
    assert_eq!(shop.number("SELECT count(*) FROM seats WHERE ticket = place AND place = id % 3 + 1"), 3);
}

#[test]
fn a_value_that_two_rows_have_in_the_end_is_refused_and_nothing_is_lost() {
    let shop = Shop::open(SEATS);
    shop.orm
        .session(|session| {
            rotate(session, [2, 3, 3])?;
            let pending = session.plan()?;
            refused(session.flush(), FailureKind::Unique);
            assert_eq!(session.plan()?, pending);
            // Inside a transaction it shows at its end.
            let ended = session.transaction(|tx| {
                rotate(tx, [2, 2, 2])?;
                tx.flush()
            });
            refused(ended, FailureKind::Unique);
            assert_eq!(session.plan()?, pending);
            rotate(session, [2, 3, 1])?;
            session.flush()
        })
        .unwrap();
    assert_eq!(shop.number("SELECT count(*) FROM seats WHERE place = id % 3 + 1"), 3);
}
