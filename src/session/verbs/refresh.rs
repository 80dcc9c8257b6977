//! `refresh`: memory made equal to the row.

use crate::backend::Backend;
use crate::entity::Entity;
use crate::error::{Error, Result};
use crate::handle::{Handle, Live};
use crate::session::{Authority, UnitOfWork};

impl<'s, B: Backend, A: ?Sized> UnitOfWork<'s, B, A> {
    /// Reads the row again, with one SELECT; edits that were not flushed are dropped.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// let book = session.find::<Book>(1)?.required()?;
    /// session.edit(&book)?.copies = 0;
    /// session.refresh(&book)?;
    /// assert_eq!(session[&book].copies, 3);
    /// # Ok(())
    /// # }) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Stale`](Error::Stale) when the row is gone, [`NotWritten`](Error::NotWritten) when it is not inserted yet; then
    /// memory is as it was.
    pub fn refresh<E: Entity<B>, S: Live>(&mut self, handle: &Handle<'s, E, S>) -> Result<()>
    where
        A: Authority,
    {
        let slot = self.own(handle)?;
        let key = self.core.map.arena_mut::<E>().stored_key(slot)?;
        self.core.run(|connection, map| {
            let store = map.store_mut::<E>();
            match store.load_now(connection, &key)? {
                Some(row) => store.arena.overwrite(slot, row),
                None => Err(Error::Stale(store.arena.name_of(slot))),
            }
        })
    }
}
