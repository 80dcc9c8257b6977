//! What a session holds whatever its authority: the connection, the identity map, and where in a transaction it is.

use std::sync::Arc;

use diesel::connection::{Connection, TransactionManager, TransactionManagerStatus};

use super::FlushMode;
use super::stores::IdentityMap;
use crate::backend::{Backend, FailureKind};
use crate::error::{Error, Result};
use crate::handle::Tag;
use crate::identity::FrameKind;
use crate::pool::{Checkout, Pool};
use crate::statement::database;

type Manager<B> = <<B as Backend>::Connection as Connection>::TransactionManager;

/// What a session holds whatever its authority.
pub struct Core<B: Backend> {
    pool: Arc<Pool<B>>,
    connection: Option<Checkout<B>>,
    pub(crate) map: IdentityMap<B>,
    pub(crate) tag: Tag,
    pub(crate) flush_mode: FlushMode,
    /// How many transactions and savepoints of this session are open.
    depth: usize,
    doom: Option<Doom>,
    /// The depths of the open transactions that are to be rolled back at their end.
    rollback_only: Vec<usize>,
    /// Whether anything was written, or may have been by plain Diesel, in the transaction that is open.
    wrote: bool,
    /// Whether anything that was written is committed, or may be.
    pub(crate) stands: bool,
}

/// Why open transactions can only be rolled back, and which.
struct Doom {
    cause: Box<str>,
    /// The depth of the outermost of them: 1 is the whole transaction.
    depth: usize,
}

impl<B: Backend> Core<B> {
    pub(crate) fn new(pool: Arc<Pool<B>>, flush_mode: FlushMode) -> Self {
        Self {
            connection: None,
            map: IdentityMap::new(pool.database.clone()),
            pool,
            tag: Tag::fresh(),
            flush_mode,
            depth: 0,
            doom: None,
            rollback_only: Vec::new(),
            wrote: false,
            stands: false,
        }
    }

    /// What stands in a session's place while a transaction or a scope of it has the real one.
    pub(crate) fn vacant(&self) -> Self {
        Self {
            pool: Arc::clone(&self.pool),
            connection: None,
            map: IdentityMap::new(self.pool.database.clone()),
            tag: self.tag,
            flush_mode: self.flush_mode,
            depth: 0,
            doom: None,
            rollback_only: Vec::new(),
            wrote: false,
            stands: false,
        }
    }

    pub(crate) const fn in_transaction(&self) -> bool {
        self.depth > 0
    }

    /// The connection, checked out of the pool on first use.
    pub(crate) fn connection(&mut self) -> Result<&mut B::Connection> {
        self.connect()?;
        self.connection.as_mut().map(Checkout::connection).ok_or_else(no_connection)
    }

    /// Something is written now, or may be.
    pub(crate) fn note_write(&mut self) {
        if self.in_transaction() {
            self.wrote = true;
        } else {
            self.stands = true;
        }
    }

    fn connect(&mut self) -> Result<()> {
        self.find_doom();
        if let Some(Doom { cause, .. }) = &self.doom {
            return Err(Error::Doomed { cause: cause.clone() });
        }
        // One that was lost goes back to be closed. With it goes whatever was open, so a transaction keeps it to its end.
        if self.depth == 0 && self.connection.as_ref().is_some_and(Checkout::is_given_up) {
            self.connection = None;
        }
        if self.connection.is_none() {
            self.connection = Some(self.pool.check_out()?);
        }
        Ok(())
    }

    /// Runs statements. A failure that ends the transaction on the server is remembered.
    pub(crate) fn run<R>(
        &mut self,
        statements: impl FnOnce(&mut B::Connection, &mut IdentityMap<B>) -> Result<R>,
    ) -> Result<R> {
        self.connect()?;
        let mut running = Running { core: self, interrupted: true };
        let core = &mut *running.core;
        let checkout = core.connection.as_mut().ok_or_else(no_connection)?;
        checkout.bound_statements().map_err(database::<B>)?;
        let result = statements(checkout.connection(), &mut core.map);
        if let Err(error) = &result {
            core.note_failure(error);
        }
        running.interrupted = false;
        result
    }

    fn note_failure(&mut self, error: &Error) {
        let Some(failure) = error.failure() else { return };
        if failure.kind == FailureKind::LostConnection
            && let Some(checkout) = &mut self.connection
        {
            checkout.give_up();
        }
        if self.depth == 0 {
            return;
        }
        if failure.kind.ends_transaction() {
            self.doom(1, failure.kind);
        } else if self.map.dialect().failure_aborts_transaction {
            self.doom(self.depth, failure.kind);
        }
    }

    /// The transactions from that depth on can only be rolled back. The first cause stands, unless more is doomed now.
    fn doom(&mut self, depth: usize, cause: impl ToString) {
        match &mut self.doom {
            Some(doom) => doom.depth = doom.depth.min(depth),
            None => self.doom = Some(Doom { cause: cause.to_string().into(), depth }),
        }
    }

    /// Plain Diesel on this connection may have failed, and its caller may have said nothing.
    fn find_doom(&mut self) {
        let Some(checkout) = &mut self.connection else { return };
        if self.depth == 0 || self.doom.is_some() {
            return;
        }
        if let Some(kind) = checkout.take_ended() {
            self.doom(1, kind);
        } else if is_doomed::<B>(checkout.connection()) {
            let innermost = self.map.dialect().failure_aborts_transaction;
            self.doom(if innermost { self.depth } else { 1 }, "a statement in it failed");
        }
    }

