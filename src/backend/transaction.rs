//! What can be asked of a transaction as it begins.

/// How far a transaction is kept apart from others. Asking for one is a promise of the server's, never of the library's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Isolation {
    /// Every statement sees what was committed before it.
    ReadCommitted,
    /// Every statement sees what was committed before the first one.
    RepeatableRead,
    /// As if transactions ran one after the other: one that does not fit in fails as
    /// [`Serialization`](crate::backend::FailureKind::Serialization), or waits.
    Serializable,
}

/// What to do where a transaction is open already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Propagation {
    /// A savepoint in it, undone alone.
    #[default]
    Nested,
    /// A part of it. When the part fails, the whole can only be rolled back, whatever becomes of the error.
    Required,
    /// A part of it, as with [`Required`](Self::Required); where none is open, [`NoTransaction`](crate::Error::NoTransaction).
    Mandatory,
    /// [`TransactionOpen`](crate::Error::TransactionOpen): this one is to be committed once it returned.
    Never,
}

/// What a transaction is asked to be, for [`transaction_with`](crate::UnitOfWork::transaction_with).
///
/// What a database cannot do is [`Unsupported`](crate::Error::Unsupported), never left out silently.
///
/// ```
/// use moored::{Isolation, TransactionOptions};
///
/// let report = TransactionOptions::new().isolation(Isolation::Serializable).read_only();
/// assert_ne!(report, TransactionOptions::default());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransactionOptions {
    /// The level of isolation; `None` is the connection's own.
    pub isolation: Option<Isolation>,
    /// Whether the server is to refuse writes.
    pub read_only: bool,
    /// Whether a serializable transaction that only reads may wait at first, to never fail and never make another one fail.
    pub deferrable: bool,
    /// What to do where a transaction is open already.
    pub propagation: Propagation,
}

impl TransactionOptions {
    /// Those of [`transaction`](crate::UnitOfWork::transaction).
    #[must_use]
    pub const fn new() -> Self {
        Self { isolation: None, read_only: false, deferrable: false, propagation: Propagation::Nested }
    }

    /// The level of isolation.
    #[must_use]
    pub const fn isolation(mut self, isolation: Isolation) -> Self {
        self.isolation = Some(isolation);
        self
    }

    /// The server refuses writes: as [`ReadOnly`](crate::backend::FailureKind::ReadOnly).
    #[must_use]
    pub const fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }

    /// A serializable transaction that only reads waits at first, to never fail and never make another one fail.
    #[must_use]
    pub const fn deferrable(mut self) -> Self {
        self.deferrable = true;
        self
    }

    /// What to do where a transaction is open already.
    #[must_use]
    pub const fn propagation(mut self, propagation: Propagation) -> Self {
        self.propagation = propagation;
        self
    }

    /// Whether anything is asked of the server.
    pub(crate) const fn is_plain(&self) -> bool {
        self.isolation.is_none() && !self.read_only && !self.deferrable
    }
}
