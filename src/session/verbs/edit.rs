//! `edit`, `edit_draft`: the only ways to a `&mut`.

use crate::backend::Backend;
use crate::entity::Entity;
use crate::error::Result;
use crate::handle::{Handle, Live, New};
use crate::session::{Authority, UnitOfWork};

impl<'s, B: Backend, A: ?Sized> UnitOfWork<'s, B, A> {
    /// The entity, to be changed. The next flush writes the columns that differ from what they were.
    ///
    /// The first call takes a snapshot of the row; there is no other bookkeeping.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// let ursula = session.find::<Author>(1)?.required()?;
    /// session.edit(&ursula)?.name = "Ursula K. Le Guin".into();
    /// session.flush()?; // UPDATE authors SET name = ?, version = ? WHERE id = ? AND version = ?
    /// assert_eq!(session[&ursula].version, 2);
    /// # Ok(())
    /// # }) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Removed`](crate::Error::Removed) or [`Detached`](crate::Error::Detached) when that was done through another
    /// handle. [`PendingOutside`](crate::Error::PendingOutside) inside a transaction, for a row that outside has yet to
    /// insert.
    pub fn edit<E: Entity<B>, S: Live>(&mut self, handle: &Handle<'s, E, S>) -> Result<&mut E>
    where
        A: Authority,
    {
        let slot = self.own(handle)?;
        let now = self.core.map.tick();
        Ok(&mut self.core.map.arena_mut::<E>().edit(slot, now)?.value)
    }

    /// The draft, to be changed. Links are set with [`link`](Self::link).
    ///
    /// # Errors
    ///
    /// As [`draft`](Self::draft), and [`PendingOutside`](crate::Error::PendingOutside) inside a transaction for a draft
    /// of outside.
    pub fn edit_draft<E: Entity<B>>(&mut self, handle: &Handle<'s, E, New>) -> Result<&mut E::Record>
    where
        A: Authority,
    {
        let slot = self.own(handle)?;
        Ok(&mut self.core.map.arena_mut::<E>().draft_mut(slot)?.record)
    }
}
