//! How many units of work run at once for async code, and how long their callers wait.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use crate::error::{Error, Result};

/// How long [`Orm::run`](crate::Orm::run) waits: for a place, for the unit of work, and for a COMMIT that is on its way when the
/// time is over.
///
/// ```
/// use std::time::Duration;
/// use moored::RunLimits;
///
/// let limits = RunLimits::new().wait(Duration::from_millis(200)).timeout(Duration::from_secs(5));
/// assert_ne!(limits, RunLimits::new()); // waits for a place as long as for a connection, and for the unit for ever
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct RunLimits {
    wait: Option<Duration>,
    timeout: Option<Duration>,
    pub(super) commit_wait: Duration,
}

impl Default for RunLimits {
    fn default() -> Self {
        Self::new()
    }
}

impl RunLimits {
    /// A place is waited for as long as [a connection](crate::OrmBuilder::checkout_timeout), a unit of work without end, and a
    /// COMMIT that is on its way then for five seconds.
    pub const fn new() -> Self {
        Self { wait: None, timeout: None, commit_wait: Duration::from_secs(5) }
    }

    /// How long a unit of work waits for a place to run before it is [`Busy`](crate::Error::Busy).
    pub const fn wait(mut self, wait: Duration) -> Self {
        self.wait = Some(wait);
        self
    }

    /// How long a unit of work may take before it is [`TimedOut`](crate::Error::TimedOut), the wait for a place included.
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How much longer a unit of work is waited for that commits, or has committed something, when its time is over: most of
    /// them are done in a moment, and their callers get to know how they ended.
    pub const fn commit_wait(mut self, wait: Duration) -> Self {
        self.commit_wait = wait;
        self
    }

    /// When a unit of work that begins now has to be done.
    pub(super) fn deadline(&self) -> Option<Instant> {
        // One too far away to be told is none.
        self.timeout.and_then(|timeout| Instant::now().checked_add(timeout))
    }
}

/// The places that units of work run in. Clones share them.
#[derive(Clone)]
pub(super) struct Places {
    all: Arc<Semaphore>,
    /// Of those that only read, where there are copies to read from.
    reading: Arc<Semaphore>,
    checkout_timeout: Duration,
    pub(super) limits: RunLimits,
}

impl Places {
    pub(super) fn new(
        at_once: usize,
        replicas: usize,
        limits: RunLimits,
        checkout_timeout: Duration,
    ) -> Self {
        let of = |places: usize| Arc::new(Semaphore::new(places.min(Semaphore::MAX_PERMITS)));
        let all = of(at_once);
        let reading = if replicas == 0 { Arc::clone(&all) } else { of(at_once.saturating_mul(replicas)) };
        Self { all, reading, checkout_timeout, limits }
    }

    /// A place, in turn.
    pub(super) async fn take(&self, reads: bool, deadline: Option<Instant>) -> Result<OwnedSemaphorePermit> {
        let places = if reads { &self.reading } else { &self.all };
        let free = Arc::clone(places).acquire_owned();
        let wait = self.limits.wait.unwrap_or(self.checkout_timeout);
        let wait =
            deadline.map_or(wait, |deadline| wait.min(deadline.saturating_duration_since(Instant::now())));
        match tokio::time::timeout(wait, free).await {
            Ok(Ok(place)) => Ok(place),
            // They are never closed.
            Ok(Err(_)) | Err(_) => Err(Error::Busy),
        }
    }
}
