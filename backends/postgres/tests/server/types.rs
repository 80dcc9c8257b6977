//! Types that only PostgreSQL has survive statements of one row, of two and of many, with NULLs in between.

use bigdecimal::BigDecimal;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use diesel::data_types::{Cents, PgInterval};
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::prelude::*;
use diesel::serialize::{self, IsNull, Output, ToSql};
use moored::Result;
use moored::prelude::*;
use serde_json::json;
use uuid::Uuid;

use crate::shop::Shop;

mod sql {
    #[derive(diesel::sql_types::SqlType, diesel::query_builder::QueryId)]
    #[diesel(postgres_type(name = "mood", schema = "shop"))]
    pub struct Mood;
}

/// An `ENUM` of the database.
#[derive(AsExpression, FromSqlRow, Clone, Copy, Debug, PartialEq, Eq)]
#[diesel(sql_type = sql::Mood)]
enum Mood {
    Calm,
    Cross,
}

impl ToSql<sql::Mood, Pg> for Mood {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        use std::io::Write as _;
        out.write_all(match self {
            Self::Calm => b"calm",
            Self::Cross => b"quite cross",
        })?;
        Ok(IsNull::No)
    }
}

impl FromSql<sql::Mood, Pg> for Mood {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        match value.as_bytes() {
            b"calm" => Ok(Self::Calm),
            b"quite cross" => Ok(Self::Cross),
            _ => Err("no such mood".into()),
        }
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql::Mood;

    /// In a schema of its own, under another name.
    #[sql_name = "all things"]
    shop.things (id) {
        id -> Uuid,
        amount -> Nullable<Numeric>,
        price -> Nullable<Money>,
        local -> Nullable<Timestamp>,
        moment -> Nullable<Timestamptz>,
        day -> Nullable<Date>,
        hour -> Nullable<Time>,
        span -> Nullable<Interval>,
        #[sql_name = "select"]
        detail -> Nullable<Jsonb>,
        raw -> Nullable<Json>,
        bytes -> Nullable<Bytea>,
        flag -> Nullable<Bool>,
        short -> Nullable<Varchar>,
        fixed -> Nullable<Bpchar>,
        positive -> Nullable<Integer>,
        mood -> Nullable<Mood>,
        mac -> Nullable<Macaddr>,
        single -> Nullable<Float>,
        other -> Nullable<Uuid>,
    }
}

const THINGS: &str = "
    DROP SCHEMA IF EXISTS shop CASCADE; CREATE SCHEMA shop;
    CREATE TYPE shop.mood AS ENUM ('calm', 'quite cross');
    CREATE DOMAIN shop.positive AS INTEGER CHECK (VALUE > 0);
    CREATE TABLE shop.\"all things\" (id UUID PRIMARY KEY, amount NUMERIC(20, 6), price MONEY, local TIMESTAMP,
        moment TIMESTAMPTZ, day DATE, hour TIME, span INTERVAL, \"select\" JSONB, raw JSON, bytes BYTEA, flag BOOL,
        short VARCHAR(8), fixed CHAR(4), positive shop.positive, mood shop.mood, mac MACADDR, single REAL, other UUID)";

#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = things)]
struct Thing {
    #[entity(key)]
    id: Uuid,
    amount: Option<BigDecimal>,
    price: Option<Cents>,
    local: Option<NaiveDateTime>,
    moment: Option<DateTime<Utc>>,
    day: Option<NaiveDate>,
    hour: Option<NaiveTime>,
    span: Option<PgInterval>,
    detail: Option<serde_json::Value>,
    raw: Option<serde_json::Value>,
    bytes: Option<Vec<u8>>,
    flag: Option<bool>,
    short: Option<String>,
    fixed: Option<String>,
    positive: Option<i32>,
    mood: Option<Mood>,
    mac: Option<[u8; 6]>,
    single: Option<f32>,
    other: Option<Uuid>,
}

