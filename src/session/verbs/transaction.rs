//! The verbs of a transaction: how it ends, and what waits for that.

use crate::backend::Backend;
use crate::error::Result;
use crate::session::levels::Ending;
use crate::session::{Authority, Transaction, UnitOfWork};

impl<B: Backend> Transaction<'_, '_, B> {
    /// Makes sure that this transaction, or savepoint, is rolled back at its end, whatever its closure returns.
    ///
    /// What was done stays to be read until then. A savepoint is rolled back alone: the transaction around it goes on.
    /// Where the closure returns `Ok`, the transaction returns [`RollbackOnly`](crate::Error::RollbackOnly), so that nobody
    /// takes it for committed.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// let book = session.find::<Book>(1)?.required()?;
    /// let tried = session.transaction(|tx| {
    ///     tx.set_rollback_only();
    ///     tx.edit(&book)?.copies = 0;
    ///     tx.flush()
    /// });
    /// assert!(matches!(tried, Err(moored::Error::RollbackOnly)));
    /// assert_eq!(session[&book].copies, 3);
    /// # Ok(())
    /// # }) }
    /// ```
    pub fn set_rollback_only(&mut self) {
        self.core.levels.set_ending(Ending::RollbackOnly);
    }

    /// Whether this transaction can only be rolled back, because it was [set so](Self::set_rollback_only).
    #[must_use]
    pub fn is_rollback_only(&self) -> bool {
        self.core.levels.ending() == Ending::RollbackOnly
    }

    /// Rolls this transaction, or savepoint, back at its end, and what the closure returns is returned: the caller meant it.
    ///
    /// What was done stays to be read until then. In a [part](crate::Propagation::Required) of a transaction it is
    /// [`set_rollback_only`](Self::set_rollback_only) for the whole.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// let book = session.find::<Book>(1)?.required()?;
    /// let left = session.transaction(|tx| {
    ///     tx.edit(&book)?.copies -= 1;
    ///     tx.flush()?; // what would the database say?
    ///     tx.rollback();
    ///     Ok(tx[&book].copies)
    /// })?;
    /// assert_eq!((left, session[&book].copies), (2, 3));
    /// # Ok(())
    /// # }) }
    /// ```
    pub fn rollback(&mut self) {
        self.core.levels.set_ending(Ending::Rollback);
    }

    /// Flushes and commits now, or releases the savepoint, so that the closure can answer to what becomes of it.
    ///
    /// Rows can be read afterwards; whatever needs the database is [`TransactionEnded`](crate::Error::TransactionEnded). What
    /// is committed stands, also when the closure returns an error. When COMMIT fails, memory is put back at the closure's
    /// end, which then returns an error in any case.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// let book = session.find::<Book>(1)?.required()?;
    /// session.transaction(|tx| {
    ///     tx.edit(&book)?.copies -= 1;
    ///     tx.commit()?;
    ///     println!("{} left", tx[&book].copies); // and so it is
    ///     Ok(())
    /// })?;
    /// # Ok(())
    /// # }) }
    /// ```
    ///
    /// # Errors
    ///
    /// What the flush and COMMIT return; [`RollbackOnly`](crate::Error::RollbackOnly) where it was set;
    /// [`TransactionOpen`](crate::Error::TransactionOpen) in a [part](crate::Propagation::Required) of a transaction, which
    /// is committed with the whole.
    pub fn commit(&mut self) -> Result<()> {
        self.core.end_now()
    }
}

impl<B: Backend, A: ?Sized> UnitOfWork<'_, B, A> {
    /// Calls `hook` once what is being done now is committed, and never if it is not: to send the e-mail only if it is true.
    ///
    /// In a transaction that is after the COMMIT of the outermost one, unless the transaction or savepoint at hand is rolled
    /// back; elsewhere after the next flush that goes through, unless its work is discarded. Hooks are called in the order in
    /// which they were given. One that panics lets those after it uncalled; what is committed stands.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// session.transaction(|tx| {
    ///     let book = tx.find::<Book>(1)?.required()?;
    ///     tx.edit(&book)?.copies -= 1;
    ///     let title = tx[&book].title.clone();
    ///     tx.after_commit(move || println!("mailed: {title} is yours"));
    ///     Ok(())
    /// })?;
    /// # Ok(())
    /// # }) }
    /// ```
    pub fn after_commit(&mut self, hook: impl FnOnce() + 'static)
    where
        A: Authority,
    {
        self.core.levels.after_commit(Box::new(hook));
    }
}
