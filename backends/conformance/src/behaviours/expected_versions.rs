//! The version that somebody saw outside of any session, compared with the row's.

#[doc(hidden)]
#[macro_export]
macro_rules! expected_versions_behaviours {
    ($backend:ty, $harness:ty) => {
        mod expected_versions {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            /// The row is at a version, and at no other one; it takes no SQL to know.
            fn expect_only<E>(
                orm: &Orm<B>,
                log: &Statements,
                version: E::Version,
                other: E::Version,
                key: &str,
            ) where
                E: Entity<B> + moored::entity::Versioned<Version: Copy>,
            {
                orm.session(|session| {
                    let row = session.select(Select::<E>::all()).one()?;
                    log.skip();
                    session.expect_version(&row, version)?;
                    let Err(Error::Stale(stale)) = session.expect_version(&row, other) else {
                        panic!("not stale")
                    };
                    assert_eq!((stale.entity, &*stale.key), (E::meta().name, key));
                    assert!(log.take().is_empty() && !session.has_changes());
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn versions_of_every_type_are_compared() {
                let (orm, log) = open();
                orm.session(|session| {
                    session.persist(NewSmallVersion::new("small"))?;
                    session.persist(NewLargeVersion::new("large"))?;
                    session.persist(NewAccount::new(1))?;
                    session.persist(Seat { venue: "hall".into(), number: 3, holder: None, version: 1 })?;
                    session.flush()
                })
                .unwrap();
                let lease = orm
                    .session(|session| {
                        let lease = session.persist(NewLease::new("me"))?;
                        session.flush()?;
                        let lease = session.promote(&lease)?;
                        Ok(session[&lease].touched_at)
                    })
                    .unwrap();
                samples::execute(&orm, "UPDATE large_versions SET version = 5000000000");
                let later = lease + $crate::chrono::TimeDelta::microseconds(1);
                expect_only::<SmallVersion>(&orm, &log, 1, 2, "1");
                expect_only::<LargeVersion>(&orm, &log, 5_000_000_000, 705_032_704, "1");
                expect_only::<Account>(&orm, &log, 1, 0, "1");
                expect_only::<Seat>(&orm, &log, 1, 2, "(\"hall\", 3)");
                expect_only::<Lease>(&orm, &log, lease, later, "1");
            }

            #[test]
            fn of_two_forms_the_second_is_stale_and_writes_nothing() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                let save = |seen: i32, name: &str| {
                    orm.session(|session| {
                        let author = session.find::<Author>(key)?.required()?;
                        session.expect_version(&author, seen)?;
                        session.edit(&author)?.name = name.into();
                        session.flush()
                    })
                };
                log.skip();
                save(1, "First").unwrap();
                log.expect(["SELECT authors", "UPDATE authors (name, version)"]);
                assert!(matches!(save(1, "Second"), Err(Error::Stale(_))));
                log.expect(["SELECT authors"]);
                save(2, "Second").unwrap();
            }

            #[test]
            fn a_writer_after_the_comparison_is_found_by_the_flush() {
                let (orm, _) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let author = session.find::<Author>(key)?.required()?;
                    samples::execute(&orm, "UPDATE authors SET name = 'Theirs', version = 2");
                    session.expect_version(&author, 1)?; // by what is in memory
                    session.edit(&author)?.name = "Mine".into();
                    assert!(matches!(session.flush(), Err(Error::Stale(_))));
                    session.refresh(&author)?;
                    assert!(matches!(session.expect_version(&author, 1), Err(Error::Stale(_))));
                    session.expect_version(&author, 2)
                })
                .unwrap();
            }

            #[test]
            fn the_session_s_own_flush_moves_it_and_a_rollback_puts_it_back() {
                let (orm, _) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let author = session.find::<Author>(key)?.required()?;
                    let failed: Result<()> = session.transaction(|tx| {
                        tx.edit(&author)?.name = "No One".into();
                        tx.expect_version(&author, 1)?; // an edit does not move it yet
                        tx.flush()?;
                        assert!(matches!(tx.expect_version(&author, 1), Err(Error::Stale(_))));
                        tx.expect_version(&author, 2)?;
                        samples::give_up()
                    });
                    assert!(failed.is_err());
                    session.expect_version(&author, 1)
                })
                .unwrap();
            }

            #[test]
            fn a_version_that_was_edited_in_memory_does_not_count() {
                let (orm, _) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let author = session.find::<Author>(key)?.required()?;
                    session.edit(&author)?.version = 7;
                    assert!(matches!(session.expect_version(&author, 7), Err(Error::Stale(_))));
                    session.expect_version(&author, 1)?;
                    session.discard();
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_row_that_left_or_is_not_written_has_no_version_to_compare() {
                let (orm, _) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let seat = Seat { venue: "hall".into(), number: 3, holder: None, version: 1 };
                    let seat = session.persist(seat)?;
                    assert!(matches!(
                        session.expect_version(&seat, 1),
                        Err(Error::NotWritten { entity: "Seat" })
                    ));
                    session.flush()?;
                    session.expect_version(&seat, 1)?;

                    let author = session.find::<Author>(key)?.required()?;
                    let alias = author.alias();
                    let removed = session.remove(author)?;
                    assert!(matches!(session.expect_version(&alias, 1), Err(Error::Removed(_))));
                    let author = session.restore(removed)?;
                    session.expect_version(&author, 1)?;
                    session.detach(author)?;
                    assert!(matches!(session.expect_version(&alias, 1), Err(Error::Detached(_))));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn services_and_read_sessions_compare_too() {
                fn check<'s>(uow: &UnitOfWork<'s, B>, author: &Handle<'s, Author, Managed>) -> Result<()> {
                    uow.expect_version(author, 1)
                }
                let (orm, _) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let author = session.find::<Author>(key)?.required()?;
                    check(session, &author)
                })
                .unwrap();
                let read = orm.read(|session| {
                    let author = session.find::<Author>(key)?.required()?;
                    session.expect_version(&author, 1)?;
                    session.expect_version(&author, 2)
                });
                assert!(matches!(read, Err(Error::Stale(_))));
            }
        }
    };
}
