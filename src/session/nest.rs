//! Transactions and scopes: a part of a session with a brand of its own, undone as a whole or kept as a whole.

use std::marker::PhantomData;

use super::border::Border;
use super::core::Core;
use super::{FlushAuthority, InScope, InTransaction, Own, Scope, Transaction, UnitOfWork};
use crate::backend::{Backend, Propagation, TransactionOptions};
use crate::error::{Error, Result};
use crate::observe::spans;

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
        self.try_transaction_with(TransactionOptions::new(), work)
    }

    /// Runs a transaction that is more than the connection's default: isolated in another way, read-only, or with another
    /// answer to a transaction that is open already. See [`transaction`](Self::transaction).
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// use moored::{Isolation, TransactionOptions};
    ///
    /// let options = TransactionOptions::new().isolation(Isolation::Serializable);
    /// session.transaction_with(options, |tx| {
    ///     let copies = tx.query::<Book>(books::table).all()?.iter().map(|book| tx[book].copies).sum::<i32>();
    ///     if copies > 2 {
    ///         let book = tx.find::<Book>(1)?.required()?;
    ///         tx.edit(&book)?.copies -= 1;
    ///     }
    ///     Ok(())
    /// })?;
    /// # Ok(())
    /// # }) }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`transaction`](Self::transaction); [`Error::Unsupported`] for what the database does not have;
    /// [`Error::TransactionOpen`] and [`Error::NoTransaction`], see [`Propagation`].
    pub fn transaction_with<R>(
        &mut self,
        options: TransactionOptions,
        work: impl for<'t> FnOnce(&mut Transaction<'t, 's, B>) -> Result<R>,
    ) -> Result<R>
    where
        A: FlushAuthority,
    {
        self.try_transaction_with(options, work)
    }

    /// Runs a transaction with options whose errors are of a type of your own; see
    /// [`transaction_with`](Self::transaction_with).
    ///
    /// # Errors
    ///
    /// As [`transaction_with`](Self::transaction_with).
    pub fn try_transaction_with<R, X: From<Error>>(
        &mut self,
        options: TransactionOptions,
        work: impl for<'t> FnOnce(&mut Transaction<'t, 's, B>) -> Result<R, X>,
    ) -> Result<R, X>
    where
        A: FlushAuthority,
    {
        let border = match (options.propagation, self.core.in_transaction()) {
            (Propagation::Nested, _) | (Propagation::Required | Propagation::Never, false) => {
                Border::Transaction
            }
            (Propagation::Required | Propagation::Mandatory, true) if options.is_plain() => Border::Part,
            (Propagation::Mandatory, false) => return Err(Error::NoTransaction.into()),
            (_, true) => return Err(Error::TransactionOpen.into()),
        };
        self.nest(border, &options, InTransaction(PhantomData), work)
    }

    /// Runs a transaction of its own, on a connection of its own and with an identity map of its own: what it commits
    /// stands whatever becomes of this one. No handle can be carried into it or out of it; keys can.
    ///
    /// It waits for a connection while this session keeps its own, so a pool has to be larger than the number of threads
    /// that do this. And it waits for what this session has locked, which cannot be given up before it returns: where
    /// writers lock the whole database, as on SQLite, a transaction that wrote makes it fail.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// let key = session.requires_new(|tx| {
    ///     let author = tx.persist(NewAuthor::new("Le Guin, refused"))?;
    ///     tx.flush()?;
    ///     let author = tx.promote(&author)?;
    ///     Ok(tx[&author].id)
    /// })?;
    /// assert!(session.find::<Author>(key)?.is_some());
    /// # Ok(())
    /// # }) }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`transaction`](Self::transaction), and [`Error::NoConnection`].
    pub fn requires_new<R>(
        &mut self,
        work: impl for<'t, 'n> FnOnce(&mut Transaction<'t, 'n, B>) -> Result<R>,
    ) -> Result<R>
    where
        A: FlushAuthority,
    {
        let core = self.core.beside();
        let mut fresh = UnitOfWork::<B, Own>::of(Box::new(core), Own(()));
        let done = fresh.transaction(work);
        self.core.stands |= fresh.stands();
        done
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
        self.nest(Border::Scope, &TransactionOptions::new(), InScope(PhantomData), work)
    }

    fn nest<'t, R, X: From<Error>, N>(
        &mut self,
        border: Border,
        options: &TransactionOptions,
        authority: N,
        work: impl FnOnce(&mut UnitOfWork<'t, B, N>) -> Result<R, X>,
    ) -> Result<R, X> {
        let depth = self.core.levels.depth() + 1;
        let _span = (border == Border::Transaction).then(|| spans::transaction(depth));
        let mut nested = Nested::open(&mut self.core, border, options, authority)?;
        let result = work(&mut nested.inner);
        let result = match result {
            Ok(result) => nested.close().map(|()| result).map_err(X::from),
            Err(error) => {
                drop(nested);
                Err(error)
            }
        };
        self.core.call_hooks();
        result
    }
}

/// The session's state on loan to a transaction or a scope. Whatever happens, it comes back, and undone unless the
/// end was a good one.
struct Nested<'a, 't, B: Backend, A> {
    home: &'a mut Box<Core<B>>,
    inner: UnitOfWork<'t, B, A>,
    border: Border,
    open: bool,
}

impl<'a, B: Backend, A> Nested<'a, '_, B, A> {
    fn open(
        home: &'a mut Box<Core<B>>,
        border: Border,
        options: &TransactionOptions,
        authority: A,
    ) -> Result<Self> {
        home.open_frame(border, options)?;
        let vacant = Box::new(home.vacant());
        let core = std::mem::replace(home, vacant);
        Ok(Self { home, inner: UnitOfWork::of(core, authority), border, open: true })
    }

    fn close(mut self) -> Result<()> {
        let closed = self.inner.core.close_frame(self.border);
        // Not before: a panic on the way has to find it open.
        self.open = false;
        closed
    }
}

impl<B: Backend, A> Drop for Nested<'_, '_, B, A> {
    fn drop(&mut self) {
        if self.open {
            self.inner.core.undo_frame(self.border);
        }
        // The mode that was set inside ends with it.
        self.inner.core.flush_mode = self.home.flush_mode;
        std::mem::swap(self.home, &mut self.inner.core);
    }
}