/// A row like no other: each column is NULL in every fifth of them, and never all at once.
fn thing(id: u32, turn: u32) -> Thing {
    let n = id * 1_000 + turn;
    let day = NaiveDate::from_ymd_opt(1990, 1, 1).unwrap() + TimeDelta::days(n.into());
    let hour = NaiveTime::from_num_seconds_from_midnight_opt(n % 86_400, 123_456_000).unwrap();
    let mut column = 0;
    let mut is_there = || {
        column += 1;
        !(id + turn + column).is_multiple_of(5)
    };
    let local = day.and_time(hour);
    Thing {
        id: Uuid::from_u128(id.into()),
        amount: is_there().then(|| BigDecimal::new(n.into(), 6)),
        price: is_there().then(|| Cents(-i64::from(n))),
        local: is_there().then_some(local),
        moment: is_there().then(|| local.and_utc()),
        day: is_there().then_some(day),
        hour: is_there().then_some(hour),
        span: is_there().then(|| PgInterval::new(n.into(), 3, 1)),
        detail: is_there().then(|| json!({ "n": n, "list": [null, "{,}\"\\", id] })),
        raw: is_there().then(|| json!([n, { "b": 1, "a": 2 }])),
        bytes: is_there().then(|| [0, 255, b'\\', b'"'].into_iter().chain(n.to_be_bytes()).collect()),
        flag: is_there().then_some(n.is_multiple_of(2)),
        short: is_there().then(|| format!("{{,'{n:>4}").chars().take(8).collect()),
        fixed: is_there().then(|| format!("{:04}", n % 10_000)),
        positive: is_there().then(|| i32::try_from(n + 1).unwrap()),
        mood: is_there().then_some(if n.is_multiple_of(3) { Mood::Calm } else { Mood::Cross }),
        mac: is_there()
            .then(|| [1, 2, n.to_be_bytes()[0], n.to_be_bytes()[1], n.to_be_bytes()[2], n.to_be_bytes()[3]]),
        single: is_there().then(|| {
            if n.is_multiple_of(7) { f32::NAN } else { n.to_string().parse::<f32>().unwrap() / 3.0 }
        }),
        other: is_there().then(|| Uuid::from_u128(u128::MAX - u128::from(n))),
    }
}

fn same(a: &Thing, b: &Thing) -> bool {
    // A NaN is not equal to itself.
    let single = |thing: &Thing| thing.single.map(f32::to_bits);
    let rest = |thing: &Thing| Thing { single: None, ..thing.clone() };
    single(a) == single(b) && rest(a) == rest(b)
}

#[track_caller]
fn check(shop: &Shop, rows: u32, turn: u32) {
    shop.orm
        .session(|session| {
            let stored =
                session.find_many::<Thing, _>((0..rows).map(|id| Uuid::from_u128(id.into())))?.required()?;
            for (id, row) in (0..).zip(&stored) {
                assert!(same(&session[row], &thing(id, turn)), "{:?}\n{:?}", session[row], thing(id, turn));
                // As the database gave it, it is clean.
                *session.edit(row)? = thing(id, turn);
            }
            assert!(!session.has_changes());
            Ok(())
        })
        .unwrap();
}

#[test]
fn every_type_is_inserted_and_updated() {
    for rows in [1, 2, 37] {
        let shop = Shop::open(THINGS);
        shop.orm.verify::<Thing>().unwrap();
        let _ = shop.log.take_sql();
        let many = if rows > 1 { "unnest($1, $2" } else { "($1, $2" };
        shop.orm
            .session(|session| {
                let new: Vec<_> = (0..rows).map(|id| session.persist(thing(id, 0))).collect::<Result<_>>()?;
                session.flush()?;
                let sent = shop.log.take_sql();
                assert_eq!(
                    sent.iter().filter(|sql| sql.starts_with("INSERT INTO \"shop\".\"all things\"")).count(),
                    1
                );
                assert!(sent.iter().any(|sql| sql.contains(many)), "{sent:?}");
                check(&shop, rows, 0);
                for (id, row) in (0..).zip(&new) {
                    *session.edit(row)? = thing(id, 1);
                }
                session.flush()?;
                check(&shop, rows, 1);
                for row in new {
                    session.remove(row)?;
                }
                session.flush()
            })
            .unwrap();
        assert_eq!(shop.number("SELECT COUNT(*) FROM shop.\"all things\""), 0);
        shop.sql("DROP SCHEMA shop CASCADE");
    }
}

