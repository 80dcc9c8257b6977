//! What the types promise beside what `ui-tests` shows: sizes, threads, variance, and what happens if the compiler
//! itself lets a handle through.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test")]

use std::collections::HashSet;
use std::fmt::Debug;
use std::hash::Hash;

use moored::entity::Link;

use moored::prelude::*;
use moored::{Error, FlushAuthority, FlushPlan};
use shop::*;
use static_assertions::{assert_eq_size, assert_impl_all, assert_not_impl_any, const_assert};

type AnAuthor = Handle<'static, Author, Managed>;

// A handle is a number: at most eight bytes, an absent one too, whatever the entity and the state.
assert_eq_size!(AnAuthor, Option<AnAuthor>, u64);
assert_eq_size!(
    Handle<'static, Book, New>,
    Handle<'static, Tag, Removed>,
    Handle<'static, Tag, Reference>,
    u64
);

// It may cross threads, and is neither copied, compared nor hashed.
assert_impl_all!(AnAuthor: Send, Sync, Unpin, Debug);
assert_not_impl_any!(AnAuthor: Copy, Clone, PartialEq, PartialOrd, Hash, Default);
assert_impl_all!(Link<'static, Author>: Send, Sync, Debug);
assert_not_impl_any!(Link<'static, Author>: Copy, Clone, PartialEq, Hash, Default);
assert_impl_all!(NewBook<'static>: Send, Sync, Debug);

// A key is a value.
assert_impl_all!(Key<Author>: Copy, Eq, Ord, Hash, Send, Sync, Debug);
assert_eq_size!(Key<Author>, i32);
assert_impl_all!(Key<Tag>: Clone, Eq, Ord, Hash, Send, Sync, Debug);
assert_not_impl_any!(Key<Author>: PartialEq<Key<Book>>, From<i32>);

// A session is one thread's; an `Orm` and what left a session are anybody's.
assert_not_impl_any!(Session<'static, Sqlite>: Send, Sync, Clone, Default);
assert_not_impl_any!(Transaction<'static, 'static, Sqlite>: Send, Sync, Clone, Default);
assert_not_impl_any!(ReadSession<'static, Sqlite>: Send, Sync, Clone, Default);
assert_impl_all!(Orm<Sqlite>: Send, Sync, Clone, Debug);
assert_impl_all!(Detached<Author>: Send, Sync, Clone, Debug);
assert_impl_all!(FlushPlan: Send, Sync, Debug);

// An error is cheap to return, and any error type of the ecosystem can carry it.
assert_impl_all!(Error: std::error::Error, Send, Sync);
const_assert!(size_of::<Error>() <= 72);
const_assert!(size_of::<moored::Result<()>>() <= 72);

// What a service is handed cannot flush.
assert_not_impl_any!(dyn moored::Authority: FlushAuthority);

/// A handle is covariant in its brand: one of outside is one of inside.
fn shorten<'t, 's: 't, E, S: moored::handle::State>(handle: Handle<'s, E, S>) -> Handle<'t, E, S> {
    handle
}

/// So is what is made of one.
fn shorten_link<'t, 's: 't>(link: Link<'s, Author>) -> Link<'t, Author> {
    link
}

/// So is a draft.
fn shorten_draft<'t, 's: 't>(draft: NewBook<'s>) -> NewBook<'t> {
    draft
}

#[test]
fn what_is_made_outside_is_used_inside() {
    let count = orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let draft = NewBook::new("Valar Morghulis", &arya);
        session.transaction(|tx| {
            let title = shorten_draft(draft).title;
            let inner = shorten(arya.alias());
            tx.persist(NewBook::new(title, shorten_link(Link::from(&arya))))?;
            assert!(tx.same(&inner, &arya));
            Ok(())
        })?;
        session.query::<Book>(books::table).count()
    });
    assert_eq!(count.unwrap(), 2);
}

#[test]
fn one_row_is_one_instance_however_it_was_reached() {
    orm()
        .session(|session| {
            let arya = session.find::<Author>(1)?.required()?;
            let again = session.query::<Author>(authors::table).first()?.required()?;
            session.edit(&arya)?.name = "No One".into();
            assert_eq!(session[&again].name, "No One");
            let keys: HashSet<_> = [session.key(&arya), session.key(&again)].into();
            assert_eq!(keys.len(), 1);
            session.flush()
        })
        .unwrap();
}

/// rustc's issue 25860, which lengthens any lifetime in safe code. The day that this no longer compiles, the tests
/// that use it have done their work.
mod hole {
    use super::*;

    type Of<'s> = Handle<'s, Author, Managed>;

    fn lend<'a, 'b>(_: &'a &'b (), handle: &'b Of<'b>) -> &'a Of<'a> {
        handle
    }

    pub(super) fn forge<'b>(handle: &'b Of<'b>) -> &'static Of<'static> {
        let lend: for<'x> fn(_, &'x Of<'x>) -> &'static Of<'static> = lend;
        lend(&&(), handle)
    }
}

#[test]
fn a_handle_that_the_compiler_lets_through_is_refused_at_run_time() {
    let orm = orm();
    orm.session(|session| {
        let jon = session.find::<Author>(2)?.required()?;
        orm.session(|other| {
            let needle = other.find::<Book>(1)?.required()?;
            let here = other.find::<Author>(1)?.required()?;
            let jon = hole::forge(&jon);
            let foreign = |result: moored::Result<()>| {
                assert!(matches!(result, Err(Error::ForeignHandle { .. })), "{result:?}");
            };
            foreign(other.edit(jon).map(|_| ()));
            foreign(other.refresh(jon));
            foreign(other.remove(jon.alias()).map(|_| ()));
            foreign(other.detach(jon.alias()).map(|_| ()));
            foreign(other.link(&needle, Book::editor(), jon));
            foreign(other.persist(NewBook::new("Valar Morghulis", jon)).map(|_| ()));
            assert!(!other.same(&here, jon));
            assert!(!other.has_changes());
            Ok(())
        })
    })
    .unwrap();
}

#[test]
#[should_panic = "the handle is of this session"]
fn another_row_is_never_shown_through_such_a_handle() {
    let orm = orm();
    let read = orm.session(|session| {
        let jon = session.find::<Author>(2)?.required()?;
        orm.session(|other| {
            let _arya = other.find::<Author>(1)?.required()?;
            Ok(other[hole::forge(&jon)].name.clone())
        })
    });
    unreachable!("{read:?}");
}
