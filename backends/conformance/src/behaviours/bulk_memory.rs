//! What set-based statements leave of rows in memory: edits that wait, removals, transactions and scopes.

#[doc(hidden)]
#[macro_export]
macro_rules! bulk_memory_behaviours {
    ($backend:ty, $harness:ty) => {
        mod bulk_memory {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            /// Sessions that flush when they are told to.
            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open_with(|settings| settings.flush_mode(FlushMode::Commit))
            }

            fn set_email<'s, A: moored::FlushAuthority>(
                session: &mut UnitOfWork<'s, B, A>,
                name: &str,
                email: Option<&str>,
            ) -> Result<u64> {
                let named = authors::table.filter(authors::name.eq(name));
                session.update_all::<Author>(named).set(authors::email.eq(email)).execute()
            }

            #[test]
            fn an_edit_that_waits_is_kept_and_written_later() {
                let (orm, log) = open();
                samples::notes(&orm, 2);
                orm.session(|session| {
                    let note = session.find::<Note>(1)?.required()?;
                    session.edit(&note)?.text = "mine".into();
                    let set = (notes::stars.eq(3), notes::text.eq("theirs"));
                    assert_eq!(session.update_all::<Note>(notes::table).set(set).execute()?, 2);
                    assert_eq!((session[&note].text.as_str(), session[&note].stars), ("mine", 3));
                    log.skip();
                    session.flush()?;
                    log.expect(["UPDATE notes (text)"]);
                    session.refresh(&note)?;
                    assert_eq!((session[&note].text.as_str(), session[&note].stars), ("mine", 3));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn an_edited_row_takes_the_version_that_its_own_session_moved_on() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    session.edit(&arya)?.name = "No One".into();
                    assert_eq!(set_email(session, "Arya", Some("a@w"))?, 1);
                    assert_eq!(session[&arya].version, 2);
                    log.skip();
                    session.flush()?;
                    log.expect(["UPDATE authors (name, version)"]);
                    session.refresh(&arya)?;
                    let row = &session[&arya];
                    assert_eq!(
                        (row.name.as_str(), row.email.as_deref(), row.version),
                        ("No One", Some("a@w"), 3)
                    );
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn an_edited_row_that_another_writer_moved_is_stale_before_and_after() {
                for touched in [true, false] {
                    let (orm, _) = open();
                    let key = samples::author(&orm, "Arya");
                    let stale = orm.session(|session| {
                        let arya = session.find::<Author>(key)?.required()?;
                        session.edit(&arya)?.name = "mine".into();
                        samples::execute(&orm, "UPDATE authors SET email = 'theirs', version = version + 1");
                        let name = if touched { "Arya" } else { "nobody" };
                        assert_eq!(set_email(session, name, Some("ours"))?, u64::from(touched));
                        session.flush()
                    });
                    assert!(matches!(stale, Err(Error::Stale(_))), "{touched} {stale:?}");
                }
            }

            #[test]
            fn an_edited_row_whose_version_is_a_moment_is_left_to_be_found_stale() {
                let (orm, _) = open();
                samples::execute(
                    &orm,
                    "INSERT INTO leases (id, holder, touched_at) VALUES (1, 'a', '2001-02-03 04:05:06')",
                );
                orm.session(|session| {
                    let lease = session.find::<Lease>(1)?.required()?;
                    session.edit(&lease)?.holder = "mine".into();
                    let all = session.update_all::<Lease>(leases::table).set(leases::holder.eq("ours"));
                    assert_eq!(all.execute()?, 1);
                    assert!(matches!(session.flush(), Err(Error::Stale(_))));
                    session.refresh(&lease)?;
                    session.edit(&lease)?.holder = "mine".into();
                    session.flush()
                })
                .unwrap();
            }

            #[test]
            fn a_row_on_its_way_out_is_deleted_by_the_flush_all_the_same() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    let arya = session.remove(arya)?;
                    assert_eq!(set_email(session, "Arya", Some("a@w"))?, 1);
                    assert_eq!(session[&arya].email.as_deref(), Some("a@w"));
                    log.skip();
                    session.flush()?;
                    log.expect(["DELETE authors"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_row_on_its_way_out_that_another_writer_moved_is_stale() {
                let (orm, _) = open();
                let key = samples::author(&orm, "Arya");
                let stale = orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    let _ = session.remove(arya)?;
                    samples::execute(&orm, "UPDATE authors SET email = 'theirs', version = version + 1");
                    assert_eq!(set_email(session, "Arya", Some("ours"))?, 1);
                    session.flush()
                });
                assert!(matches!(stale, Err(Error::Stale(_))), "{stale:?}");
            }

            #[test]
            fn whatever_is_pending_of_a_deleted_row_goes_with_it() {
                let (orm, log) = open();
                samples::notes(&orm, 3);
                orm.session(|session| {
                    let edited = session.find::<Note>(1)?.required()?;
                    session.edit(&edited)?.stars = 1;
                    let removed = session.find::<Note>(2)?.required()?;
                    let removed = session.remove(removed)?;
                    let reference = session.reference::<Note>(3)?;
                    session.remove(reference)?;
                    assert_eq!(session.delete_all::<Note>(notes::table).execute()?, 3);
                    assert!(!session.has_changes());
                    assert_eq!(session[&removed].text, "note");
                    assert!(matches!(session.edit(&edited), Err(Error::Removed(_))));
                    assert!(matches!(session.restore(removed), Err(Error::Removed(_))));
                    log.skip();
                    session.flush()?;
                    assert!(log.take().is_empty());
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn an_edit_of_a_row_that_another_writer_deleted_is_not_lost_in_silence() {
                let (orm, _) = open();
                samples::notes(&orm, 2);
                let stale = orm.session(|session| {
                    let note = session.find::<Note>(1)?.required()?;
                    session.edit(&note)?.stars = 1;
                    samples::execute(&orm, "DELETE FROM notes WHERE id = 1");
                    assert_eq!(session.delete_all::<Note>(notes::table).execute()?, 1);
                    session.flush()
                });
                assert!(matches!(stale, Err(Error::Stale(_))), "{stale:?}");
            }

            #[test]
            fn a_rollback_puts_memory_back() {
                let (orm, log) = open();
                samples::notes(&orm, 3);
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    let first = session.find::<Note>(1)?.required()?;
                    let second = session.find::<Note>(2)?.required()?;
                    session.edit(&second)?.text = "pending".into();
                    let undone: Result<()> = session.transaction(|tx| {
                        assert_eq!(set_email(tx, "Arya", Some("a@w"))?, 1);
                        assert_eq!(tx[&arya].version, 2);
                        assert_eq!(tx.update_all::<Note>(notes::table).set(notes::stars.eq(5)).execute()?, 3);
                        let third = tx.find::<Note>(3)?.required()?;
                        assert_eq!(tx[&third].stars, 5);
                        assert_eq!(tx.delete_all::<Note>(notes::table.filter(notes::id.ne(3))).execute()?, 2);
                        assert!(matches!(tx.edit(&first), Err(Error::Removed(_))));
                        samples::give_up()
                    });
                    assert!(undone.is_err());
                    assert_eq!((session[&arya].email.as_deref(), session[&arya].version), (None, 1));
                    assert_eq!((session[&first].stars, session[&second].stars), (0, 0));
                    assert_eq!(session[&second].text, "pending");
                    session.edit(&first)?.stars = 1;
                    session.edit(&arya)?.name = "No One".into();
                    log.skip();
                    session.flush()?;
                    let sent = log.take();
                    assert!(sent.contains(&"UPDATE notes (text)".to_owned()), "{sent:?}");
                    assert!(sent.contains(&"UPDATE notes (stars)".to_owned()), "{sent:?}");
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_savepoint_is_undone_alone_and_the_rest_commits() {
                let (orm, _) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    session.transaction(|tx| {
                        assert_eq!(set_email(tx, "Arya", Some("outer"))?, 1);
                        let undone: Result<()> = tx.transaction(|inner| {
                            assert_eq!(set_email(inner, "Arya", Some("inner"))?, 1);
                            assert_eq!(inner[&arya].version, 3);
                            assert_eq!(inner.delete_all::<Author>(authors::table).execute()?, 1);
                            samples::give_up()
                        });
                        assert!(undone.is_err());
                        assert_eq!((tx[&arya].email.as_deref(), tx[&arya].version), (Some("outer"), 2));
                        tx.transaction(|inner| set_email(inner, "Arya", Some("kept")).map(|_| ()))
                    })?;
                    assert_eq!((session[&arya].email.as_deref(), session[&arya].version), (Some("kept"), 3));
                    session.edit(&arya)?.name = "No One".into();
                    session.flush()
                })
                .unwrap();
            }

            #[test]
            fn an_edit_that_waits_outside_of_a_transaction_still_waits_after_it() {
                for commits in [true, false] {
                    let (orm, log) = open();
                    let key = samples::author(&orm, "Arya");
                    orm.session(|session| {
                        let arya = session.find::<Author>(key)?.required()?;
                        session.edit(&arya)?.name = "No One".into();
                        let ended: Result<()> = session.transaction(|tx| {
                            assert_eq!(set_email(tx, "Arya", Some("a@w"))?, 1);
                            if commits { Ok(()) } else { samples::give_up() }
                        });
                        assert_eq!(ended.is_ok(), commits);
                        let row = &session[&arya];
                        let expected = if commits { (Some("a@w"), 2) } else { (None, 1) };
                        assert_eq!((row.email.as_deref(), row.version), expected);
                        assert_eq!(row.name, "No One");
                        log.skip();
                        session.flush()?;
                        log.expect(["UPDATE authors (name, version)"]);
                        Ok(())
                    })
                    .unwrap();
                }
            }

            #[test]
            fn what_a_scope_changed_stands_however_it_ends() {
                let (orm, log) = open();
                samples::notes(&orm, 2);
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    session.edit(&arya)?.name = "No One".into();
                    let note = session.find::<Note>(1)?.required()?;
                    let failed: Result<()> = session.scope(|scope| {
                        assert_eq!(set_email(scope, "Arya", Some("a@w"))?, 1);
                        assert_eq!(scope.delete_all::<Note>(notes::table).execute()?, 2);
                        samples::give_up()
                    });
                    assert!(failed.is_err());
                    let row = &session[&arya];
                    assert_eq!(
                        (row.name.as_str(), row.email.as_deref(), row.version),
                        ("No One", Some("a@w"), 2)
                    );
                    assert!(matches!(session.edit(&note), Err(Error::Removed(_))));
                    log.skip();
                    session.flush()?;
                    log.expect(["UPDATE authors (name, version)"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_removal_that_was_given_up_with_its_scope_leaves_the_row_with_its_new_version() {
                let (orm, _) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    let failed: Result<()> = session.scope(|scope| {
                        let _ = scope.remove(arya.alias())?;
                        assert_eq!(set_email(scope, "Arya", Some("a@w"))?, 1);
                        samples::give_up()
                    });
                    assert!(failed.is_err());
                    assert_eq!((session[&arya].email.as_deref(), session[&arya].version), (Some("a@w"), 2));
                    session.edit(&arya)?.name = "No One".into();
                    session.flush()
                })
                .unwrap();
            }
        }
    };
}
