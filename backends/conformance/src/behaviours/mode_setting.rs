//! The modes, and the four places to set them: the nearest wins.

#[doc(hidden)]
#[macro_export]
macro_rules! mode_setting_behaviours {
    ($backend:ty, $harness:ty) => {
        mod mode_setting {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            #[test]
            fn in_always_mode_every_query_flushes() {
                let (orm, log) = open();
                let arya = samples::author(&orm, "Arya");
                let key = samples::book(&orm, "Needle", arya);
                orm.session(|session| {
                    session.set_flush_mode(FlushMode::Always);
                    let book = session.find::<Book>(key)?.required()?;
                    session.edit(&book)?.views = 1;
                    let _ = session.persist(NewNote::new("x", 0))?;
                    log.skip();
                    assert_eq!(session.query::<Author>(authors::table).count()?, 1);
                    let sent = log.take();
                    let expected =
                        log.expected(["B", "INSERT notes", "UPDATE books (views)", "C", "SELECT authors"]);
                    assert_eq!(sent.len(), expected.len(), "{sent:?}");
                    assert_eq!(sent.last(), expected.last());
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn in_commit_mode_a_query_does_not_see_what_is_pending() {
                let (orm, log) = open();
                orm.session(|session| {
                    session.set_flush_mode(FlushMode::Commit);
                    session.transaction(|tx| {
                        let _ = tx.persist(NewAuthor::new("Arya"))?;
                        assert!(tx.query::<Author>(authors::table).all()?.is_empty());
                        log.expect(["B", "SELECT authors"]);
                        Ok(())
                    })?;
                    log.expect(["INSERT authors", "C"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn the_mode_of_the_query_wins_over_that_of_the_transaction_the_session_and_the_orm() {
                let (orm, log) =
                    <H as Harness<B>>::open_with(|settings| settings.flush_mode(FlushMode::Commit));
                orm.session(|session| {
                    let note = session.persist(NewNote::new("orm", 0))?;
                    assert!(!$crate::flushes_first!(log, session.query::<Note>(notes::table)));
                    session.set_flush_mode(FlushMode::Auto);
                    assert!($crate::flushes_first!(log, session.query::<Note>(notes::table)));
                    let note = session.promote(&note)?;
                    session.edit(&note)?.stars += 1;
                    assert!(!$crate::flushes_first!(
                        log,
                        session.query::<Note>(notes::table).flush_mode(FlushMode::Commit)
                    ));
                    assert!(!$crate::flushes_first!(log, session.query::<Tag>(tags::table)));
                    assert!($crate::flushes_first!(
                        log,
                        session.query::<Tag>(tags::table).flush_mode(FlushMode::Always)
                    ));
                    session.transaction(|tx| {
                        tx.edit(&note)?.stars += 1;
                        assert!($crate::flushes_first!(log, tx.query::<Note>(notes::table)));
                        tx.set_flush_mode(FlushMode::Commit);
                        tx.edit(&note)?.stars += 1;
                        assert!(!$crate::flushes_first!(log, tx.query::<Note>(notes::table)));
                        tx.transaction(|inner| {
                            inner.edit(&note)?.stars += 1;
                            assert!(!$crate::flushes_first!(log, inner.query::<Note>(notes::table)));
                            assert!($crate::flushes_first!(
                                log,
                                inner.query::<Note>(notes::table).flush_mode(FlushMode::Auto)
                            ));
                            Ok(())
                        })
                    })?;
                    // The transaction's mode ended with it.
                    session.edit(&note)?.stars += 1;
                    assert!($crate::flushes_first!(log, session.query::<Note>(notes::table)));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn the_mode_set_inside_ends_with_the_inside_however_it_ends() {
                let (orm, log) = open();
                orm.session(|session| {
                    let undone: Result<()> = session.transaction(|tx| {
                        tx.set_flush_mode(FlushMode::Commit);
                        samples::give_up()
                    });
                    assert!(undone.is_err());
                    session.scope(|scope| {
                        scope.set_flush_mode(FlushMode::Commit);
                        Ok(())
                    })?;
                    let _ = session.persist(NewNote::new("x", 0))?;
                    assert!($crate::flushes_first!(log, session.query::<Note>(notes::table)));
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
