//! What became of attempts.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};

use moored::Error;
use moored::backend::FailureKind;

/// What became of attempts.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    attempts: AtomicUsize,
    stale: AtomicUsize,
    deadlocks: AtomicUsize,
    serialization: AtomicUsize,
    lock_timeouts: AtomicUsize,
    busy: AtomicUsize,
}

impl Counts {
    /// Counts an attempt. Whoever lost a race has to be told by an error that says so.
    pub(crate) fn note<R>(&self, outcome: &Result<R, Error>) {
        let add = |count: &AtomicUsize| {
            count.fetch_add(1, Ordering::Relaxed);
        };
        add(&self.attempts);
        let Err(error) = outcome else { return };
        assert!(error.is_retryable(), "not for another attempt: {error:?}");
        match (error, error.failure().map(|failure| failure.kind)) {
            (Error::Stale(_), _) => add(&self.stale),
            (_, Some(FailureKind::Deadlock)) => add(&self.deadlocks),
            (_, Some(FailureKind::Serialization)) => add(&self.serialization),
            (_, Some(FailureKind::LockTimeout)) => add(&self.lock_timeouts),
            (_, Some(FailureKind::Busy)) => add(&self.busy),
            _ => panic!("nobody was in the way, and it failed: {error:?}"),
        }
    }

    pub(crate) fn add(&self, other: &Self) {
        for (own, other) in self.all().into_iter().zip(other.all()) {
            own.fetch_add(other.load(Ordering::Relaxed), Ordering::Relaxed);
        }
    }

    pub(crate) fn deadlocks(&self) -> usize {
        self.deadlocks.load(Ordering::Relaxed)
    }

    pub(crate) fn lock_timeouts(&self) -> usize {
        self.lock_timeouts.load(Ordering::Relaxed)
    }

    /// How many attempts came to nothing.
    pub(crate) fn lost(&self) -> usize {
        self.all().iter().skip(1).map(|count| count.load(Ordering::Relaxed)).sum()
    }

    pub(crate) fn attempts(&self) -> usize {
        self.attempts.load(Ordering::Relaxed)
    }

    const fn all(&self) -> [&AtomicUsize; 6] {
        let Self { attempts, stale, deadlocks, serialization, lock_timeouts, busy } = self;
        [attempts, stale, deadlocks, serialization, lock_timeouts, busy]
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = ["attempts", "stale", "deadlocks", "serialization", "lock time-outs", "busy"];
        for (name, count) in names.into_iter().zip(self.all()) {
            write!(f, "{:5} {name}  ", count.load(Ordering::Relaxed))?;
        }
        Ok(())
    }
}
