//! What a transaction is asked to be reaches the server, ends with it, and is a typed error where there is no such thing.

#[doc(hidden)]
#[macro_export]
macro_rules! transaction_options_behaviours {
    ($backend:ty, $harness:ty) => {
        mod transaction_options {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            use $crate::moored::backend::FailureKind;
            use $crate::moored::{Isolation, TransactionOptions};

            const FLAVOUR: Flavour = <H as Harness<B>>::FLAVOUR;
            const PLAIN: TransactionOptions = TransactionOptions::new();

            fn count(uow: &mut UnitOfWork<'_, B>) -> Result<u64> {
                uow.query::<Note>(notes::table).count()
            }

            #[test]
            fn one_that_only_reads_is_refused_every_write_and_the_next_one_is_not() {
                let (orm, _) = open();
                samples::notes(&orm, 1);
                orm.session(|session| {
                    let note = session.find::<Note>(1)?.required()?;
                    let refused = session.transaction_with(PLAIN.read_only(), |tx| {
                        assert_eq!(count(tx)?, 1);
                        tx.edit(&note)?.stars = 5;
                        Ok(())
                    });
                    let kind = refused.as_ref().err().and_then(Error::failure).map(|failure| failure.kind);
                    assert_eq!(kind, Some(FailureKind::ReadOnly), "{refused:?}");
                    assert_eq!(session[&note].stars, 0);
                    session.transaction(|tx| {
                        tx.edit(&note)?.stars = 6;
                        Ok(())
                    })?;
                    session.transaction_with(PLAIN.read_only(), |tx| count(tx).map(drop))?;
                    session.edit(&note)?.stars = 7;
                    session.flush()?;
                    session.refresh(&note)?;
                    assert_eq!(session[&note].stars, 7);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn one_that_only_reads_locks_nothing() {
                let (orm, log) = open();
                samples::notes(&orm, 1);
                orm.session(|session| {
                    let note = session.find::<Note>(1)?.required()?;
                    session.transaction_with(PLAIN.read_only(), |tx| {
                        log.skip();
                        let by_handle = tx.lock(&note, $crate::moored::Lock::UPDATE);
                        assert!(matches!(by_handle, Err(Error::Unsupported { .. })), "{by_handle:?}");
                        let by_query =
                            tx.query::<Note>(notes::table).lock($crate::moored::Lock::SHARE).first();
                        assert!(matches!(by_query, Err(Error::Unsupported { .. })), "{by_query:?}");
                        log.expect::<&str>([]);
                        Ok(())
                    })
                })
                .unwrap();
            }

            /// What a transaction sees of what another one commits meanwhile.
            #[test]
            fn a_level_of_isolation_shows_in_what_is_seen_of_others() {
                for (isolation, seen) in [(Isolation::ReadCommitted, 2), (Isolation::RepeatableRead, 1)] {
                    let (orm, log) = open();
                    samples::notes(&orm, 1);
                    orm.session(|session| {
                        log.skip();
                        let counted = session.transaction_with(PLAIN.isolation(isolation), |tx| {
                            assert_eq!(count(tx)?, 1);
                            samples::execute(&orm, "INSERT INTO notes (id, text, stars) VALUES (2, 'x', 0)");
                            count(tx)
                        });
                        match counted {
                            Ok(counted) => assert_eq!(counted, seen, "{isolation:?}"),
                            Err(Error::Unsupported { .. }) => {
                                assert_eq!(FLAVOUR, Flavour::Sqlite);
                                log.expect::<&str>([]);
                            }
                            other => panic!("{isolation:?}: {other:?}"),
                        }
                        Ok(())
                    })
                    .unwrap();
                }
            }

            /// Each of two transactions reads what the other one writes: they cannot have run one after the other.
            #[test]
            fn serializable_transactions_do_not_both_act_on_what_is_no_longer_so() {
                let (orm, _) = open();
                samples::notes(&orm, 2);
                let act = |mine: i32, meet: &std::sync::Barrier| {
                    orm.session(|session| {
                        session.transaction_with(PLAIN.isolation(Isolation::Serializable), |tx| {
                            let both = tx.query::<Note>(notes::table.order(notes::id)).all()?;
                            let stars: i32 = both.iter().map(|note| tx[note].stars).sum();
                            if FLAVOUR != Flavour::Sqlite {
                                meet.wait();
                            }
                            if stars == 0 {
                                let note = tx.find::<Note>(mine)?.required()?;
                                tx.edit(&note)?.stars = 1;
                            }
                            Ok(())
                        })
                    })
                };
                let meet = std::sync::Barrier::new(2);
                let ended = std::thread::scope(|scope| {
                    let acting: Vec<_> = [1, 2]
                        .map(|mine| {
                            scope.spawn({
                                let (act, meet) = (&act, &meet);
                                move || act(mine, meet)
                            })
                        })
                        .into();
                    acting.into_iter().map(|acting| acting.join().unwrap()).collect::<Vec<_>>()
                });
                for error in ended.iter().filter_map(|ended| ended.as_ref().err()) {
                    assert!(error.is_retryable(), "{error:?}");
                }
                let starred = notes::table.filter(notes::stars.gt(0));
                let starred = orm.read(|session| session.query::<Note>(starred).count()).unwrap();
                assert_eq!(starred, 1, "{ended:?}");
            }

            #[test]
            fn one_that_may_wait_is_had_on_postgresql_alone_and_only_where_it_waits() {
                let (orm, log) = open();
                orm.session(|session| {
                    let waits = PLAIN.deferrable();
                    let all = waits.read_only().isolation(Isolation::Serializable);
                    for (options, can) in
                        [(waits, false), (waits.read_only(), false), (all, FLAVOUR == Flavour::Postgres)]
                    {
                        log.skip();
                        let ended = session.transaction_with(options, |tx| count(tx));
                        match ended {
                            Ok(0) => assert!(can),
                            Err(Error::Unsupported { .. }) => {
                                assert!(!can);
                                log.expect::<&str>([]);
                            }
                            other => panic!("{other:?}"),
                        }
                    }
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn they_cannot_be_changed_where_one_is_open() {
                let (orm, log) = open();
                orm.session(|session| {
                    session.transaction(|tx| {
                        log.skip();
                        for options in [PLAIN.read_only(), PLAIN.isolation(Isolation::Serializable)] {
                            let inner = tx.transaction_with(options, |_| Ok(()));
                            assert!(matches!(inner, Err(Error::TransactionOpen)), "{inner:?}");
                        }
                        log.expect::<&str>([]);
                        tx.persist(NewNote::new("still", 0)).map(drop)
                    })?;
                    assert_eq!(count(session)?, 1);
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
