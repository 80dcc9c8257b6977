//! The borders of transactions and scopes: where memory and database begin and end together.

use super::core::Core;
use super::levels::{Ended, Ending};
use crate::backend::{Backend, TransactionOptions};
use crate::error::{Error, Result};
use crate::identity::FrameKind;

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

impl<B: Backend> Core<B> {
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

    pub(super) fn end_transaction(&mut self) -> Result<()> {
        if self.levels.ending() != Ending::Commit {
            self.rollback();
            return Err(Error::RollbackOnly);
        }
        if let Err(error) = self.tell_before_commit().and_then(|()| self.flush_before_commit()) {
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
