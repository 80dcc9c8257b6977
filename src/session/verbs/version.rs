//! `touch`, `expect_unchanged`: what a flush does with the version of a row that is not edited.

use crate::backend::Backend;
use crate::entity::{Entity, Versioned};
use crate::error::Result;
use crate::handle::{Handle, Live};
use crate::identity::Guard;
use crate::session::{Authority, UnitOfWork};

impl<'s, B: Backend, A: ?Sized> UnitOfWork<'s, B, A> {
    /// Has the next flush move the version of the row on, though no column of it may have changed.
    ///
    /// For a row that stands for others: whoever changes an item of an order touches the order, so that two who change
    /// different items of it do not both succeed. Where the row is edited as well, its version moves on once.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// let ursula = session.find::<Author>(1)?.required()?;
    /// session.persist(NewBook::new("Tehanu", &ursula))?;
    /// session.touch(&ursula)?; // what she has written has changed
    /// session.flush()?; // .. UPDATE authors SET version = ? WHERE id = ? AND version = ?
    /// assert_eq!(session[&ursula].version, 2);
    /// # Ok(())
    /// # }) }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`edit`](Self::edit). The flush is [`Stale`](crate::Error::Stale) when another writer came first.
    pub fn touch<E: Entity<B> + Versioned, S: Live>(&mut self, handle: &Handle<'s, E, S>) -> Result<()>
    where
        A: Authority,
    {
        self.guard(handle, Guard::Increment)
    }

    /// Has the next flush compare the version of the row, without writing it.
    ///
    /// For a row that was only read, and on which what is written depends. The flush asks for such rows first, several of
    /// one entity in one SELECT, with a lock that keeps other writers away until it is committed. A row that is written
    /// anyway is compared by that. Two sessions that each expect what the other writes are a deadlock, which is an error that
    /// [is retryable](crate::Error::is_retryable).
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// let ursula = session.find::<Author>(1)?.required()?;
    /// if session[&ursula].email.is_none() {
    ///     session.expect_unchanged(&ursula)?;
    ///     session.persist(NewBook::new("Without an address", &ursula))?;
    /// }
    /// println!("{}", session.plan()?); // 1. EXPECT Author × 1 ..
    /// session.flush()?;
    /// assert_eq!(session[&ursula].version, 1);
    /// # Ok(())
    /// # }) }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`edit`](Self::edit). The flush is [`Stale`](crate::Error::Stale) and names the row when another writer changed or
    /// deleted it, and nothing is written then.
    pub fn expect_unchanged<E: Entity<B> + Versioned, S: Live>(
        &mut self,
        handle: &Handle<'s, E, S>,
    ) -> Result<()>
    where
        A: Authority,
    {
        self.guard(handle, Guard::Expect)
    }

    fn guard<E: Entity<B>, S: Live>(&mut self, handle: &Handle<'s, E, S>, guard: Guard) -> Result<()> {
        let slot = self.own(handle)?;
        let now = self.core.map.tick();
        let change = self.core.map.arena_mut::<E>().edit(slot, now)?.change();
        change.guard = change.guard.max(guard);
        Ok(())
    }
}
