//! A unit of work reached by its type: what an access sees and leaves behind, and every way in which there is none.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use diesel::prelude::*;
use moored::context::{self, Context};
use moored::prelude::*;
use moored::{Error, Result};
use shop::*;

/// Two databases of one kind.
struct North;
impl Context for North {
    type Backend = Sqlite;
}

struct South;
impl Context for South {
    type Backend = Sqlite;
}

fn rename(author: i32, name: &str) -> Result<()> {
    context::with::<Sqlite, _>(|uow| {
        let author = uow.find::<Author>(author)?.required()?;
        uow.edit(&author)?.name = name.into();
        Ok(())
    })
}

fn name_of(author: i32) -> Result<String> {
    name_in::<Sqlite>(author)
}

fn name_in<C: Context<Backend = Sqlite>>(author: i32) -> Result<String> {
    context::with::<C, _>(|uow| {
        let author = uow.find::<Author>(author)?.required()?;
        Ok(uow[&author].name.clone())
    })
}

fn stored(orm: &Orm<Sqlite>, author: i32) -> String {
    orm.read(|session| {
        let author = session.find::<Author>(author)?.required()?;
        Ok(session[&author].name.clone())
    })
    .unwrap()
}

#[track_caller]
fn assert_not_entered() {
    assert!(!context::is_entered::<Sqlite>());
    let found = name_of(1);
    assert!(matches!(&found, Err(Error::NoContext { context }) if context.ends_with("Sqlite")), "{found:?}");
}

#[test]
fn accesses_of_one_scope_are_to_one_unit_of_work() {
    let orm = orm();
    orm.session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        session.edit(&arya)?.name = "Cat".into();
        context::enter::<Sqlite, _>(session, || {
            assert_eq!(name_of(1)?, "Cat", "what was edited before");
            rename(1, "No One")?;
            assert_eq!(name_of(1)?, "No One", "what another access edited");
            Ok(())
        })?;
        assert_eq!(session[&arya].name, "No One", "a handle of the session sees it");
        assert_eq!(stored(&orm, 1), "Arya", "an access flushes nothing");
        session.flush()
    })
    .unwrap();
    assert_eq!(stored(&orm, 1), "No One");
}

#[test]
fn keys_go_from_one_access_to_the_next_and_handles_from_outside_to_the_end() {
    let orm = orm();
    orm.session(|session| {
        let needle = session.find::<Book>(1)?.required()?;
        let author = context::enter::<Sqlite, _>(session, || {
            let author = context::with::<Sqlite, _>(|uow| {
                let needle = uow.find::<Book>(1)?.required()?;
                Ok(uow[&needle].author_id)
            })?;
            context::with::<Sqlite, _>(|uow| uow.persist(NewBook::new("Lessons", author)).map(drop))?;
            Ok(author)
        })?;
        assert_eq!(session[&needle].author_id, author);
        session.flush()?;
        assert_eq!(session.query::<Book>(books::table.filter(books::author_id.eq(1))).count()?, 2);
        Ok(())
    })
    .unwrap();
}

#[test]
fn outside_of_a_scope_there_is_none() {
    let orm = orm();
    assert_not_entered();
    orm.session(|session| {
        assert_not_entered();
        context::enter::<Sqlite, _>(session, || name_of(1).map(drop))?;
        assert_not_entered();
        context::enter::<Sqlite, _>(session, || name_of(2).map(drop))
    })
    .unwrap();
    assert_not_entered();
}

#[test]
fn a_scope_inside_a_scope_of_the_same_context_is_refused_and_changes_nothing() {
    let (orm, other) = (orm(), orm());
    orm.session(|session| {
        context::enter::<Sqlite, _>(session, || {
            rename(1, "No One")?;
            other.session(|other| {
                let mut called = false;
                let entered = context::enter::<Sqlite, _>(other, || {
                    called = true;
                    Ok(())
                });
                assert!(matches!(entered, Err(Error::ContextEntered { .. })), "{entered:?}");
                assert!(!called);
                let arya = other.find::<Author>(1)?.required()?;
                assert_eq!(other[&arya].name, "Arya", "it is usable, and the other database's");
                Ok(())
            })?;
            assert_eq!(name_of(1)?, "No One", "the outer scope goes on");
            Ok(())
        })?;
        session.flush()
    })
    .unwrap();
}

