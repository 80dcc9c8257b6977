//! What a session holds whatever its authority: the connection, the identity map, and where in a transaction it is.

use std::sync::Arc;

use diesel::connection::{Connection, TransactionManager, TransactionManagerStatus};

use super::FlushMode;
use super::levels::{Ended, Ending, Levels};
use super::stores::IdentityMap;
use crate::backend::{Backend, FailureKind, TransactionOptions};
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
    /// The transactions and savepoints of this session that are open.
    pub(crate) levels: Levels,
    /// What the outermost of them was asked to be.
    options: TransactionOptions,
    /// Whether the closure of the innermost one has ended it.
    ended: Option<Ended>,
    doom: Option<Doom>,
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
            levels: Levels::default(),
            options: TransactionOptions::new(),
            ended: None,
            doom: None,
            wrote: false,
            stands: false,
        }
    }

    /// What another session on the same pool has at its start.
    pub(crate) fn beside(&self) -> Self {
        Self::new(Arc::clone(&self.pool), self.flush_mode)
    }

    /// What stands in a session's place while a transaction or a scope of it has the real one.
    pub(crate) fn vacant(&self) -> Self {
        Self {
            pool: Arc::clone(&self.pool),
            connection: None,
            map: IdentityMap::new(self.pool.database.clone()),
            tag: self.tag,
            flush_mode: self.flush_mode,
            levels: Levels::default(),
            options: TransactionOptions::new(),
            ended: None,
            doom: None,
            wrote: false,
            stands: false,
        }
    }

    pub(crate) const fn in_transaction(&self) -> bool {
        self.levels.depth() > 0
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
        if self.ended.is_some() {
            return Err(Error::TransactionEnded);
        }
        self.find_doom();
        if let Some(Doom { cause, .. }) = &self.doom {
            return Err(Error::Doomed { cause: cause.clone() });
        }
        // One that was lost goes back to be closed. With it goes whatever was open, so a transaction keeps it to its end.
        if !self.in_transaction() && self.connection.as_ref().is_some_and(Checkout::is_given_up) {
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
        if !self.in_transaction() {
            return;
        }
        if failure.kind.ends_transaction() {
            self.doom(1, failure.kind);
        } else if self.map.dialect().failure_aborts_transaction {
            self.doom(self.levels.depth(), failure.kind);
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
        if self.levels.depth() == 0 || self.doom.is_some() {
            return;
        }
        if let Some(kind) = checkout.take_ended() {
            self.doom(1, kind);
        } else if is_doomed::<B>(checkout.connection()) {
            let innermost = self.map.dialect().failure_aborts_transaction;
            self.doom(if innermost { self.levels.depth() } else { 1 }, "a statement in it failed");
        }
    }

    // -- transactions and savepoints in the database -------------------------------------------------------------

    /// Begins a transaction, or a savepoint inside one.
    pub(crate) fn begin(&mut self, options: &TransactionOptions) -> Result<()> {
        let nested = self.in_transaction();
        let source = Arc::clone(&self.pool.database.source);
        if nested && !options.is_plain() {
            return Err(Error::TransactionOpen);
        }
        if let Some(what) = B::lacks(&source, options) {
            return Err(Error::Unsupported { backend: B::NAME, what });
        }
        self.run(|connection, _| {
            let begun = if nested {
                Manager::<B>::begin_transaction(connection)
            } else {
                B::begin(&source, connection, options)
            };
            begun.map_err(database::<B>)
        })?;
        if let Some(checkout) = self.connection.as_mut().filter(|_| !nested) {
            // Whatever was seen of earlier transactions.
            checkout.take_ended();
            self.wrote = false;
            self.options = *options;
        }
        self.levels.begin();
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
        let committed = self.run(|connection, _| {
            // It rolls back by itself when COMMIT is refused.
            B::commit(connection).map_err(database::<B>)
        });
        match committed {
            Ok(()) => self.levels.commit(),
            Err(_) => self.levels.rollback(),
        }
        if self.in_transaction() {
            self.lift_doom();
            return committed;
        }
        // Refused or not, it is over, and what doomed it with it.
        self.doom = None;
        self.stands |= self.wrote && committed.is_ok();
        self.take_options_back();
        committed.map_err(unknown)
    }

    /// Rolls the transaction, or the savepoint, back. A connection that cannot do it leaves the pool, which has the
    /// same effect.
    pub(crate) fn rollback(&mut self) {
        self.levels.rollback();
        self.lift_doom();
        if let Some(checkout) = &mut self.connection {
            // The transaction is over for this session either way; the first error is the one to report.
            if Manager::<B>::rollback_transaction(checkout.connection()).is_err() {
                checkout.give_up();
                if self.in_transaction() {
                    self.doom(1, "a savepoint could not be rolled back");
                }
            }
        }
        if !self.in_transaction() {
            self.take_options_back();
        }
    }

    /// The outermost transaction is over.
    fn take_options_back(&mut self) {
        let options = std::mem::take(&mut self.options);
        if let Some(checkout) = self.connection.as_mut().filter(|_| !options.is_plain())
            && B::ended(checkout.connection(), &options).is_err()
        {
            checkout.give_up();
        }
    }

    /// Commits the innermost transaction before its closure returns.
    pub(crate) fn end_now(&mut self) -> Result<()> {
        if self.ended.is_some() {
            return Err(Error::TransactionEnded);
        }
        if self.levels.is_part() {
            return Err(Error::TransactionOpen);
        }
        let ended = self.end_transaction();
        self.ended = Some(match &ended {
            Ok(()) => Ended::Committed,
            Err(error) => Ended::Failed { cause: error.to_string().into() },
        });
        ended
    }

    /// Calls what waited for a commit that came.
    pub(crate) fn call_hooks(&mut self) {
        for hook in self.levels.take_due() {
            hook();
        }
    }

    /// A transaction ended: those that are left may be sound again.
    fn lift_doom(&mut self) {
        if self.doom.as_ref().is_some_and(|doom| doom.depth > self.levels.depth()) {
            self.doom = None;
        }
    }

    // -- frames --------------------------------------------------------------------------------------------------

    pub(crate) fn open_frame(&mut self, border: Border, options: &TransactionOptions) -> Result<()> {
        match border {
            Border::Transaction => self.begin(options)?,
            Border::Part if self.ended.is_some() => return Err(Error::TransactionEnded),
            Border::Part => self.levels.begin_part(),
            Border::Scope => {}
        }
        self.map.open_frame(border.frame());
        Ok(())
    }

    /// Ends the innermost transaction or scope well, or undoes it and says why.
    pub(crate) fn close_frame(&mut self, border: Border) -> Result<()> {
        let ended = match (border, self.take_ended(border)) {
            (Border::Scope, _) => self.check_flushed(),
            (Border::Part, _) => return self.close_part(),
            (Border::Transaction, None) if self.levels.ending() == Ending::Rollback => {
                self.undo_frame(border);
                return Ok(());
            }
            (Border::Transaction, None) => self.end_transaction(),
            (Border::Transaction, Some(Ended::Failed { cause })) => Err(Error::Doomed { cause }),
            (Border::Transaction, Some(Ended::Committed)) => {
                let flushed = self.check_flushed();
                self.map.discard();
                self.map.close_frame();
                return flushed;
            }
        };
        match ended {
            Ok(()) => self.map.close_frame(),
            Err(_) => self.map.undo_frame(),
        }
        ended
    }

    /// Whether the closure has ended its transaction itself.
    fn take_ended(&mut self, border: Border) -> Option<Ended> {
        self.ended.take_if(|_| border == Border::Transaction)
    }

    fn check_flushed(&self) -> Result<()> {
        self.map.unflushed().map_or(Ok(()), |lost| Err(Error::Unflushed(lost)))
    }

    /// What is pending in a part of a transaction belongs to it.
    fn close_part(&mut self) -> Result<()> {
        let flushed = self.flush();
        if flushed.is_err() {
            self.abandon_part();
        } else {
            self.map.close_frame();
            self.levels.end_part();
        }
        flushed
    }

    /// What the part wrote is undone with the whole, and until then it is as the database has it.
    fn abandon_part(&mut self) {
        self.map.discard();
        self.map.close_frame();
        self.levels.set_ending(Ending::RollbackOnly);
        self.levels.end_part();
    }

    fn end_transaction(&mut self) -> Result<()> {
        if self.levels.ending() != Ending::Commit {
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
    pub(crate) fn undo_frame(&mut self, border: Border) {
        match (border, self.take_ended(border)) {
            (Border::Part, _) => self.abandon_part(),
            (_, Some(Ended::Committed)) => {
                self.map.discard();
                self.map.close_frame();
            }
            (Border::Transaction, None) => {
                self.rollback();
                self.map.undo_frame();
            }
            (Border::Scope, _) | (_, Some(Ended::Failed { .. })) => self.map.undo_frame(),
        }
    }
}

/// What a part of a session with a brand of its own is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Border {
    /// A transaction, or a savepoint.
    Transaction,
    /// A part of the transaction that is open.
    Part,
    Scope,
}

impl Border {
    const fn frame(self) -> FrameKind {
        match self {
            Self::Transaction | Self::Part => FrameKind::Transaction,
            Self::Scope => FrameKind::Scope,
        }
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
        if !self.core.in_transaction() {
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