    // -- transactions and savepoints in the database -------------------------------------------------------------

    /// Begins a transaction, or a savepoint inside one.
    pub(crate) fn begin(&mut self) -> Result<()> {
        let nested = self.depth > 0;
        let source = Arc::clone(&self.pool.database.source);
        self.run(|connection, _| {
            let begun = if nested {
                Manager::<B>::begin_transaction(connection)
            } else {
                B::begin(&source, connection)
            };
            begun.map_err(database::<B>)
        })?;
        if let Some(checkout) = self.connection.as_mut().filter(|_| !nested) {
            // Whatever was seen of earlier transactions.
            checkout.take_ended();
            self.wrote = false;
        }
        self.depth += 1;
        Ok(())
    }

    /// Commits the transaction, or releases the savepoint. When that fails it is rolled back.
    pub(crate) fn commit(&mut self) -> Result<()> {
        self.find_doom();
        if let Some(Doom { cause, .. }) = &self.doom {
            let cause = cause.clone();
            self.rollback();
            return Err(Error::Doomed { cause });
        }
        let outermost = self.depth == 1;
        let committed = self.run(|connection, _| {
            // It rolls back by itself when COMMIT is refused.
            B::commit(connection).map_err(database::<B>)
        });
        self.depth = self.depth.saturating_sub(1);
        if !outermost {
            self.lift_doom();
            return committed;
        }
        // Refused or not, it is over, and what doomed it with it.
        self.doom = None;
        self.stands |= self.wrote && committed.is_ok();
        committed.map_err(unknown)
    }

    /// Rolls the transaction, or the savepoint, back. A connection that cannot do it leaves the pool, which has the
    /// same effect.
    pub(crate) fn rollback(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        self.lift_doom();
        self.rollback_only.retain(|depth| *depth <= self.depth);
        if let Some(checkout) = &mut self.connection {
            // The transaction is over for this session either way; the first error is the one to report.
            if Manager::<B>::rollback_transaction(checkout.connection()).is_err() {
                checkout.give_up();
                if self.depth > 0 {
                    self.doom(1, "a savepoint could not be rolled back");
                }
            }
        }
    }

    pub(crate) fn set_rollback_only(&mut self) {
        if !self.is_rollback_only() {
            self.rollback_only.push(self.depth);
        }
    }

    /// Of the innermost transaction.
    pub(crate) fn is_rollback_only(&self) -> bool {
        self.rollback_only.contains(&self.depth)
    }

    /// A transaction ended: those that are left may be sound again.
    fn lift_doom(&mut self) {
        if self.doom.as_ref().is_some_and(|doom| doom.depth > self.depth) {
            self.doom = None;
        }
    }

    // -- frames --------------------------------------------------------------------------------------------------

    pub(crate) fn open_frame(&mut self, kind: FrameKind) -> Result<()> {
        if kind == FrameKind::Transaction {
            self.begin()?;
        }
        self.map.open_frame(kind);
        Ok(())
    }

    /// Ends the innermost transaction or scope well, or undoes it and says why.
    pub(crate) fn close_frame(&mut self, kind: FrameKind) -> Result<()> {
        let ended = match kind {
            FrameKind::Transaction => self.end_transaction(),
            FrameKind::Scope => match self.map.unflushed() {
                Some(lost) => Err(Error::Unflushed(lost)),
                None => Ok(()),
            },
        };
        match ended {
            Ok(()) => self.map.close_frame(),
            Err(_) => self.map.undo_frame(),
        }
        ended
    }

    fn end_transaction(&mut self) -> Result<()> {
        if self.is_rollback_only() {
            self.rollback();
            return Err(Error::RollbackOnly);
        }
        if let Err(error) = self.flush_before_commit() {
            self.rollback();
            return Err(self.name_stale(error));
        }
        self.commit()
    }

    /// Undoes the innermost transaction or scope.
    pub(crate) fn undo_frame(&mut self, kind: FrameKind) {
        if kind == FrameKind::Transaction {
            self.rollback();
        }
        self.map.undo_frame();
    }
}

/// Statements on their way. A panic leaves nobody knowing how far they came: the connection is not used again, and a
/// transaction on it cannot commit.
struct Running<'a, B: Backend> {
    core: &'a mut Core<B>,
    interrupted: bool,
}

impl<B: Backend> Drop for Running<'_, B> {
    fn drop(&mut self) {
        if !self.interrupted {
            return;
        }
        if let Some(checkout) = &mut self.core.connection {
            checkout.give_up();
        }
        if self.core.depth == 0 {
            self.core.connection = None;
        } else {
            self.core.doom(1, "a panic interrupted it");
        }
    }
}

/// Whether the transaction that is open on a connection can only be rolled back, as far as Diesel saw it.
fn is_doomed<B: Backend>(connection: &mut B::Connection) -> bool {
    match Manager::<B>::transaction_manager_status_mut(connection) {
        TransactionManagerStatus::Valid(status) => status
            .in_transaction
            .as_ref()
            .is_some_and(|transaction| transaction.requires_rollback_maybe_up_to_top_level),
        TransactionManagerStatus::InError => true,
    }
}

/// An error of what would have been the last word of a transaction: whether the server heard it nobody knows.
pub(super) fn unknown(error: Error) -> Error {
    match error {
        Error::Database { failure, source } if failure.kind == FailureKind::LostConnection => {
            Error::CommitUnknown { source }
        }
        other => other,
    }
}

fn no_connection() -> Error {
    Error::NoConnection { reason: "the pool gave none".into() }
}