#[test]
fn an_access_inside_an_access_of_the_same_context_is_refused() {
    orm()
        .session(|session| {
            context::enter::<Sqlite, _>(session, || {
                context::with::<Sqlite, _>(|uow| {
                    let inner = name_of(1);
                    assert!(matches!(inner, Err(Error::ContextInUse { .. })), "{inner:?}");
                    let again = context::enter::<Sqlite, _>(uow, || Ok(()));
                    assert!(matches!(again, Err(Error::ContextEntered { .. })), "{again:?}");
                    assert!(context::is_entered::<Sqlite>());
                    uow.find::<Author>(1)?.required().map(drop)
                })?;
                name_of(1).map(drop)
            })
        })
        .unwrap();
}

#[test]
fn contexts_of_several_types_stand_side_by_side() {
    let (north, south) = (orm(), orm());
    north
        .session(|a| {
            south.session(|b| {
                let jon = b.find::<Author>(2)?.required()?;
                b.edit(&jon)?.name = "Aegon".into();
                context::enter::<North, _>(a, || {
                    context::enter::<South, _>(b, || {
                        let both = context::with::<North, _>(|uow| {
                            let jon = uow.find::<Author>(2)?.required()?;
                            Ok((uow[&jon].name.clone(), name_in::<South>(2)?))
                        })?;
                        assert_eq!(both, ("Jon".into(), "Aegon".into()));
                        assert!(matches!(name_of(2), Err(Error::NoContext { .. })));
                        Ok(())
                    })
                })?;
                b.flush()
            })
        })
        .unwrap();
    assert_eq!((stored(&north, 2), stored(&south, 2)), ("Jon".into(), "Aegon".into()));
}

/// The unit of work that an access was given, under another name: the first is without it meanwhile.
#[test]
fn an_access_lends_its_unit_of_work_on_under_another_name() {
    let orm = orm();
    orm.session(|session| {
        context::enter::<North, _>(session, || {
            context::with::<North, _>(|uow| {
                let arya = uow.find::<Author>(1)?.required()?;
                uow.edit(&arya)?.name = "No One".into();
                context::enter::<South, _>(uow, || {
                    assert_eq!(name_in::<South>(1)?, "No One");
                    assert!(matches!(name_in::<North>(1), Err(Error::ContextInUse { .. })));
                    Ok(())
                })?;
                assert_eq!(uow[&arya].name, "No One");
                Ok(())
            })?;
            assert_eq!(name_in::<North>(1)?, "No One");
            Ok(())
        })?;
        session.flush()
    })
    .unwrap();
}

#[test]
fn another_thread_sees_nothing_and_has_its_own() {
    let (orm, other) = (orm(), orm());
    orm.session(|session| {
        context::enter::<Sqlite, _>(session, || {
            rename(1, "No One")?;
            thread::scope(|threads| {
                let there = threads.spawn(|| {
                    assert_not_entered();
                    other.session(|session| context::enter::<Sqlite, _>(session, || name_of(1)))
                });
                assert_eq!(there.join().unwrap().unwrap(), "Arya");
            });
            assert_eq!(name_of(1)?, "No One");
            Ok(())
        })?;
        session.discard();
        Ok(())
    })
    .unwrap();
}

#[test]
fn nothing_survives_an_error_or_a_panic() {
    let orm = orm();
    orm.session(|session| {
        let failed: Result<()> = context::enter::<Sqlite, _>(session, || {
            rename(1, "No One")?;
            Err(Error::NotFound { entity: "Face" })
        });
        assert!(matches!(failed, Err(Error::NotFound { .. })));
        assert_not_entered();

        let panicked = catch_unwind(AssertUnwindSafe(|| {
            context::enter::<Sqlite, _>(session, || -> Result<()> {
                rename(2, "Aegon")?;
                panic_any("outside of an access")
            })
        }));
        assert!(panicked.is_err());
        assert_not_entered();

        // What the accesses did is there, as with a service.
        let (arya, jon) = (session.find::<Author>(1)?.required()?, session.find::<Author>(2)?.required()?);
        assert_eq!((&*session[&arya].name, &*session[&jon].name), ("No One", "Aegon"));
        session.flush()
    })
    .unwrap();
    assert_eq!((stored(&orm, 1), stored(&orm, 2)), ("No One".into(), "Aegon".into()));
}

