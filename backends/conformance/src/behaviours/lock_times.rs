//! How long a lock is waited for, and what becomes of a transaction that does not get it.

#[doc(hidden)]
#[macro_export]
macro_rules! lock_times_behaviours {
    ($backend:ty, $harness:ty) => {
        mod lock_times {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            use std::time::{Duration, Instant};

            use $crate::moored::Lock;
            use $crate::moored::backend::FailureKind;
            use $crate::second::{beside, kind};

            const FLAVOUR: Flavour = <H as Harness<B>>::FLAVOUR;
            /// Nobody waits that long for anything here.
            const EVER: Duration = Duration::from_secs(20);

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            /// What the connection is set to wait.
            fn setting(tx: &mut Transaction<'_, '_, B>) -> Result<String> {
                use $crate::diesel::dsl::sql;
                use $crate::diesel::sql_types::Text;
                let query = match FLAVOUR {
                    Flavour::Sqlite => "'none'",
                    Flavour::Postgres => "current_setting('lock_timeout')",
                    _ => "CAST(@@SESSION.innodb_lock_wait_timeout AS CHAR)",
                };
                Ok($crate::diesel::select(sql::<Text>(query)).get_result(tx.connection()?)?)
            }

            #[test]
            fn a_lock_is_waited_for_as_long_as_it_says_and_the_connection_is_as_it_was() {
                const LIMIT: Duration = Duration::from_millis(400);
                let (orm, _) = open();
                samples::notes(&orm, 2);
                let refused = beside(&orm, FLAVOUR, Lock::UPDATE, |tx| {
                    let before = setting(tx)?;
                    for _ in 0..2 {
                        tx.find_locked::<Note>(2, Lock::UPDATE.wait_at_most(LIMIT))?.required()?;
                        tx.select(Note::ID.eq(2)).lock(Lock::UPDATE.wait_at_most(LIMIT)).one()?;
                        assert_eq!(setting(tx)?, before);
                    }
                    for by_query in [false, true] {
                        let begun = Instant::now();
                        // PostgreSQL dooms the savepoint, and nothing else.
                        let refused = tx.transaction(|inner| {
                            let lock = Lock::SHARE.wait_at_most(LIMIT);
                            match by_query {
                                true => inner.select(Note::ID.gt(0)).lock(lock).all().map(drop),
                                false => inner.find_locked::<Note>(1, lock).map(drop),
                            }
                        });
                        let waited = begun.elapsed();
                        assert_eq!(kind(&refused), Some(FailureKind::LockTimeout), "{refused:?}");
                        assert!(waited >= LIMIT && waited < EVER, "{waited:?}");
                        assert_eq!(setting(tx)?, before);
                    }
                    let note = tx.find::<Note>(2)?.required()?;
                    tx.edit(&note)?.stars = 1;
                    Ok(())
                });
                if FLAVOUR.has_one_writer() {
                    assert_eq!(kind(&refused), Some(FailureKind::Busy), "{refused:?}");
                } else {
                    refused.unwrap();
                }
            }

            #[test]
            fn a_time_to_wait_takes_so_many_statements() {
                let (orm, log) = open();
                samples::notes(&orm, 1);
                orm.session(|session| {
                    session.transaction(|tx| {
                        for time in [Duration::from_micros(1), Duration::from_millis(1_001), Duration::MAX] {
                            log.skip();
                            tx.find_locked::<Note>(1, Lock::UPDATE.wait_at_most(time))?.required()?;
                            let sent = log.take_sql();
                            match FLAVOUR {
                                Flavour::Sqlite => assert_eq!(sent.len(), 1, "{sent:?}"),
                                Flavour::Mariadb => {
                                    let [select] = sent.as_slice() else { panic!("{sent:?}") };
                                    let (_, wait) = select.split_once(" FOR UPDATE WAIT ").unwrap();
                                    let seconds: Duration = Duration::from_secs(wait.trim().parse().unwrap());
                                    assert!(
                                        seconds >= time.min(Duration::from_secs(365 * 24 * 3_600)),
                                        "{wait}"
                                    );
                                }
                                _ => {
                                    assert_eq!(sent.len(), 3, "{sent:?}");
                                    assert!(sent[1].contains(" FOR UPDATE") && !sent[1].contains("WAIT"));
                                    assert!(
                                        sent[0].contains("lock_") && sent[2].contains("lock_"),
                                        "{sent:?}"
                                    );
                                }
                            }
                        }
                        Ok(())
                    })
                })
                .unwrap();
            }

            #[test]
            fn a_lock_that_is_not_granted_dooms_what_the_database_dooms() {
                let (orm, _) = open();
                samples::notes(&orm, 2);
                let ended = beside(&orm, FLAVOUR, Lock::UPDATE, |tx| {
                    let note = tx.find_locked::<Note>(2, Lock::UPDATE)?.required()?;
                    tx.edit(&note)?.stars = 5;
                    tx.flush()?;
                    let refused = tx
                        .transaction(|inner| inner.find_locked::<Note>(1, Lock::UPDATE.no_wait()).map(drop));
                    assert_eq!(kind(&refused), Some(FailureKind::LockTimeout), "{refused:?}");
                    assert!(tx.find_locked::<Note>(2, Lock::UPDATE)?.is_some());
                    let refused = tx.find_locked::<Note>(1, Lock::UPDATE.no_wait());
                    assert_eq!(kind(&refused), Some(FailureKind::LockTimeout), "{refused:?}");
                    Ok(())
                });
                let stands = match FLAVOUR {
                    Flavour::Sqlite => {
                        assert_eq!(kind(&ended), Some(FailureKind::Busy), "{ended:?}");
                        0
                    }
                    Flavour::Postgres => {
                        assert!(matches!(ended, Err(Error::Doomed { .. })), "{ended:?}");
                        0
                    }
                    _ => {
                        ended.unwrap();
                        5
                    }
                };
                let stars = orm.read(|session| {
                    let note = session.find::<Note>(2)?.required()?;
                    Ok(session[&note].stars)
                });
                assert_eq!(stars.unwrap(), stands);
            }
        }
    };
}
