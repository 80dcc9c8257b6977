//! The spans and events of the feature `tracing`; without it, nothing.

use std::time::Duration;

use super::Counts;
use crate::backend::FailureKind;

/// A span that is entered until this is dropped.
#[cfg(feature = "tracing")]
pub(crate) type Span = tracing::span::EnteredSpan;

/// What stands for a span.
#[cfg(not(feature = "tracing"))]
pub(crate) struct Span;

/// The span that a thread is in, and whom it tells, for another thread.
#[cfg(all(feature = "tracing", feature = "tokio"))]
pub(crate) struct Carried(tracing::Span, tracing::Dispatch);

#[cfg(all(feature = "tracing", feature = "tokio"))]
pub(crate) fn carry() -> Carried {
    Carried(tracing::Span::current(), tracing::dispatcher::get_default(Clone::clone))
}

#[cfg(all(feature = "tracing", feature = "tokio"))]
impl Carried {
    /// Does something in it.
    pub(crate) fn within<R>(self, work: impl FnOnce() -> R) -> R {
        let Self(span, told) = self;
        tracing::dispatcher::with_default(&told, || span.in_scope(work))
    }
}

#[cfg(feature = "tracing")]
pub(crate) fn session(backend: &'static str, reads: bool) -> Span {
    tracing::debug_span!(target: "moored", "session", backend, reads).entered()
}

/// `depth` is 1 for a transaction and more for a savepoint.
#[cfg(feature = "tracing")]
pub(crate) fn transaction(depth: usize) -> Span {
    tracing::debug_span!(target: "moored", "transaction", depth).entered()
}

#[cfg(feature = "tracing")]
pub(crate) fn flush() -> Span {
    tracing::debug_span!(target: "moored", "flush").entered()
}

/// A failure is told by its kind, where Diesel knows of it: the database's own words have values in them.
#[cfg(feature = "tracing")]
pub(crate) fn statement(
    text: impl FnOnce() -> String,
    took: Duration,
    is_slow: bool,
    failed: Option<FailureKind>,
) {
    let took_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    let failed = failed.map(tracing::field::display);
    if is_slow {
        tracing::warn!(target: "moored::statement", statement = text(), took_us, failed, "slow statement");
    } else if tracing::enabled!(target: "moored::statement", tracing::Level::DEBUG) {
        tracing::debug!(target: "moored::statement", statement = text(), took_us, failed, "statement");
    }
}

/// Statements of a session failed. Diesel tells nobody of an error that comes with the rows of a statement.
#[cfg(feature = "tracing")]
pub(crate) fn refused(kind: FailureKind) {
    tracing::debug!(target: "moored::statement", kind = %kind, "refused");
}

#[cfg(feature = "tracing")]
pub(crate) fn session_ended(counts: &Counts) {
    tracing::debug!(
        target: "moored",
        statements = counts.statements.get(),
        flushes = counts.flushes.get(),
        inserted = counts.inserted.get(),
        updated = counts.updated.get(),
        deleted = counts.deleted.get(),
        upserted = counts.upserted.get(),
        "session ended"
    );
}

/// What stands for it.
#[cfg(all(not(feature = "tracing"), feature = "tokio"))]
pub(crate) struct Carried;

#[cfg(all(not(feature = "tracing"), feature = "tokio"))]
pub(crate) fn carry() -> Carried {
    Carried
}

#[cfg(all(not(feature = "tracing"), feature = "tokio"))]
impl Carried {
    pub(crate) fn within<R>(self, work: impl FnOnce() -> R) -> R {
        work()
    }
}

#[cfg(not(feature = "tracing"))]
pub(crate) fn session(_: &'static str, _: bool) -> Span {
    Span
}

#[cfg(not(feature = "tracing"))]
pub(crate) fn transaction(_: usize) -> Span {
    Span
}

#[cfg(not(feature = "tracing"))]
pub(crate) fn flush() -> Span {
    Span
}

#[cfg(not(feature = "tracing"))]
pub(crate) fn statement(_: impl FnOnce() -> String, _: Duration, _: bool, _: Option<FailureKind>) {}

#[cfg(not(feature = "tracing"))]
pub(crate) fn refused(_: FailureKind) {}

#[cfg(not(feature = "tracing"))]
pub(crate) fn session_ended(_: &Counts) {}
