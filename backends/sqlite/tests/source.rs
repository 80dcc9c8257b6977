//! What only SQLite has: one database in memory for all connections, pragmas, a single writer, its errors' words.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use moored::backend::FailureKind;
use moored::prelude::*;
use moored_sqlite::{Journal, Sqlite, SqliteOptions};

diesel::table! {
    counters (name) {
        name -> Text,
        value -> Integer,
    }
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = counters)]
struct Counter {
    #[entity(key)]
    name: String,
    value: i32,
}

const TABLE: &str =
    "CREATE TABLE counters (name TEXT PRIMARY KEY NOT NULL, value INTEGER NOT NULL CHECK (value < 1000),
    UNIQUE (name, value))";

fn create(orm: &Orm<Sqlite>) {
    orm.with_connection(|connection| connection.batch_execute(TABLE).map_err(moored::Error::from)).unwrap();
}

fn file(name: &str) -> String {
    let folder = std::env::temp_dir().join(format!("moored-{}-{name}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder.join("app.db").to_str().unwrap().to_owned()
}

fn pragma(orm: &Orm<Sqlite>, name: &str) -> String {
    #[derive(QueryableByName)]
    struct Value {
        #[diesel(sql_type = diesel::sql_types::Text)]
        value: String,
    }
    orm.with_connection(|connection| {
        let query = format!("SELECT CAST({name} AS TEXT) AS value FROM pragma_{name}");
        let value: Value = diesel::sql_query(query).get_result(connection)?;
        Ok::<_, moored::Error>(value.value)
    })
    .unwrap()
}

#[test]
fn a_database_in_memory_is_one_for_all_connections_and_threads() {
    let orm = Orm::<Sqlite>::builder(":memory:").pool_size(4).build().unwrap();
    create(&orm);
    orm.session(|session| {
        session.persist(Counter { name: "all".into(), value: 0 })?;
        session.flush()
    })
    .unwrap();
    std::thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| {
                for _ in 0..25 {
                    orm.session(|session| {
                        session.transaction(|tx| {
                            let counter = tx.find::<Counter>("all")?.required()?;
                            tx.edit(&counter)?.value += 1;
                            Ok(())
                        })
                    })
                    .unwrap();
                }
            });
        }
    });
    let value = orm.session(|session| {
        let counter = session.find::<Counter>("all")?.required()?;
        Ok(session[&counter].value)
    });
    assert_eq!(value.unwrap(), 100);
}

#[test]
fn two_databases_in_memory_are_two() {
    let one = Orm::<Sqlite>::connect(":memory:").unwrap();
    create(&one);
    let other = Orm::<Sqlite>::connect(":memory:").unwrap();
    create(&other);
}

#[test]
fn a_database_in_memory_outlives_every_connection_of_the_pool() {
    let orm = Orm::<Sqlite>::builder(":memory:").pool_size(1).build().unwrap();
    create(&orm);
    // A panic inside a transaction costs the pool its only connection.
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        orm.with_connection(|connection| {
            connection.begin_test_transaction()?;
            connection.batch_execute("SELECT 1")?;
            if !std::hint::black_box(false) {
                panic!("mid-transaction");
            }
            Ok::<(), moored::Error>(())
        })
    }));
    assert!(panicked.is_err());
    let count = orm.read(|session| session.query::<Counter>(counters::table).count());
    assert_eq!(count.unwrap(), 0);
}

#[test]
fn every_connection_has_its_pragmas() {
    let orm = Orm::<Sqlite>::connect(file("pragmas")).unwrap();
    assert_eq!(pragma(&orm, "journal_mode"), "wal");
    assert_eq!(pragma(&orm, "foreign_keys"), "1");
}

#[test]
fn options_change_the_pragmas() {
    let options = SqliteOptions { foreign_keys: false, journal: Journal::Delete, ..SqliteOptions::default() };
    let orm = Orm::<Sqlite>::builder(file("options")).options(options).build().unwrap();
    assert_eq!(pragma(&orm, "journal_mode"), "delete");
    assert_eq!(pragma(&orm, "foreign_keys"), "0");
}

