//! Many rows and large ones: split where a statement takes no more, and one unit of work all the same.

use diesel::prelude::*;
use moored::Result;
use moored::backend::FailureKind;
use moored::prelude::*;

use crate::shop::{Shop, refused};

diesel::table! { pairs (a, b) { a -> Integer, b -> Text, value -> Integer } }
diesel::table! { tagged (a, b) { a -> Integer, b -> Integer, tags -> Array<Text> } }
diesel::table! { films (id) { id -> Integer, frames -> Binary } }

#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = pairs)]
struct Pair {
    #[entity(key)]
    a: i32,
    #[entity(key)]
    b: String,
    value: i32,
}

/// PostgreSQL has no array of arrays.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = tagged)]
struct Tagged {
    #[entity(key)]
    a: i32,
    #[entity(key)]
    b: i32,
    tags: Vec<String>,
}

#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = films)]
struct Film {
    #[entity(key)]
    id: i32,
    frames: Vec<u8>,
}

fn pair(number: i32) -> Pair {
    Pair { a: number / 7, b: format!("{}", number % 7), value: number }
}

fn keys(count: i32) -> impl Iterator<Item = (i32, String)> {
    (0..count).map(|number| (number / 7, format!("{}", number % 7)))
}

/// One row more than a statement could bind the values of, one by one.
#[test]
fn rows_beyond_the_bind_limit() {
    let shop =
        Shop::open("CREATE TABLE pairs (a INTEGER, b TEXT, value INTEGER NOT NULL, PRIMARY KEY (a, b))");
    let count = 65_535 / 3 + 1;
    shop.orm
        .session(|session| {
            let rows: Vec<_> = (0..count).map(|row| session.persist(pair(row))).collect::<Result<_>>()?;
            session.flush()?;
            for row in &rows {
                session.edit(row)?.value += 1;
            }
            session.flush()
        })
        .unwrap();
    let sum = format!("SELECT SUM(value - 1 - (a * 7 + b::int)) + {count} - COUNT(*) FROM pairs");
    assert_eq!(shop.number(&sum), 0);
    shop.log.skip();
    shop.orm
        .session(|session| {
            let rows = session.find_many::<Pair, _>(keys(count))?.required()?;
            assert!((0..count).zip(&rows).all(|(row, handle)| session[handle].value == row + 1));
            let asked = shop.log.take().len();
            assert_eq!(asked, 3);
            for row in rows {
                session.remove(row)?;
            }
            session.flush()
        })
        .unwrap();
    assert_eq!(shop.log.take(), ["B", "DELETE pairs", "DELETE pairs", "DELETE pairs", "C"]);
    assert_eq!(shop.number("SELECT COUNT(*) FROM pairs"), 0);
}

/// Ten thousand conditions are more than the server's stack takes, whether the keys are in arrays or in a list.
#[test]
fn keys_of_two_columns_in_tens_of_thousands() {
    let shop = Shop::open(
        "CREATE TABLE tagged (a INTEGER, b INTEGER, tags TEXT[] NOT NULL, PRIMARY KEY (a, b));
         INSERT INTO tagged SELECT n / 7, n % 7, ARRAY[n::text] FROM generate_series(0, 10000) n",
    );
    shop.orm
        .session(|session| {
            // This one learns that there is no array of its rows.
            let first = session.persist(Tagged { a: -1, b: 0, tags: Vec::new() })?;
            let second = session.persist(Tagged { a: -1, b: 1, tags: vec!["a, \"b\"".into()] })?;
            session.flush()?;
            let rows = session.find_many::<Tagged, _>((0..=10_000).map(|n| (n / 7, n % 7)))?.required()?;
            assert!((0..).zip(&rows).all(|(n, row): (i32, _)| session[row].tags == [n.to_string()]));
            for row in rows.into_iter().chain([first, second]) {
                session.remove(row)?;
            }
            session.flush()
        })
        .unwrap();
    assert_eq!(shop.number("SELECT COUNT(*) FROM tagged"), 0);
}

const FILMS: &str =
    "CREATE TABLE films (id INTEGER PRIMARY KEY, frames BYTEA NOT NULL CHECK (get_byte(frames, 0) <> 13));
    ALTER TABLE films ALTER frames SET COMPRESSION lz4";

/// The server needs more memory for a statement than the statement has.
#[test]
fn rows_that_are_too_large_together_go_in_several_statements_or_not_at_all() {
    let shop = Shop::open(FILMS);
    shop.orm
        .session(|session| {
            // Three of them are just under the most that goes into one statement.
            let film = |id: i32| Film { id, frames: vec![id.to_le_bytes()[0]; 40 << 20] };
            let films: Vec<_> = (1..=4).map(|id| session.persist(film(id))).collect::<Result<_>>()?;
            session.edit(&films[3])?.frames[0] = 13;
            refused(session.flush(), FailureKind::Check);
            assert_eq!(shop.log.take(), ["B", "INSERT films", "INSERT films", "R"]);
            assert_eq!(shop.number("SELECT COUNT(*) FROM films"), 0);
            session.edit(&films[3])?.frames[0] = 4;
            session.flush()?;
            assert_eq!(shop.log.take(), ["B", "INSERT films", "INSERT films", "C"]);
            Ok(())
        })
        .unwrap();
    let right = "SELECT COUNT(*) FROM films WHERE length(frames) = 40 << 20 AND get_byte(frames, 0) = id \
        AND get_byte(frames, 1) = id";
    assert_eq!(shop.number(right), 4);
}
