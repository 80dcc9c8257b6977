//! A whole shop that nobody here made up: fifteen thousand rows in one flush, and a day of work on them.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::wildcard_imports,
    clippy::cast_possible_truncation,
    reason = "a test"
)]

mod compare;
mod data;
mod day;
mod drafts;
mod entities;
mod generated;
mod load;
mod random;
mod schema;
mod shop;
mod sql;
mod values;

use std::io::Write;
use std::time::Instant;

use diesel::connection::SimpleConnection;
use moored::StatementLog;
use moored::prelude::*;
use moored_sqlite::Sqlite;

use crate::compare::{assert_same, stored};
use crate::data::Data;
use crate::day::Day;
use crate::load::{Order, load, translated};
use crate::sql::normalised;

#[test]
fn children_first() {
    loaded(&data::at_hand(), Order::ChildrenFirst).run();
}

#[test]
fn shuffled() {
    loaded(&data::at_hand(), Order::Shuffled);
}

/// What a clone without the sample runs is run here too, so that it cannot rot.
#[test]
fn generated() {
    loaded(&generated::data(), Order::ChildrenFirst).run();
}

/// What others wrote is read as it is: the sample's own script against the sample's data. So what `stored` finds after a
/// load is what is there, and not what one mistake wrote and its twin reads back.
#[test]
fn rows_that_the_script_inserts() {
    let data = data::at_hand();
    let Some(script) = &data.script else { return };
    let (orm, _) = with_tables(script);
    // The sample's two files differ in one thing: where the script has NULL, the data has empty text.
    let expected = data.tables.with_null_for_empty_text();
    assert_same(&stored(&orm), &expected, "the database that the script makes");
}

/// A database in which a script was run.
fn with_tables(script: &str) -> (Orm<Sqlite>, StatementLog) {
    let log = StatementLog::new();
    let sink = log.clone();
    let orm = Orm::<Sqlite>::builder(":memory:").instrument(move || sink.clone()).build().unwrap();
    orm.with_connection(|connection| connection.batch_execute(script).map_err(moored::Error::from)).unwrap();
    log.take();
    (orm, log)
}

/// The shop, loaded with one flush and compared value by value.
fn loaded(data: &Data, order: Order) -> Day {
    let (orm, log) = with_tables(&data.schema);
    let start = Instant::now();
    let loaded = load(&orm, &log, &data.tables, order).unwrap();
    let took = start.elapsed();
    let sent = loaded.statements.len();
    // Past the runner, which keeps what a passing test prints to itself; the statements one by one with --nocapture.
    let rows = data.tables.len();
    let _ = writeln!(std::io::stderr(), "{order:?}: {rows} rows in {sent} statements, {took:.2?}");
    for statement in normalised(loaded.statements) {
        println!("  {statement}");
    }
    assert!(sent < 100, "{sent} statements");

    assert!(loaded.ids.iter().any(|((_, old), new)| old != new), "the keys are new ones");
    let expected = translated(&data.tables, &loaded.ids);
    let found = stored(&orm);
    assert_same(&found, &expected, "the database after the load");
    assert_same(&loaded.in_memory, &expected, "memory after the load");
    Day { orm, log, expected }
}
