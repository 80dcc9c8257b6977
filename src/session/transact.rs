//! Transactions and savepoints in the database: their beginnings and ends, and what makes a good end impossible.

use std::sync::Arc;

use diesel::connection::{Connection, TransactionManager, TransactionManagerStatus};

use super::core::Core;
use super::events::Outcome;
use super::levels::Ended;
use super::open::OpenHere;
use crate::backend::{Backend, FailureKind, TransactionOptions};
use crate::error::{Error, Result};
use crate::metrics::Counter;
use crate::statement::database;
use crate::stop::Committing;

type Manager<B> = <<B as Backend>::Connection as Connection>::TransactionManager;

/// Why open transactions can only be rolled back, and which.
pub(super) struct Doom {
    pub(super) cause: Box<str>,
    /// The depth of the outermost of them: 1 is the whole transaction.
    depth: usize,
}

impl<B: Backend> Core<B> {
    /// Begins a transaction, or a savepoint inside one.
    pub(crate) fn begin(&mut self, options: &TransactionOptions) -> Result<()> {
        let nested = self.in_transaction();
        let source = Arc::clone(&self.connections.database.source);
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
            self.outcome = None;
            self.options = *options;
        }
        if !nested {
            self.connections.observer.count(Counter::Transactions, 1);
            self.open = Some(OpenHere::note(&self.connections));
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
        let is_last = self.levels.depth() == 1;
        let allowed = if is_last { self.stop.commit().map(Some) } else { self.stop.check().map(|()| None) };
        let committing = match allowed {
            Ok(committing) => committing,
            Err(stopped) => {
                self.rollback();
                return Err(stopped);
            }
        };
        // Who asks for a stop from here on is told that it came too late.
        let committed = self.connect().and_then(|()| {
            self.run_connected(|connection, _| {
                // It rolls back by itself when COMMIT is refused.
                B::commit(connection).map_err(database::<B>)
            })
        });
        match committed {
            Ok(()) => self.levels.commit(),
            Err(_) => self.levels.rollback(),
        }
        let Some(committing) = committing else {
            self.lift_doom();
            return committed;
        };
        // Refused or not, it is over, and what doomed it with it.
        self.doom = None;
        let stands = self.wrote && committed.is_ok();
        self.stands |= stands;
        self.is_over();
        match committed {
            Ok(()) => {
                committing.end(stands);
                self.outcome = Some(Outcome::Committed);
                Ok(())
            }
            Err(error) => {
                let error = self.refused(error, committing);
                self.connections.observer.count(Counter::Rollbacks, u64::from(self.outcome.is_some()));
                Err(error)
            }
        }
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
            self.is_over();
            self.connections.observer.count(Counter::Rollbacks, 1);
            // A panic goes past whoever would tell it, and later is too late.
            self.outcome = (!std::thread::panicking()).then_some(Outcome::RolledBack);
        }
    }

    /// An error of what would have been the last word of a transaction, as its caller is told.
    pub(super) fn refused(&mut self, error: Error, committing: Committing) -> Error {
        let error = unknown(error);
        committing.end(matches!(error, Error::CommitUnknown { .. }));
        self.outcome = match error {
            Error::CommitUnknown { .. } => None,
            _ => Some(Outcome::RolledBack),
        };
        error
    }

    /// The outermost transaction is over.
    fn is_over(&mut self) {
        self.open = None;
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

    /// Calls what waited for a commit that came, and then whoever wants to know of an end.
    pub(crate) fn call_hooks(&mut self) {
        // In what is left of a transaction that was committed early nobody could read.
        let outcome = self.outcome.take_if(|_| self.ended.is_none());
        for hook in self.levels.take_due() {
            hook();
        }
        if let Some(outcome) = outcome {
            self.tell(outcome);
        }
    }

    /// A transaction ended: those that are left may be sound again.
    fn lift_doom(&mut self) {
        if self.doom.as_ref().is_some_and(|doom| doom.depth > self.levels.depth()) {
            self.doom = None;
        }
    }

    /// The transactions from that depth on can only be rolled back. The first cause stands, unless more is doomed now.
    pub(super) fn doom(&mut self, depth: usize, cause: impl ToString) {
        match &mut self.doom {
            Some(doom) => doom.depth = doom.depth.min(depth),
            None => self.doom = Some(Doom { cause: cause.to_string().into(), depth }),
        }
    }

    /// Plain Diesel on this connection may have failed, and its caller may have said nothing.
    pub(super) fn find_doom(&mut self) {
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
fn unknown(error: Error) -> Error {
    match error {
        Error::Database { failure, source } if failure.kind == FailureKind::LostConnection => {
            Error::CommitUnknown { source }
        }
        other => other,
    }
}
