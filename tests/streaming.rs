//! A stream of rows takes the memory of one row, however many there are.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test")]

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use moored::prelude::*;
use moored_sqlite::Sqlite;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<std::alloc::System> = &INSTRUMENTED_SYSTEM;

diesel::table! {
    logs (id) {
        id -> Integer,
        line -> Text,
    }
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = logs)]
struct Log {
    #[entity(key, generated)]
    id: i32,
    line: String,
}

/// How far the memory in use rises while so many rows are read, in bytes.
fn peak(
    rows: usize,
    read: impl for<'s> FnOnce(&mut Session<'s, Sqlite>, &mut dyn FnMut()) -> moored::Result<()>,
) -> isize {
    let orm = Orm::<Sqlite>::connect(":memory:").unwrap();
    let sql = format!(
        "CREATE TABLE logs (id INTEGER PRIMARY KEY, line TEXT NOT NULL);
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
         INSERT INTO logs SELECT i, printf('%.100c', 'x') FROM n"
    );
    orm.with_connection(|connection| Ok(connection.batch_execute(&sql)?)).unwrap();
    let mut peak = 0;
    orm.session(|session| {
        let region = Region::new(ALLOCATOR);
        read(session, &mut || {
            let used = region.change();
            let used = isize::try_from(used.bytes_allocated).unwrap()
                - isize::try_from(used.bytes_deallocated).unwrap();
            peak = peak.max(used);
        })
    })
    .unwrap();
    peak
}

#[test]
fn a_stream_takes_the_memory_of_one_row_and_a_load_that_of_all() {
    let stream = |rows| {
        peak(rows, |session, measure| {
            session.query::<Log>(logs::table).stream(|log| {
                assert_eq!(log.line.len(), 100);
                measure();
                Ok(())
            })
        })
    };
    let (few, many) = (stream(1_000), stream(100_000));
    assert!(many <= few + 4_096, "{few} bytes for a thousand rows, {many} for a hundred thousand");
    let loaded = peak(100_000, |session, measure| {
        session.query::<Log>(logs::table).all()?;
        measure();
        Ok(())
    });
    assert!(loaded > 100 * 100_000, "the measurement sees what is held: {loaded}");
}