#[test]
fn a_panic_in_an_access_gives_the_unit_of_work_back() {
    let orm = orm();
    orm.session(|session| {
        context::enter::<Sqlite, _>(session, || {
            let panicked = catch_unwind(AssertUnwindSafe(|| {
                context::with::<Sqlite, ()>(|uow| {
                    let arya = uow.find::<Author>(1)?.required()?;
                    uow.edit(&arya)?.name = "No One".into();
                    panic_any("in an access")
                })
            }));
            assert!(panicked.is_err());
            assert_eq!(name_of(1)?, "No One");
            Ok(())
        })?;
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            context::enter::<Sqlite, ()>(session, || context::with::<Sqlite, ()>(|_| panic_any("past both")))
        }));
        assert!(panicked.is_err());
        assert_not_entered();
        assert!(session.has_changes());
        session.flush()
    })
    .unwrap();
    assert_eq!(stored(&orm, 1), "No One");
}

#[test]
fn a_panic_past_a_transaction_and_its_scope_rolls_back() {
    let orm = orm();
    orm.session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            session.transaction::<()>(|tx| {
                context::enter::<Sqlite, _>(tx, || {
                    rename(1, "No One")?;
                    context::with::<Sqlite, ()>(|_| panic_any("past everything"))
                })
            })
        }));
        assert!(panicked.is_err());
        assert_eq!(session[&arya].name, "Arya");
        assert!(!session.has_changes());
        session.transaction(|tx| context::enter::<Sqlite, _>(tx, || rename(1, "Cat")))
    })
    .unwrap();
    assert_eq!(stored(&orm, 1), "Cat");
}

#[test]
fn a_future_that_is_polled_after_the_scope_finds_none() {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context as Task, Poll, Waker};

    orm()
        .session(|session| {
            let later = context::enter::<Sqlite, _>(session, || Ok(async { name_of(1) }))?;
            let polled = pin!(later).poll(&mut Task::from_waker(Waker::noop()));
            assert!(matches!(polled, Poll::Ready(Err(Error::NoContext { .. }))));
            Ok(())
        })
        .unwrap();
}

#[test]
fn errors_of_ones_own_come_through_both() {
    #[derive(Debug)]
    enum Refused {
        Shut,
        Database(Error),
    }
    impl From<Error> for Refused {
        fn from(error: Error) -> Self {
            Self::Database(error)
        }
    }
    let refused = orm().try_session::<(), _>(|session| {
        let outside = context::try_with::<Sqlite, (), _>(|_| Err(Refused::Shut));
        assert!(matches!(outside, Err(Refused::Database(Error::NoContext { .. }))), "{outside:?}");
        context::try_enter::<Sqlite, (), _>(session, || {
            context::try_with::<Sqlite, _, _>(|uow| {
                uow.find::<Author>(1)?;
                Err(Refused::Shut)
            })
        })
    });
    assert!(matches!(refused, Err(Refused::Shut)), "{refused:?}");
}

#[test]
fn work_of_an_access_that_is_never_flushed_is_the_sessions_error() {
    let ended = orm().session(|session| context::enter::<Sqlite, _>(session, || rename(1, "No One")));
    assert!(matches!(ended, Err(Error::Unflushed(_))), "{ended:?}");
}

/// A thread drops what it holds in an order of its own: what asks from there comes before or after the places of contexts.
#[test]
fn a_thread_that_ends_finds_none() {
    struct AtTheEnd(Sender<bool>);
    impl Drop for AtTheEnd {
        fn drop(&mut self) {
            let _ = self.0.send(matches!(name_of(1), Err(Error::NoContext { .. })));
        }
    }
    thread_local! {
        static FIRST: RefCell<Option<AtTheEnd>> = const { RefCell::new(None) };
        static LAST: RefCell<Option<AtTheEnd>> = const { RefCell::new(None) };
    }
    let (told, tell) = channel();
    thread::spawn(move || {
        FIRST.with(|first| *first.borrow_mut() = Some(AtTheEnd(told.clone())));
        orm().session(|session| context::enter::<Sqlite, _>(session, || name_of(1).map(drop))).unwrap();
        LAST.with(|last| *last.borrow_mut() = Some(AtTheEnd(told)));
    })
    .join()
    .unwrap();
    assert_eq!(tell.iter().collect::<Vec<_>>(), [true, true]);
}
