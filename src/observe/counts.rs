//! What one session did, in numbers, which are told at its end.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Counter, Observer, spans};
use crate::order::{Action, Plan};

/// What one session did.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(super) statements: Tally,
    pub(super) flushes: Tally,
    pub(super) inserted: Tally,
    pub(super) updated: Tally,
    pub(super) deleted: Tally,
    pub(super) upserted: Tally,
}

/// A number that only grows. Atomic although a session is one thread's: to whoever moves one, the compiler names every type that
/// forbids it, and this would be one more.
#[derive(Debug, Default)]
pub(super) struct Tally(AtomicU64);

impl Tally {
    fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    #[cfg(feature = "tracing")]
    pub(super) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Counts {
    pub(crate) fn add_statements(&self, more: u64) {
        self.statements.add(more);
    }

    pub(crate) fn add_flush(&self) {
        self.flushes.add(1);
    }

    pub(crate) fn add_written(&self, more: Written) {
        self.inserted.add(more.inserted);
        self.updated.add(more.updated);
        self.deleted.add(more.deleted);
        self.upserted.add(more.upserted);
    }
}

/// Rows that were written.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Written {
    pub(crate) inserted: u64,
    pub(crate) updated: u64,
    pub(crate) deleted: u64,
    pub(crate) upserted: u64,
}

impl Written {
    /// What a plan writes; a row that takes several steps is one.
    pub(crate) fn by(plan: &Plan) -> Self {
        let rows = |action| {
            let steps = plan.steps().iter().filter(|step| step.action == action);
            steps.map(|step| step.rows.len() as u64).sum()
        };
        Self {
            inserted: rows(Action::Insert),
            updated: rows(Action::Update),
            deleted: rows(Action::Delete),
            upserted: 0,
        }
    }

    pub(crate) fn tell(self, observer: &Observer) {
        observer.count(Counter::RowsInserted, self.inserted);
        observer.count(Counter::RowsUpdated, self.updated);
        observer.count(Counter::RowsDeleted, self.deleted);
        observer.count(Counter::RowsUpserted, self.upserted);
    }
}

/// A session that is open, as it is seen from outside. Its numbers are told at its end, however it ends.
pub(crate) struct Seen {
    counts: Arc<Counts>,
    /// Left after the numbers are told, which belong to it.
    _span: spans::Span,
}

impl Seen {
    pub(crate) fn session(
        observer: &Arc<Observer>,
        counts: &Arc<Counts>,
        backend: &'static str,
        reads: bool,
    ) -> Self {
        observer.count(Counter::Sessions, 1);
        Self { counts: Arc::clone(counts), _span: spans::session(backend, reads) }
    }
}

impl Drop for Seen {
    fn drop(&mut self) {
        spans::session_ended(&self.counts);
    }
}
