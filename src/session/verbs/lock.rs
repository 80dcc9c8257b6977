//! `lock`, `find_locked`: rows of which no other transaction changes anything until this one ends.

use crate::backend::{Backend, Lock};
use crate::entity::{Entity, IntoKey};
use crate::error::{Error, Result};
use crate::handle::{Handle, Live, Managed};
use crate::identity::Found;
use crate::session::core::Core;
use crate::session::{LockAuthority, UnitOfWork};
use crate::statement::LockClause;

impl<'s, B: Backend, A: ?Sized> UnitOfWork<'s, B, A> {
    /// Locks the row until the transaction ends, and reads it again, with one SELECT.
    ///
    /// A row that was not edited takes the database's values. Edits that are pending stay, unless they are edits of a version
    /// that is no longer the row's: that is [`Stale`](Error::Stale) at once, not only at the flush. Nothing is flushed. Whoever
    /// locks several rows locks them in the order of their keys: two who lock each other's rows are a deadlock.
    ///
    /// On SQLite a transaction has the whole database for itself from its beginning. The row is read and compared, and no
    /// lock has to be waited for.
    ///
    /// A time to wait costs nothing on MariaDB, where it stands in the statement. PostgreSQL and MySQL are told by a statement
    /// before and another one after: three round trips instead of one.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// use moored::Lock;
    ///
    /// let book = session.find::<Book>(1)?.required()?;
    /// session.transaction(|tx| {
    ///     tx.lock(&book, Lock::UPDATE)?; // SELECT .. FOR UPDATE
    ///     if tx[&book].copies > 0 {
    ///         tx.edit(&book)?.copies -= 1; // no other transaction takes this copy
    ///     }
    ///     Ok(())
    /// })?;
    /// # Ok(())
    /// # }) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Stale`](Error::Stale) when the row is gone, or moved on under pending edits; then it is locked where it is there,
    /// and memory is as it was. A lock that was not granted is a failure of the database of the kind
    /// [`LockTimeout`](crate::backend::FailureKind::LockTimeout): it may be asked for again, on PostgreSQL after a rollback
    /// to the savepoint around it. [`NotWritten`](Error::NotWritten) for a full value before its INSERT.
    /// [`Unsupported`](Error::Unsupported) for a lock that the database does not have; nothing was sent.
    pub fn lock<E: Entity<B>, S: Live>(&mut self, handle: &Handle<'s, E, S>, lock: Lock) -> Result<()>
    where
        A: LockAuthority,
    {
        let slot = self.own(handle)?;
        self.core.lock::<E>(slot, lock)
    }

    /// The row of that key, locked until the transaction ends: [`find`](Self::find) and [`lock`](Self::lock) with one SELECT,
    /// which is sent though the row is in memory.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// use moored::Lock;
    ///
    /// session.transaction(|tx| {
    ///     let book = tx.find_locked::<Book>(1, Lock::UPDATE.no_wait())?.required()?;
    ///     tx.edit(&book)?.copies -= 1;
    ///     assert!(tx.find_locked::<Book>(99, Lock::UPDATE)?.is_none());
    ///     Ok(())
    /// })?;
    /// # Ok(())
    /// # }) }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`find`](Self::find) and [`lock`](Self::lock): a row that is in memory and gone from the database is
    /// [`Stale`](Error::Stale).
    pub fn find_locked<E: Entity<B>>(
        &mut self,
        key: impl IntoKey<E>,
        lock: Lock,
    ) -> Result<Option<Handle<'s, E, Managed>>>
    where
        A: LockAuthority,
    {
        let slot = self.core.find_locked::<E>(&key.into_key(), lock)?;
        Ok(slot.map(|slot| self.handle(slot)))
    }
}

impl<B: Backend> Core<B> {
    fn lock<E: Entity<B>>(&mut self, slot: u32, lock: Lock) -> Result<()> {
        let key = self.map.arena_mut::<E>().stored_key(slot)?;
        match self.lock_key::<E>(&key, lock)? {
            Some(_) => Ok(()),
            None => Err(Error::Stale(self.map.arena_mut::<E>().name_of(slot))),
        }
    }

    fn find_locked<E: Entity<B>>(&mut self, key: &E::Key, lock: Lock) -> Result<Option<u32>> {
        match self.map.arena_mut::<E>().find(key) {
            Found::Row(slot) => return self.lock::<E>(slot, lock).map(|()| Some(slot)),
            Found::Leaving => return Ok(None),
            Found::Unloaded | Found::Unknown => {}
        }
        self.flush_drafts::<E>()?;
        match self.map.arena_mut::<E>().find(key) {
            Found::Row(slot) => self.lock::<E>(slot, lock).map(|()| Some(slot)),
            _ => self.lock_key::<E>(key, lock),
        }
    }

    /// A lock in a transaction that only reads would keep nobody away on a database that has none but the writer's.
    pub(super) fn check_may_lock(&self) -> Result<()> {
        if self.options.read_only {
            return Err(Error::Unsupported { backend: B::NAME, what: "locks in a read-only transaction" });
        }
        Ok(())
    }

    /// Locks the row of a key and takes it in.
    fn lock_key<E: Entity<B>>(&mut self, key: &E::Key, lock: Lock) -> Result<Option<u32>> {
        self.check_may_lock()?;
        let clause = LockClause::of_row::<B>(self.map.dialect(), lock)?;
        self.run(|connection, map| {
            let store = map.store_mut::<E>();
            let Some(row) = store.writer.lock_by_key(connection, key, &clause)? else { return Ok(None) };
            store.arena.refuse_moved(&row)?;
            store.arena.take_in_locked(row, clause.is_ahead)
        })
    }
}
