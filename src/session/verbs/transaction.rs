//! The verbs of a transaction alone.

use crate::backend::Backend;
use crate::session::Transaction;

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
        self.core.set_rollback_only();
    }

    /// Whether this transaction can only be rolled back, because it was [set so](Self::set_rollback_only).
    #[must_use]
    pub fn is_rollback_only(&self) -> bool {
        self.core.is_rollback_only()
    }
}
