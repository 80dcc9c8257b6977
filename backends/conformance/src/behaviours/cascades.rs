//! Rows that the database deletes with others of the same flush: no surprise, whereas another writer's doing is.

#[doc(hidden)]
#[macro_export]
macro_rules! cascades_behaviours {
    ($backend:ty, $harness:ty) => {
        mod cascades {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            /// Two archives; in the first folder 2 is inside of folder 1, and each folder has a sheet.
            fn open() -> (Orm<B>, Statements) {
                let (orm, log) = <H as Harness<B>>::open();
                for sql in [
                    "INSERT INTO archives VALUES (1), (2)",
                    "INSERT INTO folders VALUES (1, 1, NULL, 1), (2, 1, 1, 1), (3, 2, NULL, 1), (4, 2, NULL, 1)",
                    "INSERT INTO sheets VALUES (1, 1), (2, 2), (3, 3), (4, 4)",
                ] {
                    samples::execute(&orm, sql);
                }
                (orm, log)
            }

            fn remove<E>(uow: &mut UnitOfWork<'_, B>, keys: &[i32]) -> Result<()>
            where
                E: Entity<B>,
                i32: $crate::moored::entity::IntoKey<E>,
            {
                for &key in keys {
                    let row = uow.find::<E>(key)?.required()?;
                    let _ = uow.remove(row)?;
                }
                Ok(())
            }

            fn left(orm: &Orm<B>) -> [u64; 3] {
                orm.read(|session| {
                    Ok([
                        session.query::<Archive>(archives::table).count()?,
                        session.query::<Folder>(folders::table).count()?,
                        session.query::<Sheet>(sheets::table).count()?,
                    ])
                })
                .unwrap()
            }

            #[test]
            fn what_goes_with_its_parent_may_be_removed_in_the_same_flush() {
                let (orm, _) = open();
                orm.session(|session| {
                    remove::<Archive>(session, &[1])?;
                    remove::<Folder>(session, &[1, 2, 3])?;
                    remove::<Sheet>(session, &[1, 2, 3, 4])?;
                    session.flush()?;
                    assert!(!session.has_changes() && session.find::<Folder>(2)?.is_none());
                    Ok(())
                })
                .unwrap();
                assert_eq!(left(&orm), [1, 1, 0]);
            }

            #[test]
            fn what_goes_with_a_row_of_its_own_table_may_be_removed_in_the_same_flush() {
                for keys in [[1, 2], [2, 1]] {
                    let (orm, _) = open();
                    orm.session(|session| {
                        remove::<Folder>(session, &keys)?;
                        session.flush()
                    })
                    .unwrap();
                    assert_eq!(left(&orm), [2, 2, 2]);
                }
            }

            #[test]
            fn what_goes_with_its_parent_may_be_removed_at_the_end_of_a_transaction() {
                let (orm, _) = open();
                orm.session(|session| {
                    session.transaction(|tx| {
                        remove::<Archive>(tx, &[1])?;
                        remove::<Sheet>(tx, &[2])
                    })?;
                    session.transaction(|tx| {
                        tx.transaction(|tx| {
                            remove::<Archive>(tx, &[2])?;
                            remove::<Folder>(tx, &[4])
                        })
                    })
                })
                .unwrap();
                assert_eq!(left(&orm), [0, 0, 0]);
            }

            #[test]
            fn a_reference_to_what_goes_with_its_parent_may_be_removed_in_the_same_flush() {
                let (orm, _) = open();
                orm.session(|session| {
                    remove::<Archive>(session, &[1])?;
                    let folder = session.reference::<Folder>(2)?;
                    session.remove(folder)?;
                    session.flush()
                })
                .unwrap();
                assert_eq!(left(&orm), [1, 2, 2]);
            }

            /// Whether the parent takes it along or not.
            #[test]
            fn a_row_that_another_writer_deleted_or_changed_is_stale_beside_them() {
                for folder in [2, 4] {
                    for change in ["DELETE FROM folders", "UPDATE folders SET version = 2"] {
                        let (orm, _) = open();
                        orm.session(|session| {
                            remove::<Archive>(session, &[1])?;
                            remove::<Folder>(session, &[1, 2, 4])?;
                            remove::<Sheet>(session, &[1])?;
                            samples::execute(&orm, &format!("{change} WHERE id = {folder}"));
                            let pending = (session.plan()?, left(&orm));
                            match session.flush() {
                                Err(Error::Stale(row)) => assert_eq!(row.to_string(), format!("Folder {folder}")),
                                other => panic!("{change} {folder}: {other:?}"),
                            }
                            assert_eq!((session.plan()?, left(&orm)), pending, "{change} {folder}");
                            session.discard();
                            Ok(())
                        })
                        .unwrap();
                    }
                }
            }

            #[test]
            fn a_row_whose_relation_is_declared_goes_before_its_parent() {
                let (orm, log) = open();
                orm.session(|session| {
                    remove::<Folder>(session, &[3])?;
                    remove::<FiledSheet>(session, &[3])?;
                    log.skip();
                    session.flush()?;
                    log.expect(["B", "DELETE sheets", "DELETE folders", "C"]);
                    Ok(())
                })
                .unwrap();
                assert_eq!(left(&orm), [2, 3, 3]);
            }
        }
    };
}
