//! Updates that go many rows to a statement: what is written, and which row is named when one of them is stale.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test")]

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use moored::prelude::*;
use moored::{Error, StatementLog};
use moored_sqlite::Sqlite;

diesel::table! {
    seats (hall, number) {
        hall -> Text,
        number -> Integer,
        guest -> Nullable<Text>,
        price -> Double,
        version -> Integer,
    }
}

#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = seats)]
struct Seat {
    #[entity(key)]
    hall: String,
    #[entity(key)]
    number: i32,
    guest: Option<String>,
    price: f64,
    #[entity(version)]
    version: i32,
}

const SEATS: i32 = 130;

fn hall() -> (Orm<Sqlite>, StatementLog) {
    let log = StatementLog::new();
    let sink = log.clone();
    let orm = Orm::<Sqlite>::builder(":memory:").instrument(move || sink.clone()).build().unwrap();
    raw(&orm, |connection| {
        connection.batch_execute(
            "CREATE TABLE seats (hall TEXT NOT NULL, number INTEGER NOT NULL, guest TEXT, price DOUBLE NOT NULL,
                version INTEGER NOT NULL, PRIMARY KEY (hall, number));
             WITH RECURSIVE count(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count WHERE n < 130)
             INSERT INTO seats SELECT 'main', n, 'guest ' || n, n, 1 FROM count;",
        )
    });
    log.take();
    (orm, log)
}

/// Plain Diesel on a connection of its own.
fn raw<R>(orm: &Orm<Sqlite>, work: impl FnOnce(&mut SqliteConnection) -> QueryResult<R>) -> R {
    orm.with_connection(|connection| Ok::<_, Error>(work(connection).unwrap())).unwrap()
}

fn all(orm: &Orm<Sqlite>) -> Vec<Seat> {
    raw(orm, |connection| seats::table.order(seats::number).load(connection))
}

/// Edits every seat, lets `meanwhile` happen elsewhere, and flushes.
fn edit_all(orm: &Orm<Sqlite>, meanwhile: &str) -> moored::Result<()> {
    orm.session(|session| {
        for seat in session.query::<Seat>(seats::table).all()? {
            let seat = session.edit(&seat)?;
            seat.guest = (seat.number % 2 == 0).then(|| format!("new {}", seat.number));
            seat.price += 0.5;
        }
        raw(orm, |connection| connection.batch_execute(meanwhile));
        let flushed = session.flush();
        if flushed.is_err() {
            session.discard();
        }
        flushed
    })
}

#[test]
fn every_row_gets_its_own_values() {
    let (orm, log) = hall();
    edit_all(&orm, "").unwrap();
    let updates = log.take().iter().filter(|statement| statement.starts_with("UPDATE")).count();
    assert_eq!(updates, 2 + 30, "two statements of fifty rows, and the rest one by one");
    for seat in all(&orm) {
        let guest = (seat.number % 2 == 0).then(|| format!("new {}", seat.number));
        let price = f64::from(seat.number) + 0.5;
        assert_eq!(seat, Seat { hall: "main".into(), guest, price, version: 2, ..seat.clone() });
    }
    assert_eq!(all(&orm).len(), SEATS as usize);
}

#[test]
fn a_stale_row_among_many_is_named() {
    for (meanwhile, key) in [
        ("UPDATE seats SET version = 9 WHERE number = 77", "77"),
        ("DELETE FROM seats WHERE number = 42", "42"),
        ("UPDATE seats SET version = 9 WHERE number = 130", "130"),
    ] {
        let (orm, _log) = hall();
        match edit_all(&orm, meanwhile).unwrap_err() {
            Error::Stale(row) => assert!(row.to_string().contains(key), "{row} is not seat {key}"),
            other => panic!("{other}"),
        }
        assert!(all(&orm).iter().all(|seat| seat.version != 2), "nothing was written");
    }
}
