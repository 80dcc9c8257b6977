//! Sessions: who may do what to a unit of work, and its verbs, one file each.

mod authority;
mod auto;
mod border;
mod bracket;
mod cascade;
mod choose;
mod core;
mod events;
mod flush;
mod gather;
mod join;
mod levels;
mod mode;
mod nest;
mod open;
mod preview;
mod relations;
mod replace;
mod resolve_links;
mod store;
mod stores;
mod table_name;
mod transact;
mod verbs;

use std::marker::PhantomData;

pub use authority::{Authority, FlushAuthority, LockAuthority};
pub(crate) use authority::{InContext, InEvent, InScope, InTransaction, Own, Reading};
#[doc(hidden)]
pub use cascade::Cascade;
pub(crate) use core::Core;
pub use mode::FlushMode;
pub(crate) use open::is_open_here;
pub use preview::FlushPlan;
pub(crate) use relations::{columns_of, reference_of, spelled_otherwise};
pub(crate) use replace::Leaving;
pub(crate) use store::Batch;
pub(crate) use verbs::Fragment;
pub use verbs::{
    Changes, Collection, Detached, EntityQuery, Filter, LockedQuery, Many, OnConflict, One, Outcome, Promote,
    Query, QueryWith, Ready, Removable, Required, Resolution, SetStatement, Tables, UpdateAll, UpdateWhere,
    Upsert,
};

use crate::backend::Backend;
use crate::entity::{Entity, Model};
use crate::error::{Error, Result};
use crate::handle::{Handle, State};

/// The rows that one unit of work has in memory, and what it is about to change.
///
/// What its holder may do is its last parameter. A service takes `&mut UnitOfWork<'_, B>`: it can find, query, persist,
/// edit, remove and link, and can neither flush, commit nor reach the connection. [`Session`], [`Transaction`] and
/// [`Scope`] can, and coerce to it; [`ReadSession`] can only read.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
/// fn rename<'s, B: Backend>(
///     uow: &mut UnitOfWork<'s, B>,
///     author: &Handle<'s, Author, Managed>,
///     name: &str,
/// ) -> moored::Result<()>
/// where
///     Author: Entity<B>,
/// {
///     uow.edit(author)?.name = name.into();
///     Ok(())
/// }
///
/// # fn main() -> moored::Result<()> { in_session(|session| {
/// let ursula = session.find::<Author>(1)?.required()?;
/// session.transaction(|tx| rename(tx, &ursula, "Ursula K. Le Guin"))?;
/// # Ok(())
/// # }) }
/// ```
///
/// Name the brand where a function takes handles, as above. The compiler sometimes suggests `&'s mut UnitOfWork<'s, B>`
/// instead, which is wrong: it borrows the unit of work for as long as it lives.
pub struct UnitOfWork<'s, B: Backend, A: ?Sized = dyn Authority + 's> {
    pub(crate) core: Box<Core<B>>,
    // Invariant: no two sessions' brands can be shown to be related.
    _brand: PhantomData<fn(&'s ()) -> &'s ()>,
    // Last, so that it can be unsized away.
    _authority: A,
}

/// The unit of work that [`Orm::session`](crate::Orm::session) opens.
pub type Session<'s, B> = UnitOfWork<'s, B, Own>;
/// A transaction within a session, or a savepoint within a transaction. Handles of outside can be used inside.
pub type Transaction<'t, 's, B> = UnitOfWork<'t, B, InTransaction<'t, 's>>;
/// A part of a session whose rows are forgotten at its end.
pub type Scope<'t, 's, B> = UnitOfWork<'t, B, InScope<'t, 's>>;
/// The unit of work of a subscriber, see [`event`](crate::event). What it changes goes along with the flush that calls it.
pub type EventSession<'e, B> = UnitOfWork<'e, B, InEvent>;
/// A unit of work that only reads.
pub type ReadSession<'s, B> = UnitOfWork<'s, B, Reading>;

impl<B: Backend, A> UnitOfWork<'_, B, A> {
    pub(crate) fn open(core: Core<B>, authority: A) -> Self {
        Self::of(Box::new(core), authority)
    }

    pub(crate) fn of(core: Box<Core<B>>, authority: A) -> Self {
        Self { core, _brand: PhantomData, _authority: authority }
    }

    /// Whether something that this session wrote is committed, or may be.
    pub(crate) fn stands(&self) -> bool {
        self.core.stands
    }

    /// The end of a session: silence about work that would be lost is never the answer.
    pub(crate) fn end(self) -> Result<()> {
        match self.core.map.unflushed() {
            Some(lost) => Err(Error::Unflushed(lost)),
            None => Ok(()),
        }
    }
}

impl<'s, B: Backend, A: ?Sized> UnitOfWork<'s, B, A> {
    /// Catches handles that only an unsound compiler lets through.
    pub(crate) fn own<E: Model, S: State>(&self, handle: &Handle<'s, E, S>) -> Result<u32> {
        if handle.tag() == self.core.tag {
            Ok(handle.slot())
        } else {
            Err(Error::ForeignHandle { entity: E::meta().name })
        }
    }

    pub(crate) fn handle<E: Entity<B>, S: State>(&self, slot: u32) -> Handle<'s, E, S> {
        Handle::new(self.core.tag, slot)
    }
}

impl<B: Backend, A: ?Sized> std::fmt::Debug for UnitOfWork<'_, B, A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "UnitOfWork<{}>", B::NAME)
    }
}
