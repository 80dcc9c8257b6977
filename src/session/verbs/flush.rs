//! `flush`, `plan`, `discard`, `connection`: what only a flush authority may do, and looking ahead.

use crate::backend::Backend;
use crate::error::Result;
use crate::session::{FlushAuthority, FlushMode, FlushPlan, UnitOfWork};

impl<B: Backend, A: ?Sized> UnitOfWork<'_, B, A> {
    /// What the next flush would do, step by step, without doing it.
    ///
    /// # Errors
    ///
    /// What the flush would find wrong before its first statement: a changed key, a relation to a removed row, rows
    /// that require each other in a circle.
    pub fn plan(&self) -> Result<FlushPlan> {
        self.core.plan()
    }

    /// Whether anything was persisted, edited or removed that a flush would write.
    pub fn has_changes(&self) -> bool {
        self.core.map.unflushed().is_some()
    }

    /// Sets when queries flush by themselves, from here to the end of this session, transaction or scope.
    pub fn set_flush_mode(&mut self, mode: FlushMode) {
        self.core.flush_mode = mode;
    }
}

impl<B: Backend, A: FlushAuthority> UnitOfWork<'_, B, A> {
    /// Writes what is pending: inserts parents first, updates of changed columns, deletes children first, in one
    /// transaction, or in one savepoint inside a transaction. Nothing pending is no SQL at all.
    ///
    /// # Errors
    ///
    /// Everything that can be wrong with the work, [`Stale`](crate::Error::Stale), and what the database reports. Then
    /// nothing is written, and memory is as it was before: drafts are still new, edits and removals still pending,
    /// versions and keys not moved. Put the cause right and flush again.
    pub fn flush(&mut self) -> Result<()> {
        self.core.flush()
    }

    /// Gives up everything that is pending here: edits go back, drafts are forgotten, removals are cancelled.
    pub fn discard(&mut self) {
        self.core.map.discard();
    }

    /// The session's own connection, inside its transaction if one is open, for plain Diesel.
    ///
    /// What is pending is flushed first, since any statement may read it, except in [`FlushMode::Commit`]. What plain
    /// Diesel writes is not seen by rows that are in memory: `refresh` them.
    ///
    /// # Errors
    ///
    /// [`NoConnection`](crate::Error::NoConnection), and what the flush returns.
    pub fn connection(&mut self) -> Result<&mut B::Connection> {
        if self.core.flush_mode != FlushMode::Commit {
            self.core.flush()?;
        }
        self.core.connection()
    }
}
