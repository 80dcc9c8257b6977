//! What SQLite's pragmas tell of: types that bend values, the rowid, deferred foreign keys, attached databases.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test")]

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use moored::prelude::*;
use moored::schema::Drift;
use moored_conformance::chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use moored_sqlite::Sqlite;

diesel::table! {
    things (id) {
        id -> BigInt,
        flag -> Bool,
        small -> SmallInt,
        whole -> Integer,
        big -> BigInt,
        single -> Float,
        double -> Double,
        text -> Text,
        bytes -> Binary,
        day -> Date,
        hour -> Time,
        moment -> Timestamp,
    }
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = things)]
struct Thing {
    #[entity(key, generated)]
    id: i64,
    flag: bool,
    small: i16,
    whole: i32,
    big: i64,
    single: f32,
    double: f64,
    text: String,
    bytes: Vec<u8>,
    day: NaiveDate,
    hour: NaiveTime,
    moment: NaiveDateTime,
}

fn orm(schema: &str) -> Orm<Sqlite> {
    let orm = Orm::<Sqlite>::builder(":memory:").pool_size(1).build().unwrap();
    execute(&orm, schema);
    orm
}

fn execute(orm: &Orm<Sqlite>, sql: &str) {
    orm.with_connection(|connection| Ok(connection.batch_execute(sql)?)).unwrap();
}

fn found<E: moored::Tables<Sqlite>>(orm: &Orm<Sqlite>) -> Vec<String> {
    orm.differences::<E>().unwrap().iter().map(ToString::to_string).collect()
}

/// For each column, types that keep its values as they are, and types that do not.
const TYPES: [(&str, &[&str], &[&str]); 11] = [
    ("flag", &["BOOLEAN", "BOOL", "INTEGER", "TINYINT", "ANY", ""], &["TEXT", "REAL", "BLOB", "DATE"]),
    ("small", &["SMALLINT", "INT2", "TINYINT", "ANY", ""], &["INTEGER", "BIGINT", "TEXT", "REAL", "BOOLEAN"]),
    (
        "whole",
        &["INTEGER", "INT", "MEDIUMINT", "SMALLINT"],
        &["BIGINT", "INT8", "TEXT", "TIMESTAMP", "NUMERIC"],
    ),
    ("big", &["INTEGER", "BIGINT", "UNSIGNED BIG INT", "int"], &["TEXT", "REAL", "VARCHAR(9)", "BLOB"]),
    ("single", &["REAL", "FLOAT", "DOUBLE"], &["INTEGER", "TEXT", "BLOB"]),
    ("double", &["DOUBLE PRECISION", "REAL", "NUMERIC", "DECIMAL(10, 2)"], &["BIGINT", "CLOB"]),
    (
        "text",
        &["TEXT", "varchar(9)", "CLOB", "NATIVE CHARACTER(70)"],
        &["INTEGER", "NUMERIC", "TIMESTAMP", "BLOB"],
    ),
    ("bytes", &["BLOB", "UUID", "VARBINARY(16)", ""], &["TEXT", "INTEGER", "NUMERIC", "DATE"]),
    ("day", &["DATE", "TEXT"], &["TIMESTAMP", "TIME", "INTEGER", "NUMERIC"]),
    ("hour", &["TIME", "TEXT"], &["TIMESTAMP", "DATE", "REAL"]),
    ("moment", &["TIMESTAMP", "DATETIME", "timestamp", "TEXT"], &["DATE", "TIME", "INTEGER"]),
];

#[test]
fn a_type_fits_where_no_value_is_bent() {
    let columns = |other: &str, sql_type: &str| -> String {
        let all = TYPES.iter().map(|(name, fit, _)| {
            let sql_type = if *name == other { sql_type } else { fit.first().copied().unwrap_or_default() };
            format!(", {name} {sql_type} NOT NULL")
        });
        all.collect()
    };
    for (name, fit, others) in TYPES {
        for sql_type in fit.iter().chain(others) {
            let orm =
                orm(&format!("CREATE TABLE things (id INTEGER PRIMARY KEY{})", columns(name, sql_type)));
            let differences = orm.differences::<Thing>().unwrap();
            let is_type = |drift: &Drift| matches!(drift, Drift::OtherType { column, .. } if *column == name);
            assert_eq!(
                differences.len(),
                usize::from(others.contains(sql_type)),
                "{name} {sql_type} {differences:?}"
            );
            assert!(differences.iter().all(|difference| is_type(&difference.drift)), "{name} {sql_type}");
        }
    }
}

diesel::table! { counted (id) { id -> BigInt, name -> Text } }

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = counted)]
struct Counted {
    #[entity(key, generated)]
    id: i64,
    name: String,
}