diesel::table! {
    lists (id) { id -> Integer, numbers -> Array<Integer>, texts -> Nullable<Array<Nullable<Text>>>, note -> Text }
}

/// Columns that are arrays.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = lists)]
struct List {
    #[entity(key, generated)]
    id: i32,
    numbers: Vec<i32>,
    texts: Option<Vec<Option<String>>>,
    note: String,
}

fn list(n: i32) -> (Vec<i32>, Option<Vec<Option<String>>>) {
    let texts = (0..n % 4).map(|place| (place != 1).then(|| format!("{{{n}, \"{place}\"}}"))).collect();
    ((0..n % 5).map(|place| place * n).collect(), (n % 3 != 0).then_some(texts))
}

/// `unnest` would take all their elements apart, so their rows are in `VALUES`.
#[test]
fn arrays_are_inserted_and_updated_in_lists_of_values() {
    for rows in [1, 2, 49, 50, 51, 99, 100, 101] {
        let shop = Shop::open(
            "CREATE TABLE lists (id SERIAL PRIMARY KEY, numbers INTEGER[] NOT NULL, texts TEXT[], note TEXT NOT NULL)",
        );
        let check = |turn: i32| {
            shop.orm
                .session(|session| {
                    let stored = session.query::<List>(lists::table.order(lists::id)).all()?;
                    assert_eq!(i32::try_from(stored.len()).unwrap(), rows);
                    for (n, row) in (0..).zip(&stored) {
                        let List { numbers, texts, note, .. } = &session[row];
                        assert_eq!((numbers.clone(), texts.clone()), list(n + turn));
                        assert_eq!(note, &n.to_string());
                    }
                    Ok(())
                })
                .unwrap();
            shop.log.skip();
        };
        shop.orm
            .session(|session| {
                let mut new = Vec::new();
                for n in 0..rows {
                    let (numbers, texts) = list(n);
                    let draft = NewList::new(numbers, n.to_string());
                    let draft = match texts {
                        Some(texts) => draft.texts(texts),
                        None => draft,
                    };
                    new.push(session.persist(draft)?);
                }
                shop.log.skip();
                session.flush()?;
                let sent = shop.log.take_sql();
                assert!(!sent.iter().any(|sql| sql.contains("unnest")), "{sent:?}");
                let inserts = sent.iter().filter(|sql| sql.starts_with("INSERT")).count();
                assert_eq!(inserts, if rows > 100 { 2 } else { 1 }, "{sent:?}");
                check(0);
                let new = new.iter().map(|row| session.promote(row)).collect::<Result<Vec<_>>>()?;
                for (n, row) in (0..).zip(&new) {
                    let (numbers, texts) = list(n + 1);
                    let row = session.edit(row)?;
                    (row.numbers, row.texts) = (numbers, texts);
                }
                session.flush()?;
                let sent = shop.log.take_sql();
                assert!(!sent.iter().any(|sql| sql.contains("unnest")), "{sent:?}");
                check(1);
                // Other columns of such rows may go in arrays or not; they are right.
                for row in &new {
                    session.edit(row)?.note.push('!');
                }
                session.flush()?;
                for row in new {
                    session.remove(row)?;
                }
                session.flush()
            })
            .unwrap();
        assert_eq!(shop.number("SELECT COUNT(*) FROM lists"), 0);
    }
}