#[test]
fn a_wrong_address_fails_at_once_with_sqlites_reason() {
    let started = Instant::now();
    let error = Orm::<Sqlite>::connect("/no/such/folder/app.db").unwrap_err();
    assert!(error.to_string().contains("unable to open database file"), "{error}");
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_second_writer_is_busy_after_the_time_out_and_may_retry() {
    let options = SqliteOptions { busy_timeout: Duration::from_millis(50), ..SqliteOptions::default() };
    let orm = Orm::<Sqlite>::builder(file("busy")).options(options).build().unwrap();
    create(&orm);
    orm.session(|first| {
        first.transaction(|_| {
            let error = orm.session(|second| second.transaction(|_| Ok(()))).unwrap_err();
            assert_eq!(error.failure().unwrap().kind, FailureKind::Busy);
            assert!(error.is_retryable());
            Ok(())
        })
    })
    .unwrap();
}

#[test]
fn a_full_pool_is_a_typed_error_in_the_time_configured() {
    let orm = Orm::<Sqlite>::builder(":memory:")
        .pool_size(1)
        .checkout_timeout(Duration::from_millis(500))
        .build()
        .unwrap();
    create(&orm);
    orm.session(|first| {
        first.query::<Counter>(counters::table).count()?;
        let started = Instant::now();
        let error = orm.read(|second| second.find::<Counter>("x").map(|_| ())).unwrap_err();
        assert!(matches!(error, moored::Error::NoConnection { .. }), "{error}");
        assert!(
            started.elapsed() >= Duration::from_millis(500) && started.elapsed() < Duration::from_secs(5)
        );
        Ok(())
    })
    .unwrap();
}

#[test]
fn errors_name_what_sqlite_names() {
    let orm = Orm::<Sqlite>::connect(":memory:").unwrap();
    create(&orm);
    let refused = |value: i32, twice: bool| {
        let error = orm.session(|session| {
            session.persist(Counter { name: "a".into(), value })?;
            session.flush()?;
            if twice {
                orm.session(|other| {
                    other.persist(Counter { name: "a".into(), value: value + 1 })?;
                    other.flush()
                })?;
            }
            Ok(())
        });
        error.unwrap_err().failure().unwrap().clone()
    };
    assert_eq!(refused(2000, false).kind, FailureKind::Check);
    let unique = refused(1, true);
    assert_eq!(unique.kind, FailureKind::Unique);
    assert_eq!((unique.table.as_deref(), unique.column.as_deref()), (Some("counters"), Some("name")));
}

#[test]
fn a_read_only_file_is_read_only() {
    let path = file("readonly");
    // From the first connection on: a file leaves the journal `Wal` only when no other connection is left, and a pool
    // that was dropped may still be opening one in the background.
    let options = SqliteOptions { journal: Journal::Delete, ..SqliteOptions::default() };
    create(&Orm::<Sqlite>::builder(path.clone()).options(options.clone()).build().unwrap());
    let orm = Orm::<Sqlite>::builder(format!("file:{path}?mode=ro")).options(options).build().unwrap();
    let error = orm
        .session(|session| {
            session.persist(Counter { name: "a".into(), value: 1 })?;
            session.flush()
        })
        .unwrap_err();
    assert_eq!(error.failure().unwrap().kind, FailureKind::ReadOnly, "{error:?}");
}

#[test]
fn a_database_without_room_is_full_and_what_was_to_go_in_stays_pending() {
    let orm = Orm::<Sqlite>::builder(":memory:").pool_size(1).build().unwrap();
    create(&orm);
    orm.with_connection(|connection| Ok(connection.batch_execute("PRAGMA max_page_count = 8")?)).unwrap();
    orm.session(|session| {
        for value in 0..900 {
            session.persist(Counter { name: format!("{value:0200}"), value })?;
        }
        let error = session.flush().unwrap_err();
        assert_eq!(error.failure().unwrap().kind, FailureKind::Full, "{error:?}");
        assert!(session.has_changes());
        session.discard();
        session.persist(Counter { name: "small".into(), value: 1 })?;
        session.flush()?;
        assert_eq!(session.query::<Counter>(counters::table).count()?, 1);
        Ok(())
    })
    .unwrap();
}
