//! `reference`, `load`: a row by its key alone.

use crate::backend::Backend;
use crate::entity::{Entity, IntoKey};
use crate::error::Result;
use crate::handle::{Handle, Managed, Reference};
use crate::identity::Slot;
use crate::session::UnitOfWork;

impl<'s, B: Backend, A: ?Sized> UnitOfWork<'s, B, A> {
    /// A row known by its key alone, without SQL. It can be linked to, removed, and loaded; once it is loaded it is the
    /// same instance that `find` gives.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// let ursula = session.reference::<Author>(1)?; // no SQL
    /// session.persist(NewBook::new("The Dispossessed", &ursula))?;
    /// session.flush()?;
    /// # Ok(())
    /// # }) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Removed`](crate::Error::Removed) when the row's removal is scheduled.
    pub fn reference<E: Entity<B>>(&mut self, key: impl IntoKey<E>) -> Result<Handle<'s, E, Reference>> {
        let slot = self.core.map.arena_mut::<E>().reference(key.into_key())?;
        Ok(self.handle(slot))
    }

    /// `Reference` -> `Managed`, with one SELECT unless the row is in memory. `None` when there is no such row.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// let ursula = session.reference::<Author>(1)?;
    /// let ursula = session.load(&ursula)?.required()?; // SELECT
    /// assert_eq!(session[&ursula].name, "Ursula");
    /// # Ok(())
    /// # }) }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`find`](Self::find), and [`Removed`](crate::Error::Removed) when it was removed meanwhile.
    pub fn load<E: Entity<B>>(
        &mut self,
        handle: &Handle<'s, E, Reference>,
    ) -> Result<Option<Handle<'s, E, Managed>>> {
        let slot = self.own(handle)?;
        let arena = self.core.map.arena_mut::<E>();
        let key = match arena.slot(slot) {
            Some(Slot::Reference { key, leaving: false }) => key.clone(),
            Some(Slot::Row(_)) => {
                arena.check_editable(slot)?;
                return Ok(Some(self.handle(slot)));
            }
            _ => return Err(crate::Error::Removed(arena.name_of(slot))),
        };
        let slot = self.core.find::<E>(&key)?;
        Ok(slot.map(|slot| self.handle(slot)))
    }
}