#[test]
fn a_generated_key_is_the_rowid_or_has_a_default() {
    for (key, is_right) in [
        ("id INTEGER PRIMARY KEY, name TEXT NOT NULL)", true),
        ("id integer NOT NULL PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL)", true),
        ("id INTEGER, name TEXT NOT NULL, PRIMARY KEY (id))", true),
        ("id INTEGER PRIMARY KEY NOT NULL, name TEXT NOT NULL) WITHOUT ROWID", false),
        ("id INTEGER NOT NULL PRIMARY KEY DESC, name TEXT NOT NULL)", false),
        ("id BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL)", false),
        ("id INTEGER NOT NULL DEFAULT (random()), name TEXT NOT NULL, PRIMARY KEY (id)) WITHOUT ROWID", true),
    ] {
        let orm = orm(&format!("CREATE TABLE counted ({key}"));
        let expected: &[&str] = match is_right {
            true => &[],
            false => &["Counted: counted.id is declared generated, and the database does not make it"],
        };
        assert_eq!(found::<Counted>(&orm), expected, "{key}");
    }
    let orm =
        orm("CREATE TABLE counted (id INTEGER DEFAULT 3, name TEXT NOT NULL DEFAULT NULL, UNIQUE (id))");
    assert_eq!(
        found::<Counted>(&orm),
        [
            "Counted: counted.id takes NULL, and its field does not",
            "Counted: counted has no primary key, where (id) is declared",
        ]
    );
}

mod tagged {
    use super::*;

    diesel::table! { tags (name) { name -> Text } }

    #[derive(Entity, Queryable, Clone, Debug)]
    #[diesel(table_name = tags)]
    struct Tag {
        #[entity(key)]
        name: String,
    }

    /// A primary key takes NULL here, unless it is the rowid or says otherwise.
    #[test]
    fn a_text_key_takes_null_unless_it_says_otherwise() {
        assert_eq!(
            found::<Tag>(&orm("CREATE TABLE tags (name TEXT PRIMARY KEY)")),
            ["Tag: tags.name takes NULL, and its field does not"]
        );
        orm("CREATE TABLE tags (NAME TEXT PRIMARY KEY NOT NULL)").verify::<Tag>().unwrap();
        orm("CREATE TABLE Tags (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID").verify::<Tag>().unwrap();
        orm("CREATE TEMP TABLE tags (name TEXT PRIMARY KEY NOT NULL)").verify::<Tag>().unwrap();
    }
}

mod waiting {
    use super::*;

    diesel::table! { pairs (id) { id -> BigInt, first_id -> BigInt, second_id -> BigInt, third_id -> BigInt } }

    #[derive(Entity, Queryable, Clone, Debug)]
    #[diesel(table_name = pairs)]
    struct Pair {
        #[entity(key, generated)]
        id: i64,
        #[entity(belongs_to = Counted)]
        first_id: Key<Counted>,
        #[entity(belongs_to = Counted, deferred)]
        second_id: Key<Counted>,
        #[entity(belongs_to = Counted)]
        third_id: Key<Counted>,
    }

    const COUNTED: &str = "CREATE TABLE counted (id INTEGER PRIMARY KEY, name TEXT NOT NULL);";

    #[test]
    fn each_foreign_key_is_deferred_by_itself() {
        let orm = orm(&format!(
            "{COUNTED} CREATE TABLE pairs (id INTEGER PRIMARY KEY, first_id BIGINT NOT NULL REFERENCES counted,
                 second_id BIGINT NOT NULL REFERENCES counted (id) DEFERRABLE INITIALLY DEFERRED,
                 third_id BIGINT NOT NULL, FOREIGN KEY (third_id) REFERENCES counted)"
        ));
        orm.verify::<(Counted, Pair)>().unwrap();
        execute(&orm, "DROP TABLE pairs");
        execute(
            &orm,
            "CREATE TABLE pairs (id INTEGER PRIMARY KEY,
                 first_id BIGINT NOT NULL REFERENCES counted DEFERRABLE INITIALLY DEFERRED,
                 second_id BIGINT NOT NULL REFERENCES counted (id) DEFERRABLE,
                 third_id BIGINT NOT NULL DEFAULT 1 REFERENCES counted)",
        );
        assert_eq!(
            found::<(Counted, Pair)>(&orm),
            [
                "Pair: first is declared not deferred, and its foreign key is deferred",
                "Pair: second is declared deferred, and its foreign key is not deferred",
            ]
        );
    }
}

mod attached {
    use super::*;

    diesel::table! { side.notes (id) { id -> BigInt, owner_id -> BigInt } }
    diesel::table! { side.owners (id) { id -> BigInt } }

    #[derive(Entity, Queryable, Clone, Debug)]
    #[diesel(table_name = owners)]
    struct Owner {
        #[entity(key)]
        id: i64,
    }

    #[derive(Entity, Queryable, Clone, Debug)]
    #[diesel(table_name = notes)]
    struct Note {
        #[entity(key)]
        id: i64,
        #[entity(belongs_to = Owner, deferred)]
        owner_id: Key<Owner>,
    }

    #[test]
    fn an_attached_database_is_looked_at_by_its_name() {
        let orm =
            orm("ATTACH ':memory:' AS side; CREATE TABLE notes (id TEXT); CREATE TABLE owners (id TEXT);
             CREATE TABLE side.owners (id INTEGER PRIMARY KEY);
             CREATE TABLE side.notes (id INTEGER PRIMARY KEY,
                 owner_id BIGINT NOT NULL REFERENCES owners DEFERRABLE INITIALLY DEFERRED)");
        orm.verify::<(Owner, Note)>().unwrap();
        execute(&orm, "DROP TABLE side.notes");
        assert_eq!(found::<(Owner, Note)>(&orm), ["Note: there is no table side.notes"]);
    }
}
