//! Many rows and large ones: split where a packet takes no more, and one unit of work all the same.

use diesel::prelude::*;
use moored::backend::FailureKind;
use moored::prelude::*;
use moored::{Error, Result};
use moored_conformance::Flavour;
use moored_mysql::Server;

use crate::shop::{Shop, refused};

on_both!(
    rows_beyond_the_bind_limit,
    rows_that_are_too_large_together_go_in_several_statements_or_not_at_all,
    rows_with_keys_of_the_database_are_split_too,
    a_row_that_is_too_large_alone_is_never_sent,
);

diesel::table! { pairs (a, b) { a -> Integer, b -> Text, value -> Integer } }
diesel::table! { films (id) { id -> Integer, frames -> Binary } }
diesel::table! { scenes (id) { id -> Integer, frames -> Binary } }

#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = pairs)]
struct Pair {
    #[entity(key)]
    a: i32,
    #[entity(key)]
    b: String,
    value: i32,
}

#[derive(Entity, Queryable, Clone, PartialEq)]
#[diesel(table_name = films)]
struct Film {
    #[entity(key)]
    id: i32,
    frames: Vec<u8>,
}

#[derive(Entity, Queryable, Clone, PartialEq)]
#[diesel(table_name = scenes)]
struct Scene {
    #[entity(key, generated)]
    id: i32,
    frames: Vec<u8>,
}

/// One row more than a statement could bind the values of.
fn rows_beyond_the_bind_limit(flavour: Flavour) {
    let shop = Shop::open(
        flavour,
        "CREATE TABLE pairs (a INTEGER, b VARCHAR(10), value INTEGER NOT NULL, PRIMARY KEY (a, b))",
    );
    let count = 65_535 / 3 + 1;
    let key = |number: i32| (number / 7, format!("{}", number % 7));
    shop.orm
        .session(|session| {
            let rows: Vec<_> = (0..count)
                .map(|row| {
                    let (a, b) = key(row);
                    session.persist(Pair { a, b, value: row })
                })
                .collect::<Result<_>>()?;
            session.flush()?;
            for row in &rows {
                session.edit(row)?.value += 1;
            }
            session.flush()
        })
        .unwrap();
    let sum = format!("SELECT SUM(value - 1 - (a * 7 + b)) + {count} - COUNT(*) FROM pairs");
    assert_eq!(shop.number(&sum), 0);
    shop.orm
        .session(|session| {
            let rows = session.find_many::<Pair, _>((0..count).map(key))?.required()?;
            assert!((0..count).zip(&rows).all(|(row, handle)| session[handle].value == row + 1));
            for row in rows {
                session.remove(row)?;
            }
            session.flush()
        })
        .unwrap();
    assert_eq!(shop.number("SELECT COUNT(*) FROM pairs"), 0);
}

const FILMS: &str =
    "CREATE TABLE films (id INTEGER PRIMARY KEY, frames LONGBLOB NOT NULL, CHECK (ASCII(frames) <> 13));
    CREATE TABLE scenes (id INTEGER PRIMARY KEY AUTO_INCREMENT, frames LONGBLOB NOT NULL)";

/// The most bytes in a packet.
fn packet(shop: &Shop) -> usize {
    Server::of(&mut shop.connect()).unwrap().max_allowed_packet
}

fn frames(byte: i32, bytes: usize) -> Vec<u8> {
    vec![byte.to_le_bytes()[0]; bytes]
}

fn rows_that_are_too_large_together_go_in_several_statements_or_not_at_all(flavour: Flavour) {
    let shop = Shop::open(flavour, FILMS);
    let bytes = packet(&shop) / 5 * 2;
    shop.orm
        .session(|session| {
            let films: Vec<_> = (1..=3)
                .map(|id| session.persist(Film { id, frames: frames(id, bytes) }))
                .collect::<Result<_>>()?;
            session.edit(&films[2])?.frames[0] = 13;
            refused(session.flush(), FailureKind::Check);
            assert_eq!(shop.log.take(), ["B", "INSERT films", "INSERT films", "R"]);
            assert_eq!(shop.number("SELECT COUNT(*) FROM films"), 0);
            session.edit(&films[2])?.frames[0] = 3;
            session.flush()?;
            assert_eq!(shop.log.take(), ["B", "INSERT films", "INSERT films", "C"]);
            for film in &films {
                session.edit(film)?.frames[1] = 99;
            }
            session.flush()?;
            assert_eq!(shop.log.take(), ["B", "UPDATE films (frames)", "UPDATE films (frames)", "C"]);
            Ok(())
        })
        .unwrap();
    let right = format!(
        "SELECT COUNT(*) FROM films WHERE LENGTH(frames) = {bytes} AND ASCII(frames) = id \
         AND ASCII(SUBSTR(frames, 2)) = 99 AND ASCII(SUBSTR(frames, 3)) = id"
    );
    assert_eq!(shop.number(&right), 3);
}

fn rows_with_keys_of_the_database_are_split_too(flavour: Flavour) {
    let shop = Shop::open(flavour, FILMS);
    let bytes = packet(&shop) / 5 * 2;
    shop.orm
        .session(|session| {
            let scenes: Vec<_> = (1..=3)
                .map(|byte| session.persist(NewScene::new(frames(byte, bytes))))
                .collect::<Result<_>>()?;
            session.flush()?;
            for (byte, scene) in (1..).zip(&scenes) {
                let scene = session.promote(scene)?;
                let stored = format!("SELECT ASCII(frames) FROM scenes WHERE id = {}", session[&scene].id);
                assert_eq!(shop.number(&stored), byte);
            }
            Ok(())
        })
        .unwrap();
}

/// The server would end the connection.
fn a_row_that_is_too_large_alone_is_never_sent(flavour: Flavour) {
    let shop = Shop::with(flavour, FILMS, |settings| settings.pool_size(1));
    let bytes = packet(&shop) + 1;
    shop.orm
        .session(|session| {
            let small = session.persist(Film { id: 1, frames: frames(1, 10) })?;
            session.flush()?;
            let large = session.persist(Film { id: 2, frames: frames(2, bytes) })?;
            let scene = session.persist(NewScene::new(frames(3, bytes)))?;
            session.edit(&small)?.frames = frames(9, 10);
            for _ in 0..2 {
                let refusal = session.flush();
                assert!(
                    matches!(refusal, Err(Error::RowTooLarge { entity: "Film" | "Scene" })),
                    "{refusal:?}"
                );
                assert!(session.has_changes());
                assert_eq!(session[&large].frames.len(), bytes);
            }
            session.edit(&large)?.frames.truncate(20);
            session.edit_draft(&scene)?.frames.truncate(30);
            shop.log.skip();
            session.flush()?;
            assert_eq!(session[&session.promote(&scene)?].frames.len(), 30);
            // The same in an UPDATE.
            session.edit(&large)?.frames = frames(2, bytes);
            assert!(matches!(session.flush(), Err(Error::RowTooLarge { entity: "Film" })));
            session.edit(&large)?.frames.truncate(40);
            session.flush()
        })
        .unwrap();
    assert_eq!(shop.number("SELECT SUM(LENGTH(frames)) FROM films"), 50);
    assert_eq!(shop.number("SELECT SUM(LENGTH(frames)) FROM scenes"), 30);
}
