//! What is told of what sessions do: counters and durations to a program's own metrics, spans and events to `tracing`.

mod counts;
pub(crate) mod spans;

use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::connection::DebugQuery;

use crate::backend::FailureKind;
use crate::log::text_of;
pub(crate) use counts::{Counts, Seen, Written};

/// Where an [`Orm`](crate::Orm) counts what it does, see [`OrmBuilder::metrics`](crate::OrmBuilder::metrics).
///
/// Both methods do nothing by default. They are called on the thread that did it, in between statements: they should be quick,
/// and a panic of theirs is one of the session. An `Arc` of one is one as well.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
/// use std::collections::BTreeMap;
/// use std::sync::{Arc, Mutex};
/// use moored::metrics::{Counter, Metrics};
///
/// #[derive(Default)]
/// struct Totals(Mutex<BTreeMap<&'static str, u64>>);
///
/// impl Metrics for Totals {
///     fn count(&self, counter: Counter, by: u64) {
///         *self.0.lock().unwrap().entry(counter.name()).or_default() += by;
///     }
/// }
///
/// # fn main() -> moored::Result<()> {
/// let totals = Arc::new(Totals::default());
/// let orm = library_with(|builder| builder.metrics(Arc::clone(&totals)))?;
/// orm.session(|session| {
///     session.persist(NewAuthor::new("Octavia"))?;
///     session.flush()
/// })?;
/// let totals = totals.0.lock().unwrap();
/// assert_eq!((totals["sessions"], totals["flushes"], totals["rows_inserted"]), (1, 1, 1));
/// # Ok(())
/// # }
/// ```
pub trait Metrics: Send + Sync + 'static {
    /// Something happened so many times.
    fn count(&self, counter: Counter, by: u64) {
        let _ = (counter, by);
    }

    /// Something took so long, for a histogram.
    fn time(&self, timer: Timer, took: Duration) {
        let _ = (timer, took);
    }
}

impl<M: Metrics + ?Sized> Metrics for Arc<M> {
    fn count(&self, counter: Counter, by: u64) {
        (**self).count(counter, by);
    }

    fn time(&self, timer: Timer, took: Duration) {
        (**self).time(timer, took);
    }
}

/// What is counted.
///
/// ```
/// assert_eq!(moored::metrics::Counter::RowsInserted.name(), "rows_inserted");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Counter {
    /// Sessions that were opened, those that only read and each attempt of a retry among them.
    Sessions,
    /// Statements that were sent, BEGIN and COMMIT among them, and those of plain Diesel on a connection of the pool.
    Statements,
    /// Statements that took longer than [`OrmBuilder::slow_statements`](crate::OrmBuilder::slow_statements) says.
    SlowStatements,
    /// Flushes that had something to do, whether they went through or not.
    Flushes,
    /// Rows that a flush inserted. This and what follows counts what the database did, also where a rollback undid it later.
    RowsInserted,
    /// Rows that a flush or a set-based statement updated.
    RowsUpdated,
    /// Rows that a flush or a set-based statement deleted.
    RowsDeleted,
    /// Rows that an upsert inserted or updated.
    RowsUpserted,
    /// Transactions that were begun, those that a flush begins for itself among them, and no savepoints.
    Transactions,
    /// Transactions of those that were rolled back, at will or because COMMIT was refused.
    Rollbacks,
    /// Units of work that were started over.
    Retries,
}

impl Counter {
    /// Its name for a registry of metrics, in snake case and without a prefix.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sessions => "sessions",
            Self::Statements => "statements",
            Self::SlowStatements => "slow_statements",
            Self::Flushes => "flushes",
            Self::RowsInserted => "rows_inserted",
            Self::RowsUpdated => "rows_updated",
            Self::RowsDeleted => "rows_deleted",
            Self::RowsUpserted => "rows_upserted",
            Self::Transactions => "transactions",
            Self::Rollbacks => "rollbacks",
            Self::Retries => "retries",
        }
    }
}

/// What is timed.
///
/// ```
/// assert_eq!(moored::metrics::Timer::Flush.name(), "flush");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Timer {
    /// A statement, from when it is sent to when Diesel is done with it: one that loads rows, until the last was read.
    Statement,
    /// A flush that had something to do, from what changed to memory saying what the database says.
    Flush,
}

impl Timer {
    /// Its name for a registry of metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Statement => "statement",
            Self::Flush => "flush",
        }
    }
}

/// Who is told, and how much.
#[derive(Clone, Default)]
pub(crate) struct Observer {
    pub(crate) metrics: Option<Arc<dyn Metrics>>,
    /// What takes longer is slow.
    pub(crate) slow: Option<Duration>,
    /// Whether the values of statements are shown as well.
    pub(crate) shows_values: bool,
}

impl Observer {
    pub(crate) fn count(&self, counter: Counter, by: u64) {
        if let Some(metrics) = self.metrics.as_ref().filter(|_| by > 0) {
            metrics.count(counter, by);
        }
    }

    pub(crate) fn time(&self, timer: Timer, took: Duration) {
        if let Some(metrics) = &self.metrics {
            metrics.time(timer, took);
        }
    }

    /// A statement is sent. What it gives is for [`finished`](Self::finished), where anybody wants to know how long it took.
    pub(crate) fn started(&self) -> Option<Instant> {
        self.count(Counter::Statements, 1);
        (self.metrics.is_some() || self.slow.is_some() || cfg!(feature = "tracing")).then(Instant::now)
    }

    pub(crate) fn finished(&self, started: Instant, query: &dyn DebugQuery, failed: Option<FailureKind>) {
        let took = started.elapsed();
        let is_slow = self.slow.is_some_and(|slow| took >= slow);
        self.time(Timer::Statement, took);
        self.count(Counter::SlowStatements, u64::from(is_slow));
        let text = || if self.shows_values { query.to_string() } else { text_of(query) };
        spans::statement(text, took, is_slow, failed);
    }
}
