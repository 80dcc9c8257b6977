//! Statements of a verb that writes at once: all of them happen, or none does.

use super::core::Core;
use super::events::Outcome;
use super::stores::IdentityMap;
use crate::backend::{Backend, TransactionOptions};
use crate::error::Result;
use crate::stop::Committing;

impl<B: Backend> Core<B> {
    /// Runs statements that write. `several` says that more than one thing can go wrong: then a transaction is around them,
    /// or a savepoint. Memory is for the caller to change, once they went through.
    pub(crate) fn write<R>(
        &mut self,
        several: bool,
        statements: impl FnOnce(&mut B::Connection, &mut IdentityMap<B>) -> Result<R>,
    ) -> Result<R> {
        let doomed_by_failure = self.in_transaction() && self.map.dialect().failure_aborts_transaction;
        let bracket = Bracket::begin(self, several || doomed_by_failure)?;
        let done = bracket.core.run(statements);
        let done = bracket.end(done);
        self.call_hooks();
        done
    }
}

/// Statements on their way. Unless they go through they are undone; on a panic too.
struct Bracket<'a, B: Backend> {
    core: &'a mut Core<B>,
    open: bool,
    /// A single statement is its own commit.
    committing: Option<Committing>,
}

impl<'a, B: Backend> Bracket<'a, B> {
    fn begin(core: &'a mut Core<B>, open: bool) -> Result<Self> {
        if open {
            core.begin(&TransactionOptions::new())?;
        }
        let is_all = !open && !core.in_transaction();
        let committing = is_all.then(|| core.stop.commit()).transpose()?;
        Ok(Self { core, open, committing })
    }

    fn end<R>(mut self, done: Result<R>) -> Result<R> {
        let committing = self.committing.take();
        let done = match (done, committing) {
            (Ok(done), None) => done,
            (Ok(done), Some(committing)) => {
                committing.end(true);
                self.core.outcome = Some(Outcome::Committed);
                done
            }
            (Err(error), Some(committing)) => return Err(self.core.refused(error, committing)),
            (Err(error), None) => return Err(error),
        };
        self.core.note_write();
        if self.open {
            // Refused or not, it is over.
            self.open = false;
            self.core.commit()?;
        }
        Ok(done)
    }
}

impl<B: Backend> Drop for Bracket<'_, B> {
    fn drop(&mut self) {
        if self.open {
            self.core.rollback();
        }
    }
}
