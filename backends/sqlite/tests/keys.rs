//! Generated keys reach the rows that they were made for, whatever makes them.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test")]

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use moored::StatementLog;
use moored::prelude::*;
use moored_sqlite::Sqlite;

diesel::table! {
    counted (id) { id -> BigInt, name -> Text }
}
diesel::table! {
    named (id) { id -> Text, name -> Text }
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = counted)]
struct Counted {
    #[entity(key, generated)]
    id: i64,
    name: String,
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = named)]
struct Named {
    #[entity(key, generated)]
    id: String,
    name: String,
}

fn orm(schema: &'static str) -> (Orm<Sqlite>, StatementLog) {
    let log = StatementLog::new();
    let sink = log.clone();
    let orm = Orm::<Sqlite>::builder(":memory:").instrument(move || sink.clone()).build().unwrap();
    orm.with_connection(|connection| Ok(connection.batch_execute(schema)?)).unwrap();
    log.take();
    (orm, log)
}

/// Persists forty rows in one flush, and compares what memory says of each with the database.
fn keys_are_right(orm: &Orm<Sqlite>) {
    orm.session(|session| {
        let new: Vec<_> = (0..40)
            .map(|number| session.persist(NewCounted::new(format!("row {number}"))))
            .collect::<moored::Result<_>>()?;
        session.flush()?;
        let rows = session.promote(&new)?;
        for (number, row) in rows.iter().enumerate() {
            assert_eq!(session[row].name, format!("row {number}"));
            let (id, name) = (session[row].id, session[row].name.clone());
            let stored: String =
                counted::table.find(id).select(counted::name).get_result(session.connection()?)?;
            assert_eq!(stored, name, "the row of key {id}");
        }
        Ok(())
    })
    .unwrap();
}

#[test]
fn a_counted_key_goes_in_batches_and_asks_nothing() {
    let (orm, log) = orm("CREATE TABLE counted (id INTEGER PRIMARY KEY, name TEXT NOT NULL)");
    keys_are_right(&orm);
    assert_eq!(log.take().iter().filter(|sql| !sql.starts_with("SELECT `counted`")).count(), 3);
}

#[test]
fn a_trigger_that_takes_keys_in_between_does_not_confuse_them() {
    let (orm, log) = orm("CREATE TABLE counted (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
         CREATE TRIGGER echo AFTER INSERT ON counted WHEN NEW.name LIKE 'row%'
         BEGIN INSERT INTO counted (name) VALUES ('echo of ' || NEW.name); END");
    keys_are_right(&orm);
    let inserts = log.take().iter().filter(|sql| sql.starts_with("INSERT")).count();
    assert_eq!(inserts, 1, "a gap alone is no reason to go row by row");
}

#[test]
fn a_table_that_has_run_out_of_rowids_is_written_row_by_row() {
    let (orm, log) = orm("CREATE TABLE counted (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
         INSERT INTO counted VALUES (9223372036854775807, 'the last')");
    keys_are_right(&orm);
    let inserts = log.take().iter().filter(|sql| sql.starts_with("INSERT")).count();
    assert_eq!(inserts, 41, "one batch that is undone, then one a row");
}

#[test]
fn a_number_from_a_default_is_written_row_by_row() {
    let (orm, _) =
        orm("CREATE TABLE counted (id BIGINT NOT NULL PRIMARY KEY DEFAULT (random()), name TEXT NOT NULL)");
    keys_are_right(&orm);
}

#[test]
fn a_number_from_a_default_without_rowid_is_written_row_by_row() {
    let (orm, _) = orm(
        "CREATE TABLE counted (id INTEGER NOT NULL PRIMARY KEY DEFAULT (random()), name TEXT NOT NULL) WITHOUT ROWID",
    );
    keys_are_right(&orm);
}

#[test]
fn a_text_from_a_default_is_written_row_by_row() {
    let (orm, log) = orm(
        "CREATE TABLE named (id TEXT NOT NULL PRIMARY KEY DEFAULT (hex(randomblob(8))), name TEXT NOT NULL)",
    );
    orm.session(|session| {
        let new: Vec<_> = (0..40)
            .map(|number| session.persist(NewNamed::new(format!("row {number}"))))
            .collect::<moored::Result<_>>()?;
        session.flush()?;
        for (number, row) in session.promote(&new)?.iter().enumerate() {
            let id = session[row].id.clone();
            let stored: String =
                named::table.find(&id).select(named::name).get_result(session.connection()?)?;
            assert_eq!(stored, format!("row {number}"), "the row of key {id}");
        }
        Ok(())
    })
    .unwrap();
    assert_eq!(log.take().iter().filter(|sql| sql.starts_with("INSERT")).count(), 40);
}
