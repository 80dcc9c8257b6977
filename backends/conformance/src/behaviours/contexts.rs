//! Call stacks that reach their unit of work by its type: they work in the transaction around them, and go with it.

#[doc(hidden)]
#[macro_export]
macro_rules! contexts_behaviours {
    ($backend:ty, $harness:ty) => {
        mod contexts {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            use $crate::moored::context;

            /// Three calls deep, none of which passes a unit of work.
            fn take_over(book: Key<Book>, name: &str) -> Result<()> {
                let author = author_of(book)?;
                rename(author, name)?;
                context::with::<B, _>(|uow| uow.persist(NewBook::new("Lessons", author)).map(drop))
            }

            fn author_of(book: Key<Book>) -> Result<Key<Author>> {
                context::with::<B, _>(|uow| {
                    let book = uow.find::<Book>(book)?.required()?;
                    Ok(uow[&book].author_id)
                })
            }

            fn rename(author: Key<Author>, name: &str) -> Result<()> {
                context::with::<B, _>(|uow| {
                    let author = uow.find::<Author>(author)?.required()?;
                    name.clone_into(&mut uow.edit(&author)?.name);
                    Ok(())
                })
            }

            /// A query, before which what is pending for its tables is flushed.
            fn books() -> Result<u64> {
                context::with::<B, _>(|uow| uow.query::<Book>(books::table).count())
            }

            #[test]
            fn a_deep_call_works_in_the_transaction_around_it() {
                let (orm, log) = open();
                let arya = samples::author(&orm, "Arya");
                let needle = samples::book(&orm, "Needle", arya);
                orm.session(|session| {
                    let author = session.find::<Author>(arya)?.required()?;
                    log.skip();
                    session.transaction(|tx| {
                        context::enter::<B, _>(tx, || {
                            take_over(needle, "No One")?;
                            rename(arya, "Cat")
                        })
                    })?;
                    log.expect(["B", "SELECT books", "UPDATE authors (name, version)", "INSERT books", "C"]);
                    assert_eq!((&*session[&author].name, session[&author].version), ("Cat", 2));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_deep_call_in_a_transaction_that_rolls_back_leaves_memory_true() {
                let (orm, _) = open();
                let arya = samples::author(&orm, "Arya");
                let needle = samples::book(&orm, "Needle", arya);
                orm.session(|session| {
                    let author = session.find::<Author>(arya)?.required()?;
                    let undone: Result<()> = session.transaction(|tx| {
                        context::enter::<B, _>(tx, || {
                            take_over(needle, "No One")?;
                            assert_eq!(books()?, 2, "an access reads what the others wrote");
                            samples::give_up()
                        })
                    });
                    assert!(undone.is_err());
                    assert_eq!((&*session[&author].name, session[&author].version), ("Arya", 1));
                    assert!(!session.has_changes());
                    assert_eq!(session.query::<Book>(books::table).count()?, 1);
                    // The session is as usable as the context is.
                    context::enter::<B, _>(session, || rename(arya, "Cat"))?;
                    session.flush()?;
                    assert_eq!((&*session[&author].name, session[&author].version), ("Cat", 2));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_savepoint_takes_back_what_was_done_by_its_own_context_alone() {
                let (orm, _) = open();
                let arya = samples::author(&orm, "Arya");
                let needle = samples::book(&orm, "Needle", arya);
                orm.session(|session| {
                    session.transaction(|tx| {
                        context::enter::<B, _>(tx, || rename(arya, "Cat"))?;
                        tx.flush()?;
                        let undone: Result<()> = tx.transaction(|inner| {
                            context::enter::<B, _>(inner, || {
                                take_over(needle, "No One")?;
                                books()?;
                                samples::give_up()
                            })
                        });
                        assert!(undone.is_err());
                        context::enter::<B, _>(tx, || Ok(assert_eq!(books()?, 1)))
                    })?;
                    let author = session.find::<Author>(arya)?.required()?;
                    assert_eq!((&*session[&author].name, session[&author].version), ("Cat", 2));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn what_the_database_refuses_in_an_access_is_the_callers_to_see() {
                let (orm, _) = open();
                let arya = samples::author_with_email(&orm, "Arya", Some("arya@wall.example"));
                orm.session(|session| {
                    let refused: Result<u64> = session.transaction(|tx| {
                        context::enter::<B, _>(tx, || {
                            rename(arya, "No One")?;
                            context::with::<B, _>(|uow| {
                                let twin = NewAuthor::new("Arya").email("arya@wall.example");
                                uow.persist(twin).map(drop)
                            })?;
                            context::with::<B, _>(|uow| uow.query::<Author>(authors::table).count())
                        })
                    });
                    let kind = refused.as_ref().unwrap_err().failure().map(|failure| failure.kind);
                    assert_eq!(kind, Some($crate::moored::backend::FailureKind::Unique), "{refused:?}");
                    let author = session.find::<Author>(arya)?.required()?;
                    assert_eq!(session[&author].name, "Arya");
                    assert!(!session.has_changes());
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
