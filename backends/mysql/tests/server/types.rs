//! Types that only MySQL and MariaDB have survive statements of one row, of two and of many, with NULLs in between.

use std::str::FromStr;

use bigdecimal::BigDecimal;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use diesel::prelude::*;
use moored::Result;
use moored::prelude::*;
use moored_conformance::Flavour;
use serde_json::json;

use crate::shop::Shop;

on_both!(every_type_is_inserted_and_updated, keys_beyond_those_of_signed_numbers);

diesel::table! {
    use diesel::mysql::sql_types::*;
    use diesel::sql_types::*;

    /// In a database that the connection is not in, under another name.
    #[sql_name = "all `things"]
    moored_elsewhere.things (id) {
        id -> Binary,
        tiny -> Nullable<Tinyint>,
        unsigned_tiny -> Nullable<Unsigned<Tinyint>>,
        unsigned_small -> Nullable<Unsigned<Smallint>>,
        unsigned -> Nullable<Unsigned<Integer>>,
        unsigned_big -> Nullable<Unsigned<Bigint>>,
        amount -> Nullable<Decimal>,
        local -> Nullable<Datetime>,
        moment -> Nullable<Timestamp>,
        day -> Nullable<Date>,
        hour -> Nullable<Time>,
        #[sql_name = "select"]
        detail -> Nullable<Json>,
        bytes -> Nullable<Blob>,
        fixed -> Nullable<Binary>,
        flag -> Nullable<Bool>,
        mood -> Nullable<Text>,
        colours -> Nullable<Text>,
        single -> Nullable<Float>,
        double -> Nullable<Double>,
        uuid -> Nullable<Text>,
    }
}

const THINGS: &str = "
    DROP DATABASE IF EXISTS moored_elsewhere; CREATE DATABASE moored_elsewhere CHARACTER SET utf8mb4;
    CREATE TABLE moored_elsewhere.`all ``things` (id BINARY(16) PRIMARY KEY, tiny TINYINT, unsigned_tiny TINYINT UNSIGNED,
        unsigned_small SMALLINT UNSIGNED, `unsigned` INT UNSIGNED, unsigned_big BIGINT UNSIGNED, amount DECIMAL(65, 30),
        local DATETIME(6), moment TIMESTAMP(6) NULL, day DATE, hour TIME(6), `select` JSON, bytes LONGBLOB, fixed BINARY(4),
        flag BOOL, mood ENUM('calm', 'quite cross', 'ärgerlich'), colours SET('red', 'green', 'blue'), `single` FLOAT,
        `double` DOUBLE, uuid CHAR(36))";

#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = things)]
struct Thing {
    #[entity(key)]
    id: Vec<u8>,
    tiny: Option<i8>,
    unsigned_tiny: Option<u8>,
    unsigned_small: Option<u16>,
    unsigned: Option<u32>,
    unsigned_big: Option<u64>,
    amount: Option<BigDecimal>,
    local: Option<NaiveDateTime>,
    moment: Option<NaiveDateTime>,
    day: Option<NaiveDate>,
    hour: Option<NaiveTime>,
    detail: Option<serde_json::Value>,
    bytes: Option<Vec<u8>>,
    fixed: Option<Vec<u8>>,
    flag: Option<bool>,
    mood: Option<String>,
    colours: Option<String>,
    single: Option<f32>,
    double: Option<f64>,
    uuid: Option<String>,
}

fn key(id: u32) -> Vec<u8> {
    // Bytes that are no text, and that end like one that was filled up.
    let mut key = vec![0xff; 16];
    key[..4].copy_from_slice(&id.to_be_bytes());
    key[15] = 0;
    key
}

/// A row like no other: each column is NULL in every fifth of them, and never all at once.
fn thing(id: u32, turn: u32) -> Thing {
    let n = id * 1_000 + turn;
    let [_, _, high, low] = n.to_be_bytes();
    let day = NaiveDate::from_ymd_opt(1990, 1, 1).unwrap() + TimeDelta::days((n % 9_000).into());
    let hour = NaiveTime::from_num_seconds_from_midnight_opt(n % 86_400, 123_456_000).unwrap();
    let mut column = 0;
    let mut is_there = || {
        column += 1;
        !(id + turn + column).is_multiple_of(5)
    };
    let pick = |texts: [&str; 3]| texts[n as usize % 3].to_owned();
    Thing {
        id: key(id),
        tiny: is_there().then(|| i8::MIN + i8::try_from(n % 128).unwrap()),
        unsigned_tiny: is_there().then(|| u8::MAX - low % 128),
        unsigned_small: is_there().then(|| u16::MAX - u16::from(low)),
        unsigned: is_there().then(|| u32::MAX - n),
        unsigned_big: is_there().then(|| u64::MAX - u64::from(n)),
        amount: is_there()
            .then(|| BigDecimal::from_str(&format!("-{n:035}.{:030}", u64::from(n) * 7_000_003)).unwrap()),
        local: is_there().then(|| day.and_time(hour)),
        moment: is_there().then(|| day.and_time(hour) + TimeDelta::hours(1)),
        day: is_there().then_some(day),
        hour: is_there().then_some(hour),
        detail: is_there()
            .then(|| json!({ "n": n, "list": [null, "{,}\"\\ ä", id], "b": { "z": 1, "a": 1.5 } })),
        bytes: is_there().then(|| [0, 255, b'\\', b'\''].into_iter().chain(n.to_be_bytes()).collect()),
        fixed: is_there().then(|| vec![high, low, 0xff, 0]),
        flag: is_there().then_some(n.is_multiple_of(2)),
        mood: is_there().then(|| pick(["calm", "quite cross", "ärgerlich"])),
        colours: is_there().then(|| pick(["", "red", "green,blue"])),
        single: is_there().then(|| f32::from(u16::from_be_bytes([high, low])) / 8.0),
        double: is_there().then(|| f64::from(n) / 3.0),
        uuid: is_there().then(|| format!("{n:08}-0000-4000-8000-0123456789AB")),
    }
}

