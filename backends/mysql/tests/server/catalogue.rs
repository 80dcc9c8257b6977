//! What the information schema tells of that only MySQL and MariaDB have: other databases, unsigned numbers, counted keys.

use diesel::prelude::*;
use moored::prelude::*;
use moored_conformance::Flavour;
use moored_mysql::Mysql;

use crate::shop::Shop;

on_both!(
    unsigned_numbers_and_moments_are_told_apart,
    a_generated_key_has_to_be_counted,
    a_database_that_is_named_is_the_one_that_is_looked_at,
    names_in_other_cases_are_the_same_columns,
);

diesel::table! {
    use diesel::mysql::sql_types::*;
    use diesel::sql_types::*;

    gauges (id) {
        id -> Unsigned<Bigint>,
        low -> Tinyint,
        high -> Unsigned<Integer>,
        flag -> Bool,
        at -> Datetime,
        zone -> Timestamp,
        note -> Nullable<Text>,
    }
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = gauges)]
struct Gauge {
    #[entity(key, generated)]
    id: u64,
    low: i8,
    high: u32,
    flag: bool,
    at: chrono::NaiveDateTime,
    zone: chrono::NaiveDateTime,
    #[entity(default)]
    note: Option<String>,
}

fn found<E: moored::Tables<Mysql>>(shop: &Shop) -> Vec<String> {
    shop.orm.differences::<E>().unwrap().iter().map(ToString::to_string).collect()
}

fn unsigned_numbers_and_moments_are_told_apart(flavour: Flavour) {
    let shop = Shop::open(
        flavour,
        "CREATE TABLE gauges (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, low TINYINT NOT NULL,
             high INT UNSIGNED NOT NULL, flag BOOL NOT NULL, at DATETIME(6) NOT NULL, zone TIMESTAMP(6) NOT NULL,
             note VARCHAR(9) DEFAULT 'NULL')",
    );
    shop.orm.verify::<Gauge>().unwrap();
    shop.sql(
        "ALTER TABLE gauges MODIFY low TINYINT UNSIGNED NOT NULL, MODIFY high INT NOT NULL,
             MODIFY at DATE NOT NULL, MODIFY note VARCHAR(9)",
    );
    let (tiny, int) = match flavour {
        Flavour::Mariadb => ("tinyint(3) unsigned", "int(11)"),
        _ => ("tinyint unsigned", "int"),
    };
    assert_eq!(
        found::<Gauge>(&shop),
        [
            format!("Gauge: gauges.low is declared TinyInt, which does not fit {tiny}"),
            format!("Gauge: gauges.high is declared Unsigned<Integer>, which does not fit {int}"),
            "Gauge: gauges.at is declared Datetime, which does not fit date".to_owned(),
            "Gauge: gauges.note is declared to have a default, and has none".to_owned(),
        ]
    );
}

mod named {
    diesel::table! { named (id) { id -> Text, Name -> Text } }
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = named::named)]
struct Named {
    #[entity(key, generated)]
    id: String,
    #[diesel(column_name = Name)]
    name: String,
}

/// The server tells the client of no other key.
fn a_generated_key_has_to_be_counted(flavour: Flavour) {
    let shop = Shop::open(
        flavour,
        "CREATE TABLE named (id VARCHAR(36) DEFAULT (UUID()) PRIMARY KEY, Name VARCHAR(9) NOT NULL)",
    );
    assert_eq!(
        found::<Named>(&shop),
        ["Named: named.id is declared generated, and the database does not make it"]
    );
}

fn names_in_other_cases_are_the_same_columns(flavour: Flavour) {
    #[derive(Entity, Queryable, Clone, Debug)]
    #[diesel(table_name = named::named)]
    struct Chosen {
        #[entity(key)]
        id: String,
        #[entity(unique)]
        #[diesel(column_name = Name)]
        name: String,
    }

    let shop = Shop::open(
        flavour,
        "CREATE TABLE named (ID VARCHAR(36) PRIMARY KEY, name VARCHAR(9) NOT NULL, UNIQUE (NAME))",
    );
    shop.orm.verify::<Chosen>().unwrap();
}

mod far {
    diesel::table! { moored_far.makers (id) { id -> Integer, name -> Text } }
    diesel::table! { parts (id) { id -> Integer, maker_id -> Integer } }
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = far::makers)]
struct Maker {
    #[entity(key, generated)]
    id: i32,
    name: String,
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = far::parts)]
struct Part {
    #[entity(key)]
    id: i32,
    #[entity(belongs_to = Maker)]
    maker_id: Key<Maker>,
}

/// A table of the same name is nearer.
fn a_database_that_is_named_is_the_one_that_is_looked_at(flavour: Flavour) {
    let shop = Shop::open(flavour, "DO 0");
    // The name is the program's, so one test at a time has that database.
    let mut owner = shop.connect();
    assert_eq!(crate::shop::number(&mut owner, "SELECT GET_LOCK('moored_far', 60)"), 1);
    shop.sql(
        "DROP DATABASE IF EXISTS moored_far; CREATE DATABASE moored_far;
         CREATE TABLE makers (id INTEGER PRIMARY KEY);
         CREATE TABLE moored_far.makers (id INTEGER AUTO_INCREMENT PRIMARY KEY, name TEXT NOT NULL);
         CREATE TABLE parts (id INTEGER PRIMARY KEY, maker_id INTEGER NOT NULL,
             FOREIGN KEY (maker_id) REFERENCES moored_far.makers (id));",
    );
    shop.orm.verify::<(Maker, Part)>().unwrap();
    shop.sql(
        "DROP TABLE parts; CREATE TABLE parts (id INTEGER PRIMARY KEY, maker_id INTEGER NOT NULL,
             FOREIGN KEY (maker_id) REFERENCES makers (id)); DROP TABLE moored_far.makers;",
    );
    assert_eq!(
        found::<(Maker, Part)>(&shop),
        [
            "Maker: there is no table moored_far.makers",
            "Part: maker leads to moored_far.makers, and its foreign key to makers (id)",
        ]
    );
    shop.sql("DROP DATABASE moored_far");
}
