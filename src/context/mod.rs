//! A unit of work reached by its type, for call stacks that cannot pass it on.
//!
//! Pass the unit of work as an argument where you can: the compiler then knows who has it. Where code in between is not
//! yours, or many layers do not care, [`enter`] lends it to the current thread for the length of a closure, and [`with`]
//! gives it to whoever asks on that thread, as a service gets it: it changes entities, and neither flushes nor commits.
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
//! use moored::context;
//!
//! /// Somewhere deep; nobody in between knows of a unit of work.
//! fn lend(book: Key<Book>) -> moored::Result<i32> {
//!     context::with::<Sqlite, _>(|uow| {
//!         let book = uow.find::<Book>(book)?.required()?;
//!         uow.edit(&book)?.copies -= 1;
//!         Ok(uow[&book].copies)
//!     })
//! }
//!
//! # fn main() -> moored::Result<()> {
//! # let orm = library()?;
//! let left = orm.session(|session| {
//!     session.transaction(|tx| context::enter::<Sqlite, _>(tx, || lend(Key::new(1)))) // BEGIN .. UPDATE, COMMIT
//! })?;
//! assert_eq!(left, 2);
//! assert!(matches!(lend(Key::new(1)), Err(moored::Error::NoContext { .. }))); // outside of the scope
//! # Ok(())
//! # }
//! ```
//!
//! | where | [`enter`] | [`with`] |
//! |---|---|---|
//! | outside of any scope of the context | opens one | [`NoContext`](Error::NoContext) |
//! | inside one | [`ContextEntered`](Error::ContextEntered) | lends the unit of work |
//! | inside a `with` of it | `ContextEntered` | [`ContextInUse`](Error::ContextInUse) |
//! | after its end, whether by `Ok`, an error or a panic | opens one | `NoContext` |
//! | on another thread, and in a future that is polled later | opens one there | `NoContext` |
//!
//! Each access has a brand of its own: handles end with it, keys go from one to the next, and so does everything in the
//! unit of work, since all accesses are to the same. A row that has no key yet can be linked to in the access that persisted
//! it, and not in a later one.
//!
//! Contexts are told apart by type. A backend's type is one; a program with several databases of one kind declares a type
//! for each, see [`Context`].

mod place;

use crate::backend::Backend;
use crate::error::{Error, Result};
use crate::session::{Authority, Core, InContext, UnitOfWork};
use place::Place;

/// The name of a context: a type that says which unit of work is meant where there are several.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
/// use moored::context::{self, Context};
///
/// struct Branch;
/// impl Context for Branch {
///     type Backend = Sqlite;
/// }
///
/// struct Archive;
/// impl Context for Archive {
///     type Backend = Sqlite;
/// }
///
/// /// Gives an author of the branch to the archive.
/// fn copy(author: i32) -> moored::Result<()> {
///     let name = context::with::<Branch, _>(|branch| {
///         let author = branch.find::<Author>(author)?.required()?;
///         Ok(branch[&author].name.clone())
///     })?;
///     context::with::<Archive, _>(|archive| archive.persist(NewAuthor::new(name)).map(drop))
/// }
///
/// # fn main() -> moored::Result<()> {
/// # let (branch, archive) = (library()?, library()?);
/// branch.session(|branch| {
///     archive.session(|archive| {
///         context::enter::<Branch, _>(branch, || context::enter::<Archive, _>(archive, || copy(1)))?;
///         archive.flush()
///     })
/// })?;
/// assert_eq!(archive.read(|session| session.query::<Author>(authors::table).count())?, 2);
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the name of a context",
    label = "neither a backend nor a `Context`",
    note = "a backend is a context by itself; for several databases of one kind declare a type for each and write `impl Context for .. {{ type Backend = ..; }}`"
)]
pub trait Context: 'static {
    /// The database of its units of work.
    type Backend: Backend;
}

#[diagnostic::do_not_recommend]
impl<B: Backend> Context for B {
    type Backend = B;
}