#[track_caller]
fn check(shop: &Shop, rows: u32, turn: u32) {
    shop.orm
        .session(|session| {
            let stored = session.find_many::<Thing, _>((0..rows).map(key))?.required()?;
            for (id, row) in (0..).zip(&stored) {
                let expected = thing(id, turn);
                assert_eq!(session[row], expected);
                // As the database gave it, it is clean.
                *session.edit(row)? = expected;
            }
            assert!(!session.has_changes());
            Ok(())
        })
        .unwrap();
}

fn every_type_is_inserted_and_updated(flavour: Flavour) {
    let shop = Shop::open(flavour, "DO 0");
    // The name is the program's, so one test at a time has that database.
    let mut owner = shop.connect();
    assert_eq!(crate::shop::number(&mut owner, "SELECT GET_LOCK('moored_elsewhere', 60)"), 1);
    for rows in [1, 2, 37] {
        shop.sql(THINGS);
        shop.orm.verify::<Thing>().unwrap();
        shop.orm
            .session(|session| {
                let new: Vec<_> = (0..rows).map(|id| session.persist(thing(id, 0))).collect::<Result<_>>()?;
                session.flush()?;
                check(&shop, rows, 0);
                for (id, row) in (0..).zip(&new) {
                    *session.edit(row)? = thing(id, 1);
                }
                shop.log.skip();
                session.flush()?;
                let sent = shop.log.take_sql();
                assert_eq!(sent.iter().filter(|sql| sql.starts_with("UPDATE")).count(), 1, "{sent:?}");
                check(&shop, rows, 1);
                for row in new {
                    session.remove(row)?;
                }
                session.flush()
            })
            .unwrap();
        assert_eq!(shop.number("SELECT COUNT(*) FROM moored_elsewhere.`all ``things`"), 0);
    }
    shop.sql("DROP DATABASE moored_elsewhere");
}

diesel::table! {
    counters (id) { id -> Unsigned<Bigint>, of_id -> Nullable<Unsigned<Bigint>>, payload -> Text }
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = counters)]
struct Counter {
    #[entity(key, generated)]
    id: u64,
    #[entity(belongs_to = Counter)]
    of_id: Option<Key<Counter>>,
    payload: String,
}

fn keys_beyond_those_of_signed_numbers(flavour: Flavour) {
    let first = 1_u64 << 63;
    for rows in [1, 2, 37] {
        let shop = Shop::open(
            flavour,
            &format!(
                "CREATE TABLE counters (id BIGINT UNSIGNED PRIMARY KEY AUTO_INCREMENT, of_id BIGINT UNSIGNED,
                    payload VARCHAR(100) NOT NULL, FOREIGN KEY (of_id) REFERENCES counters (id)) AUTO_INCREMENT = {first}"
            ),
        );
        shop.orm
            .session(|session| {
                let root = session.persist(NewCounter::new("root"))?;
                let new: Vec<_> = (0..rows)
                    .map(|row| session.persist(NewCounter::new(format!("{row}")).of(&root)))
                    .collect::<Result<_>>()?;
                session.flush()?;
                let root = session.promote(&root)?;
                assert_eq!(session[&root].id, first);
                for (row, new) in new.iter().enumerate() {
                    let counter = session.promote(new)?;
                    let id = session[&counter].id;
                    assert!(id > first);
                    let right = format!("SELECT COUNT(*) FROM counters WHERE id = {id} AND payload = '{row}' AND of_id = {first}");
                    assert_eq!(shop.number(&right), 1);
                    session.edit(&counter)?.payload.push('!');
                }
                session.flush()?;
                assert_eq!(shop.number("SELECT COUNT(*) FROM counters WHERE payload LIKE '%!'"), rows);
                for new in &new {
                    let counter = session.promote(new)?;
                    session.remove(counter)?;
                }
                session.remove(root)?;
                session.flush()
            })
            .unwrap();
        assert_eq!(shop.number("SELECT COUNT(*) FROM counters"), 0);
    }
}
