//! Programs that start at once on one file apply each migration once: readers of a file do not wait for its writer.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test")]

use std::path::PathBuf;
use std::sync::Barrier;
use std::thread;

use moored::prelude::*;
use moored_conformance::migrations::{ALL, Program, Programs};
use moored_sqlite::Sqlite;

struct File(PathBuf);

impl Drop for File {
    fn drop(&mut self) {
        for suffix in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{suffix}", self.0.display()));
        }
    }
}

#[test]
fn programs_that_start_at_once_on_a_file_apply_each_migration_once() {
    let file = File(std::env::temp_dir().join(format!("moored-migrations-{}.sqlite", std::process::id())));
    let url = file.0.display().to_string();
    let orm = Orm::<Sqlite>::connect(&url).unwrap();
    orm.run_migrations(ALL).unwrap();
    let start = Barrier::new(4);
    let applied: Vec<usize> = thread::scope(|scope| {
        let programs: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let orm = Orm::<Sqlite>::connect(&url).unwrap();
                    start.wait();
                    let slow = Programs(&[Program::Slow(1), Program::Slow(2), Program::Slow(3)]);
                    orm.run_migrations(slow).unwrap().len()
                })
            })
            .collect();
        programs.into_iter().map(|program| program.join().unwrap()).collect()
    });
    assert_eq!(applied.iter().sum::<usize>(), 3, "{applied:?}");
}
