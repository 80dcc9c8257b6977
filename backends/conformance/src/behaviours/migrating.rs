//! Migrations are applied once, in their order, by whoever comes first.

#[doc(hidden)]
#[macro_export]
macro_rules! migrating_behaviours {
    ($backend:ty, $harness:ty) => {
        mod migrating {
            use std::panic::{AssertUnwindSafe, catch_unwind};
            use std::sync::Barrier;
            use std::thread;

            use moored::backend::MigrationLock;
            use $crate::diesel::migration::MigrationVersion;
            use $crate::migrations::{ALL, BROKEN, OUTSIDE, Program, Programs};
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            const FLAVOUR: Flavour = <H as Harness<B>>::FLAVOUR;
            const VERSIONS: [&str; 4] =
                ["20260101000000", "20260102000000", "20260103000000", "20260104000000"];

            fn empty() -> Orm<B> {
                <H as Harness<B>>::empty().open(|settings| settings.pool_size(8)).0
            }

            fn texts(versions: &[MigrationVersion<'static>]) -> Vec<String> {
                versions.iter().map(ToString::to_string).collect()
            }

            fn number(orm: &Orm<B>, sql: &str) -> Option<i64> {
                let query = $crate::diesel::sql_query(format!(
                    "SELECT CAST(({sql}) AS {})",
                    match FLAVOUR {
                        Flavour::Mariadb | Flavour::Mysql => "SIGNED",
                        _ => "BIGINT",
                    }
                ));
                orm.with_connection(|connection| Ok(<B as Backend>::count(connection, &query)?)).ok()
            }

            fn applied(orm: &Orm<B>) -> Option<i64> {
                number(orm, "SELECT value FROM counters")
            }

            #[test]
            fn migrations_are_applied_in_their_order_and_once() {
                let orm = empty();
                assert_eq!(texts(&orm.pending_migrations(ALL).unwrap()), VERSIONS);
                assert_eq!(texts(&orm.run_migrations(ALL).unwrap()), VERSIONS);
                assert_eq!(applied(&orm), Some(2));
                assert!(orm.pending_migrations(ALL).unwrap().is_empty());
                assert!(orm.run_migrations(ALL).unwrap().is_empty());
                assert_eq!(applied(&orm), Some(2));
                assert_eq!(texts(&orm.run_migrations(OUTSIDE).unwrap()), ["20260105000000"]);
                assert!(orm.run_migrations(OUTSIDE).unwrap().is_empty());
                assert_eq!(applied(&orm), Some(3));
            }

            #[test]
            fn programs_that_start_at_once_apply_each_migration_once() {
                let slow = Programs(&[Program::Slow(1), Program::Slow(2), Program::Slow(3)]);
                for _ in 0..3 {
                    let orm = empty();
                    let start = Barrier::new(4);
                    let applied_by: Vec<Vec<String>> = thread::scope(|scope| {
                        let programs: Vec<_> = (0..4)
                            .map(|_| {
                                scope.spawn(|| {
                                    start.wait();
                                    let mut applied = texts(&orm.run_migrations(ALL).unwrap());
                                    applied.extend(texts(&orm.run_migrations(slow).unwrap()));
                                    applied
                                })
                            })
                            .collect();
                        programs.into_iter().map(|program| program.join().unwrap()).collect()
                    });
                    let mut all: Vec<String> = applied_by.concat();
                    all.sort();
                    let slow = ["20260201", "20260202", "20260203"];
                    assert_eq!(all, [&VERSIONS[..], &slow].concat(), "{applied_by:?}");
                    assert_eq!(applied(&orm), Some(5));
                }
            }

            #[test]
            fn a_program_waits_for_the_one_that_has_the_lock() {
                let orm = empty();
                let lock = orm
                    .with_connection(|first| {
                        let lock = <B as Backend>::lock_migrations(first)?;
                        orm.with_connection(|second| {
                            let taken = <B as Backend>::lock_migrations(second)?;
                            let expected =
                                if lock == MigrationLock::Held { MigrationLock::Taken } else { lock };
                            assert_eq!(taken, expected);
                            Ok(())
                        })?;
                        thread::scope(|scope| {
                            let waits = scope.spawn(|| texts(&orm.run_migrations(ALL).unwrap()));
                            thread::sleep(std::time::Duration::from_millis(200));
                            if lock == MigrationLock::Held {
                                assert!(!waits.is_finished());
                                <B as Backend>::unlock_migrations(first)?;
                            }
                            assert_eq!(waits.join().unwrap(), VERSIONS);
                            Ok(lock)
                        })
                    })
                    .unwrap();
                // SQLite has no locks by name.
                assert_eq!(lock == MigrationLock::Transactions, FLAVOUR.has_one_writer());
            }

            #[test]
            fn one_that_fails_is_named_and_those_before_it_stay() {
                let orm = empty();
                let error = orm.run_migrations(BROKEN).unwrap_err();
                let Error::Migration { version: Some(version), source, .. } = &error else {
                    panic!("{error:?}")
                };
                assert_eq!(&**version, VERSIONS[1]);
                assert_eq!(error.to_string(), "migration 20260102000000 failed");
                assert!(source.to_string().contains("there_is_no_such_table"), "{source}");
                assert_eq!(applied(&orm), Some(0));
                assert_eq!(texts(&orm.pending_migrations(BROKEN).unwrap()), VERSIONS[1..3]);
                // MySQL and MariaDB commit a table as they make it.
                let is_half = matches!(FLAVOUR, Flavour::Mariadb | Flavour::Mysql);
                assert_eq!(number(&orm, "SELECT COUNT(*) FROM halves").is_some(), is_half);
                // The lock was given back, and those that are put right are applied.
                assert_eq!(texts(&orm.run_migrations(ALL).unwrap()), VERSIONS[1..]);
                assert_eq!(applied(&orm), Some(2));
            }

            #[test]
            fn one_that_panics_gives_the_lock_back() {
                let (orm, panics) = (empty(), Programs(&[Program::Panics]));
                let caught = catch_unwind(AssertUnwindSafe(|| orm.run_migrations(panics)));
                assert!(caught.is_err());
                assert_eq!(orm.pending_migrations(panics).unwrap().len(), 1);
                assert_eq!(texts(&orm.run_migrations(ALL).unwrap()), VERSIONS);
            }
        }
    };
}
