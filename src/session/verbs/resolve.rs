//! `resolve`: what becomes of edits that another writer's came in the way of.

use crate::backend::{Backend, Lock};
use crate::entity::Entity;
use crate::error::{Error, Result};
use crate::handle::{Handle, Live};
use crate::session::core::Core;
use crate::session::{Authority, UnitOfWork};
use crate::statement::LockClause;

/// How [`resolve`](UnitOfWork::resolve) ends a conflict between the edits of a row here and those of another writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Resolution {
    /// The columns that are edited here stay so; the others are theirs.
    Mine,
    /// All columns are theirs, and nothing of the row is pending.
    Theirs,
    /// Mine where only I changed a column, theirs where only they did. A column that both changed, each to something else, is
    /// [`Error::Conflict`].
    Merge,
}

impl<'s, B: Backend, A: ?Sized> UnitOfWork<'s, B, A> {
    /// Reads the row again, with one SELECT, and puts the pending edits on top of it as the resolution says: after a flush
    /// that was [`Stale`](Error::Stale), the next one goes by the row as it is now.
    ///
    /// Only edits count as mine. A column that was merely read takes the database's value.
    ///
    /// In a transaction the row is locked, as [`lock`](Self::lock) does it: what is read could be older otherwise than what
    /// the flush finds.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # use diesel::connection::SimpleConnection;
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// use moored::Resolution;
    ///
    /// let ursula = session.find::<Author>(1)?.required()?;
    /// # session.connection()?.batch_execute("UPDATE authors SET email = 'ursula@example.org', version = 2")?;
    /// // Meanwhile another writer gives her an address.
    /// session.edit(&ursula)?.name = "Ursula K. Le Guin".into();
    /// while let Err(moored::Error::Stale(_)) = session.flush() {
    ///     session.resolve(&ursula, Resolution::Merge)?;
    /// }
    /// assert_eq!(session[&ursula].name, "Ursula K. Le Guin");
    /// assert_eq!(session[&ursula].email.as_deref(), Some("ursula@example.org"));
    /// # Ok(())
    /// # }) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Conflict`](Error::Conflict) names the columns that both changed, with [`Resolution::Merge`].
    /// [`Stale`](Error::Stale) when the row is gone: [`detach`](Self::detach) takes what is left of it.
    /// [`NotWritten`](Error::NotWritten) when it is not inserted yet. Memory is as it was then.
    pub fn resolve<E: Entity<B>, S: Live>(
        &mut self,
        handle: &Handle<'s, E, S>,
        resolution: Resolution,
    ) -> Result<()>
    where
        A: Authority,
    {
        let slot = self.own(handle)?;
        self.core.resolve::<E>(slot, resolution)
    }
}

impl<B: Backend> Core<B> {
    fn resolve<E: Entity<B>>(&mut self, slot: u32, resolution: Resolution) -> Result<()> {
        let key = self.map.arena_mut::<E>().stored_key(slot)?;
        let clause = match self.in_transaction() && !self.options.read_only {
            true => Some(LockClause::of_row::<B>(self.map.dialect(), Lock::UPDATE)?),
            false => None,
        };
        self.run(|connection, map| {
            let store = map.store_mut::<E>();
            let row = match &clause {
                Some(clause) => store.writer.lock_by_key(connection, &key, clause)?,
                None => store.load_now(connection, &key)?,
            };
            let Some(row) = row else { return Err(Error::Stale(store.arena.name_of(slot))) };
            match resolution {
                Resolution::Theirs => store.arena.overwrite(slot, row)?,
                Resolution::Mine => store.arena.rebase(slot, row)?,
                Resolution::Merge => {
                    store.arena.refuse_conflict(slot, &row)?;
                    store.arena.rebase(slot, row)?;
                }
            }
            if clause.is_some_and(|clause| clause.is_ahead) {
                store.arena.hold(slot);
            }
            Ok(())
        })
    }
}
