//! Units of work that start over: when, how often, and never when something would be done twice.

#[doc(hidden)]
#[macro_export]
macro_rules! retries_behaviours {
    ($backend:ty, $harness:ty) => {
        mod retries {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            use std::thread;
            use std::time::Duration;

            use $crate::moored::Retry;

            fn policy() -> Retry {
                Retry::default().attempts(3).wait(Duration::from_millis(1), Duration::from_millis(5))
            }

            fn raise(session: &mut Session<'_, B>, orm: &Orm<B>, in_the_way: bool) -> Result<i64> {
                let account = session.find::<Account>(1)?.required()?;
                session.edit(&account)?.balance += 1;
                if in_the_way {
                    samples::execute(orm, "UPDATE accounts SET version = version + 1");
                }
                session.flush()?;
                Ok(session[&account].balance)
            }

            fn opened() -> Orm<B> {
                let (orm, _) = open();
                samples::execute(&orm, "INSERT INTO accounts (id, balance, version) VALUES (1, 10, 1)");
                orm
            }

            fn balance(orm: &Orm<B>) -> i64 {
                orm.read(|session| {
                    let account = session.find::<Account>(1)?.required()?;
                    Ok(session[&account].balance)
                })
                .unwrap()
            }

            #[test]
            fn a_stale_unit_starts_over_in_a_fresh_session() {
                let orm = opened();
                let mut attempts = 0;
                let raised = orm.retry(&policy(), |session| {
                    attempts += 1;
                    assert!(!session.has_changes(), "something of the attempt before");
                    raise(session, &orm, attempts < 3)
                });
                assert_eq!((raised.unwrap(), attempts, balance(&orm)), (11, 3, 11));
            }

            #[test]
            fn the_last_error_is_returned_after_as_many_attempts_as_allowed() {
                let orm = opened();
                let mut attempts = 0;
                let raised = orm.retry(&policy(), |session| {
                    attempts += 1;
                    raise(session, &orm, true)
                });
                assert!(matches!(raised, Err(Error::Stale(_))), "{raised:?}");
                assert_eq!((attempts, balance(&orm)), (3, 10));
            }

            #[test]
            fn what_another_attempt_cannot_change_is_not_tried_again() {
                let orm = opened();
                let mut attempts = 0;
                let missing = orm.retry(&policy(), |session| {
                    attempts += 1;
                    session.find::<Account>(99)?.required().map(drop)
                });
                assert!(matches!(missing, Err(Error::NotFound { .. })), "{missing:?}");
                let forgotten = orm.retry(&policy(), |session| {
                    attempts += 1;
                    session.persist(NewNote::new("x", 0)).map(drop)
                });
                assert!(matches!(forgotten, Err(Error::Unflushed(_))), "{forgotten:?}");
                assert_eq!(attempts, 2);
            }

            /// One flush of the unit is committed when the next one fails.
            #[test]
            fn what_stands_already_is_never_done_twice() {
                let orm = opened();
                let mut attempts = 0;
                let mut run = |first: fn(&mut Session<'_, B>) -> Result<()>| {
                    let raised = orm.retry(&policy(), |session| {
                        attempts += 1;
                        first(session)?;
                        raise(session, &orm, true)
                    });
                    assert!(matches!(raised, Err(Error::Stale(_))), "{raised:?}");
                    std::mem::take(&mut attempts)
                };
                let flushed = run(|session| {
                    session.persist(NewNote::new("once", 0))?;
                    session.flush()
                });
                let committed =
                    run(|session| session.transaction(|tx| tx.persist(NewNote::new("twice", 0)).map(drop)));
                let plain = run(|session| {
                    session
                        .connection()?
                        .batch_execute("INSERT INTO notes (id, text, stars) VALUES (99, 'x', 0)")?;
                    Ok(())
                });
                let apart =
                    run(|session| session.requires_new(|tx| tx.persist(NewNote::new("apart", 0)).map(drop)));
                assert_eq!((flushed, committed, plain, apart), (1, 1, 1, 1));
                // What was undone, or only read, does not stand.
                let undone = run(|session| {
                    let undone: Result<()> = session.transaction(|tx| {
                        tx.persist(NewNote::new("never", 0))?;
                        tx.flush()?;
                        Err(Error::NotFound { entity: "Reason" })
                    });
                    assert!(undone.is_err());
                    session.transaction(|tx| tx.query::<Note>(notes::table).count().map(drop))
                });
                assert_eq!(undone, 3);
                let written = orm.read(|session| session.query::<Note>(notes::table).count());
                assert_eq!((written.unwrap(), balance(&orm)), (4, 10));
            }

            #[test]
            fn several_writers_of_one_row_all_come_through() {
                let orm = opened();
                thread::scope(|scope| {
                    for _ in 0..3 {
                        scope.spawn(|| {
                            for _ in 0..10 {
                                orm.retry(&policy().attempts(1_000), |session| raise(session, &orm, false))
                                    .unwrap();
                            }
                        });
                    }
                });
                assert_eq!(balance(&orm), 40);
            }
        }
    };
}
