//! Transactions and scopes: a part of a session with a brand of its own, undone as a whole or kept as a whole.

use std::marker::PhantomData;

use super::core::Core;
use super::{FlushAuthority, InScope, InTransaction, Scope, Transaction, UnitOfWork};
use crate::backend::Backend;
use crate::error::{Error, Result};
use crate::identity::FrameKind;

impl<'s, B: Backend, A: ?Sized> UnitOfWork<'s, B, A> {
    /// Runs a transaction, or a savepoint when one is open already.
    ///
    /// Ends with a flush and COMMIT when the closure returns `Ok`. Otherwise, and on a panic, it is rolled back, and
    /// memory is what it was at its start: values, keys, versions, what was new and what was removed. What was pending
    /// outside is not written by it and is still pending afterwards.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// let book = session.find::<Book>(1)?.required()?;
    /// let outcome = session.transaction(|tx| {
    ///     tx.edit(&book)?.copies = 0;
    ///     tx.flush()?;
    ///     Err::<(), _>(moored::Error::NotFound { entity: "Reader" })
    /// });
    /// assert!(outcome.is_err());
    /// assert_eq!(session[&book].copies, 3); // in memory and in the database
    /// # Ok(())
    /// # }) }
    /// ```
    ///
    /// # Errors
    ///
    /// What the closure returns, what the flush returns, and what the database says of BEGIN and COMMIT:
    /// [`Error::CommitUnknown`] when the connection was lost on the way.
    pub fn transaction<R>(
        &mut self,
        work: impl for<'t> FnOnce(&mut Transaction<'t, 's, B>) -> Result<R>,
    ) -> Result<R>
    where
        A: FlushAuthority,
    {
        self.try_transaction(work)
    }

    /// Runs a transaction whose errors are of a type of your own; see [`transaction`](Self::transaction).
    ///
    /// # Errors
    ///
    /// As [`transaction`](Self::transaction).
    pub fn try_transaction<R, X: From<Error>>(
        &mut self,
        work: impl for<'t> FnOnce(&mut Transaction<'t, 's, B>) -> Result<R, X>,
    ) -> Result<R, X>
    where
        A: FlushAuthority,
    {
        let mut nested = Nested::open(&mut self.core, FrameKind::Transaction, InTransaction(PhantomData))?;
        let result = work(&mut nested.inner)?;
        nested.close()?;
        Ok(result)
    }

    /// Runs a part of the session whose rows are forgotten at its end, so that a job over millions of rows stays in
    /// bounded memory. It is no transaction: its flushes stand.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// for key in [1, 2, 3] {
    ///     session.scope(|inner| {
    ///         if let Some(book) = inner.find::<Book>(key)? {
    ///             inner.edit(&book)?.copies += 1;
    ///         }
    ///         inner.flush()
    ///     })?;
    /// }
    /// # Ok(())
    /// # }) }
    /// ```
    ///
    /// # Errors
    ///
    /// What the closure returns, and [`Error::Unflushed`] when it left work that was never flushed; that work is gone.
    pub fn scope<R>(&mut self, work: impl for<'t> FnOnce(&mut Scope<'t, 's, B>) -> Result<R>) -> Result<R>
    where
        A: FlushAuthority,
    {
        self.try_scope(work)
    }

    /// Runs a scope whose errors are of a type of your own; see [`scope`](Self::scope).
    ///
    /// # Errors
    ///
    /// As [`scope`](Self::scope).
    pub fn try_scope<R, X: From<Error>>(
        &mut self,
        work: impl for<'t> FnOnce(&mut Scope<'t, 's, B>) -> Result<R, X>,
    ) -> Result<R, X>
    where
        A: FlushAuthority,
    {
        let mut nested = Nested::open(&mut self.core, FrameKind::Scope, InScope(PhantomData))?;
        let result = work(&mut nested.inner)?;
        nested.close()?;
        Ok(result)
    }
}

/// The session's state on loan to a transaction or a scope. Whatever happens, it comes back, and undone unless the
/// end was a good one.
struct Nested<'a, 't, B: Backend, A> {
    home: &'a mut Box<Core<B>>,
    inner: UnitOfWork<'t, B, A>,
    kind: FrameKind,
    open: bool,
}

impl<'a, B: Backend, A> Nested<'a, '_, B, A> {
    fn open(home: &'a mut Box<Core<B>>, kind: FrameKind, authority: A) -> Result<Self> {
        home.open_frame(kind)?;
        let vacant = Box::new(home.vacant());
        let core = std::mem::replace(home, vacant);
        Ok(Self { home, inner: UnitOfWork::of(core, authority), kind, open: true })
    }

    fn close(mut self) -> Result<()> {
        let closed = self.inner.core.close_frame(self.kind);
        // Not before: a panic on the way has to find it open.
        self.open = false;
        closed
    }
}

impl<B: Backend, A> Drop for Nested<'_, '_, B, A> {
    fn drop(&mut self) {
        if self.open {
            self.inner.core.undo_frame(self.kind);
        }
        // The mode that was set inside ends with it.
        self.inner.core.flush_mode = self.home.flush_mode;
        std::mem::swap(self.home, &mut self.inner.core);
    }
}