/// Lends a unit of work to this thread for as long as `work` runs, for [`with`] to reach.
///
/// Before: a [`Session`](crate::Session), [`Transaction`](crate::Transaction), [`Scope`](crate::Scope) or what a service
/// was handed. During: it cannot be used by its own name, which the compiler sees to. After: it has what `work` did in it,
/// and its holder flushes, commits or rolls back as always; a panic of `work` gives it back first.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
/// use moored::context;
///
/// # fn main() -> moored::Result<()> { in_session(|session| {
/// context::enter::<Sqlite, _>(session, || {
///     context::with::<Sqlite, _>(|uow| uow.persist(NewAuthor::new("Octavia")).map(drop))
/// })?;
/// assert!(session.has_changes()); // nothing was flushed
/// session.flush()
/// # }) }
/// ```
///
/// # Errors
///
/// [`Error::ContextEntered`] before `work` is called, and what `work` returns.
pub fn enter<C: Context, R>(
    uow: &mut UnitOfWork<'_, C::Backend, impl Authority + ?Sized>,
    work: impl FnOnce() -> Result<R>,
) -> Result<R> {
    try_enter::<C, _, _>(uow, work)
}

/// Lends a unit of work to this thread, with errors of a type of your own; see [`enter`].
///
/// # Errors
///
/// As [`enter`].
pub fn try_enter<C: Context, R, X: From<Error>>(
    uow: &mut UnitOfWork<'_, C::Backend, impl Authority + ?Sized>,
    work: impl FnOnce() -> Result<R, X>,
) -> Result<R, X> {
    let _entered = Entered::<C>::begin(&mut uow.core)?;
    work()
}

/// Gives the unit of work that this thread [entered](enter) to `work`, as a service gets it.
///
/// Before: it is lent to this thread, and nobody has it. During: `work` has it. After: what `work` did in it stays, pending
/// until its holder flushes; so it does after an error or a panic, as with any service.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
/// use moored::context;
///
/// # fn main() -> moored::Result<()> { in_session(|session| {
/// context::enter::<Sqlite, _>(session, || {
///     let author = context::with::<Sqlite, _>(|uow| {
///         let book = uow.find::<Book>(1)?.required()?;
///         Ok(uow[&book].author_id) // a key goes from one access to the next, a handle does not
///     })?;
///     context::with::<Sqlite, _>(|uow| {
///         let author = uow.find::<Author>(author)?.required()?;
///         assert_eq!(uow[&author].name, "Ursula");
///         Ok(())
///     })
/// })
/// # }) }
/// ```
///
/// # Errors
///
/// [`Error::NoContext`] and [`Error::ContextInUse`] before `work` is called, and what `work` returns.
pub fn with<C: Context, R>(
    work: impl for<'s> FnOnce(&mut UnitOfWork<'s, C::Backend>) -> Result<R>,
) -> Result<R> {
    try_with::<C, _, _>(work)
}

/// Gives the unit of work that this thread entered to `work`, with errors of a type of your own; see [`with`].
///
/// # Errors
///
/// As [`with`].
pub fn try_with<C: Context, R, X: From<Error>>(
    work: impl for<'s> FnOnce(&mut UnitOfWork<'s, C::Backend>) -> Result<R, X>,
) -> Result<R, X> {
    let core = Place::<C>::take()?;
    let mut lent = Lent::<C> { inner: None };
    work(lent.inner.insert(UnitOfWork::of(core, InContext(()))))
}

/// Whether this thread has entered the context. An access may have its unit of work just now.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
/// use moored::context;
///
/// # fn main() -> moored::Result<()> { in_session(|session| {
/// assert!(!context::is_entered::<Sqlite>());
/// context::enter::<Sqlite, _>(session, || {
///     assert!(context::is_entered::<Sqlite>());
///     Ok(())
/// })
/// # }) }
/// ```
#[must_use]
pub fn is_entered<C: Context>() -> bool {
    Place::<C>::is_open()
}

/// A unit of work's state on loan to the thread. Whatever happens, it comes back.
struct Entered<'a, C: Context> {
    home: &'a mut Box<Core<C::Backend>>,
}

impl<'a, C: Context> Entered<'a, C> {
    fn begin(home: &'a mut Box<Core<C::Backend>>) -> Result<Self> {
        Place::<C>::check_free()?;
        let vacant = Box::new(home.vacant());
        Place::<C>::open(std::mem::replace(home, vacant));
        Ok(Self { home })
    }
}

impl<C: Context> Drop for Entered<'_, C> {
    fn drop(&mut self) {
        if let Some(core) = Place::<C>::close() {
            *self.home = core;
        }
    }
}

/// The thread's unit of work on loan to an access. Whatever happens, it goes back.
struct Lent<'s, C: Context> {
    inner: Option<UnitOfWork<'s, C::Backend, InContext>>,
}

impl<C: Context> Drop for Lent<'_, C> {
    fn drop(&mut self) {
        if let Some(UnitOfWork { core, .. }) = self.inner.take() {
            Place::<C>::put_back(core);
        }
    }
}
