//! `remove`, `restore`: scheduling a deletion, and taking it back.

use crate::backend::Backend;
use crate::entity::{Entity, Model};
use crate::error::Result;
use crate::handle::{Handle, Managed, New, Reference, Removed, State};
use crate::session::core::Core;
use crate::session::{Authority, UnitOfWork};

impl<'s, B: Backend, A: ?Sized> UnitOfWork<'s, B, A> {
    /// `Managed` -> `Removed`: the next flush deletes the row. `New` -> nothing: the draft is forgotten, without SQL.
    /// `Reference` -> nothing to hold: the row of that key is deleted by the next flush.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// let book = session.find::<Book>(1)?.required()?;
    /// let book = session.remove(book)?;
    /// assert!(session.find::<Book>(1)?.is_none());
    /// session.flush()?; // DELETE
    /// assert_eq!(session[&book].title, "A Wizard of Earthsea");
    /// # Ok(())
    /// # }) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Removed`](crate::Error::Removed) or [`Detached`](crate::Error::Detached) when that was done through another
    /// handle; [`AlreadyWritten`](crate::Error::AlreadyWritten) for a `New` one whose row a flush wrote meanwhile:
    /// `promote` an alias first.
    pub fn remove<E: Entity<B>, S: Removable>(&mut self, handle: Handle<'s, E, S>) -> Result<S::Left<'s, E>>
    where
        A: Authority,
    {
        self.own(&handle)?;
        S::remove(&mut self.core, handle)
    }

    /// `Removed` -> `Managed`: nothing is deleted. Edits made before the removal are pending again.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// let book = session.find::<Book>(1)?.required()?;
    /// let book = session.remove(book)?;
    /// let book = session.restore(book)?;
    /// session.edit(&book)?.copies = 4;
    /// session.flush()?; // UPDATE, no DELETE
    /// # Ok(())
    /// # }) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Removed`](crate::Error::Removed) when a flush deleted the row already,
    /// [`AlreadyManaged`](crate::Error::AlreadyManaged) when its key was given to another row meanwhile.
    pub fn restore<E: Entity<B>>(&mut self, handle: Handle<'s, E, Removed>) -> Result<Handle<'s, E, Managed>>
    where
        A: Authority,
    {
        let slot = self.own(&handle)?;
        let now = self.core.map.tick();
        self.core.map.arena_mut::<E>().restore(slot, now)?;
        self.core.bring_back::<E>(slot);
        Ok(self.handle(slot))
    }
}

/// A state out of which a row can be removed: every one but [`Removed`].
#[diagnostic::on_unimplemented(
    message = "an entity that is `{Self}` cannot be removed",
    label = "its removal is scheduled already"
)]
pub trait Removable: State + Sized {
    /// What is left to hold: a `Removed` handle of a row that was there, nothing of one that was not.
    type Left<'s, E: Model>;

    #[doc(hidden)]
    fn remove<'s, B: Backend, E: Entity<B>>(
        core: &mut Core<B>,
        handle: Handle<'s, E, Self>,
    ) -> Result<Self::Left<'s, E>>;
}

impl Removable for Managed {
    type Left<'s, E: Model> = Handle<'s, E, Removed>;

    fn remove<'s, B: Backend, E: Entity<B>>(
        core: &mut Core<B>,
        handle: Handle<'s, E, Self>,
    ) -> Result<Handle<'s, E, Removed>> {
        core.remove::<E>(handle.slot())?;
        Ok(Handle::new(handle.tag(), handle.slot()))
    }
}

impl Removable for New {
    type Left<'s, E: Model> = ();

    fn remove<'s, B: Backend, E: Entity<B>>(core: &mut Core<B>, handle: Handle<'s, E, Self>) -> Result<()> {
        match core.is_draft::<E>(handle.slot()) {
            true => core.remove::<E>(handle.slot()),
            // Why it is none is for the arena to say.
            false => core.map.arena_mut::<E>().forget(handle.slot()).map(drop),
        }
    }
}

impl Removable for Reference {
    type Left<'s, E: Model> = ();

    fn remove<'s, B: Backend, E: Entity<B>>(core: &mut Core<B>, handle: Handle<'s, E, Self>) -> Result<()> {
        core.remove::<E>(handle.slot())
    }
}
