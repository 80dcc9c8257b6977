//! The witness: which relations a row was loaded with, in its type.

use std::any::TypeId;
use std::convert::Infallible;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, Index};

use super::Relation;
use crate::backend::Backend;
use crate::entity::{Entity, Link, Model};
use crate::handle::{Handle, Managed};
use crate::session::UnitOfWork;

/// A managed row whose relations `W` are in memory: what [`populate`](crate::UnitOfWork::populate) gives.
///
/// It is a handle: `&loaded` goes where a `&Handle<'s, E, Managed>` is asked for. A service that needs the books of an author
/// asks for `&Loaded<'s, Author, impl Has<AuthorBooks>>`.
pub struct Loaded<'s, E, W> {
    row: Handle<'s, E, Managed>,
    // Nothing of `W` exists at run time.
    _with: PhantomData<fn(W) -> W>,
}

impl<'s, E, W> Loaded<'s, E, W> {
    pub(crate) const fn new(row: Handle<'s, E, Managed>) -> Self {
        Self { row, _with: PhantomData }
    }

    /// A second one of the same row, with the same witness.
    #[must_use = "an alias does nothing by itself"]
    pub const fn alias(&self) -> Self {
        Self::new(self.row.alias())
    }

    /// The bare handle: for `remove` and `detach`, which take it.
    #[must_use]
    pub fn into_handle(self) -> Handle<'s, E, Managed> {
        self.row
    }

    /// A second one that promises the relation named and no other, for code that names the exact type.
    #[must_use]
    pub fn only<R: Relation<Owner = E>>(&self) -> Loaded<'s, E, With<R, W::Each>>
    where
        W: Has<R>,
    {
        Loaded::new(self.row.alias())
    }
}

impl<'s, E, W> Deref for Loaded<'s, E, W> {
    type Target = Handle<'s, E, Managed>;

    fn deref(&self) -> &Self::Target {
        &self.row
    }
}

impl<'s, E: Model, W> From<&Loaded<'s, E, W>> for Link<'s, E> {
    fn from(row: &Loaded<'s, E, W>) -> Self {
        Self::from(&row.row)
    }
}

impl<'s, E: Entity<B>, W, B: Backend, A: ?Sized> Index<&Loaded<'s, E, W>> for UnitOfWork<'s, B, A> {
    type Output = E;

    fn index(&self, row: &Loaded<'s, E, W>) -> &E {
        self.get(&row.row)
    }
}

impl<E, W> fmt::Debug for Loaded<'_, E, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Loaded({:?})", self.row)
    }
}

/// A witness: the relation `R` is loaded, its rows have `Each`, and what was loaded before is in `Before`.
#[derive(Debug)]
pub enum With<R, Each = (), Before = ()> {
    #[doc(hidden)]
    Never(Infallible, PhantomData<fn(R, Each, Before)>),
}

/// A witness: the relation `R` is loaded, and so it is with each of its rows, down to the last.
#[derive(Debug)]
pub enum Deep<R, Before = ()> {
    #[doc(hidden)]
    Never(Infallible, PhantomData<fn(R, Before)>),
}

impl<R: Relation, Before: Witness> Witness for Deep<R, Before> {
    fn holds(is_complete: &dyn Fn(TypeId) -> bool) -> bool {
        is_complete(TypeId::of::<R>()) && Before::holds(is_complete)
    }
}

impl<R: Relation, Before: Witness> Has<R> for Deep<R, Before> {
    type Each = Deep<R>;
}

/// A witness of nothing, `()`, or of relations, [`With`] and [`Deep`].
pub trait Witness: 'static {
    /// Whether `is_complete` says so of everything in it.
    #[doc(hidden)]
    fn holds(is_complete: &dyn Fn(TypeId) -> bool) -> bool;
}

impl Witness for () {
    fn holds(_: &dyn Fn(TypeId) -> bool) -> bool {
        true
    }
}

impl<R: Relation, Each: Witness, Before: Witness> Witness for With<R, Each, Before> {
    fn holds(is_complete: &dyn Fn(TypeId) -> bool) -> bool {
        is_complete(TypeId::of::<R>()) && Before::holds(is_complete)
    }
}

/// The witness `Self` says that `R` is loaded: what a service asks for, `&Loaded<'s, Author, impl Has<AuthorBooks>>`, and with its
/// rows' own relations `impl Has<AuthorBooks, Each: Has<BookTags>>`.
///
/// `#[derive(Entity)]` writes an impl for each ordered pair of an entity's relations, so that nothing has to be inferred. One that
/// is written by hand and does not hold can make a list incomplete, and no more.
#[diagnostic::on_unimplemented(
    message = "`{R}` is not loaded with this row",
    label = "nothing in the row's type says that `{R}` is in memory",
    note = "load it and use what comes back: `let row = session.populate(&row, ..)?`"
)]
pub trait Has<R: Relation>: Witness {
    /// What each of its rows was loaded with.
    type Each: Witness;
}

impl<R: Relation, Each: Witness, Before: Witness> Has<R> for With<R, Each, Before> {
    type Each = Each;
}

/// A relation that the row `L` was loaded with.
///
/// The bound stands on the relation and not on the row, so that it is decided when the relation is known: the message names
/// it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not loaded with this row",
    label = "nothing in the row's type says that `{Self}` is in memory",
    note = "load it and use what comes back: `let row = session.populate(&row, ..)?`"
)]
pub trait LoadedWith<L>: Relation {
    /// What each of its rows was loaded with.
    type Each: Witness;
}

#[diagnostic::do_not_recommend]
impl<'l, E, R, W> LoadedWith<Loaded<'l, E, W>> for R
where
    R: Relation<Owner = E>,
    W: Has<R>,
{
    type Each = W::Each;
}

/// A row with a witness, of the brand `'s`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a row that can have been loaded",
    label = "expected a reference to what `populate` gave"
)]
pub trait Witnessed<'s> {
    /// Where it is in the session of that tag; nowhere in another.
    #[doc(hidden)]
    fn place(&self, session: u32) -> u32;
}

impl<'s, E, W> Witnessed<'s> for Loaded<'s, E, W> {
    fn place(&self, session: u32) -> u32 {
        self.row.place(session)
    }
}

#[diagnostic::do_not_recommend]
impl<'s, E> Witnessed<'s> for Handle<'s, E, Managed> {
    fn place(&self, session: u32) -> u32 {
        if self.tag().number() == session { self.slot() } else { u32::MAX }
    }
}
