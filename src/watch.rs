//! What is seen of a connection from beside it: its statements, how many it keeps prepared, and whether its transaction is over.
//!
//! 1. Diesel keeps every statement that is safe to keep for as long as the connection lives, on both sides of it. A program
//!    that changes many different sets of columns makes many, and a server has a limit for all its connections together.
//! 2. A caller can reach the connection inside a transaction, and swallow an error with which the server ended it. Diesel's
//!    transaction manager notices some of these and not others.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

use diesel::connection::{Instrumentation, InstrumentationEvent, get_default_instrumentation};

use crate::backend::{Backend, FailureKind};
use crate::observe::Observer;

/// What is seen of a connection from beside it. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watch(Arc<Seen>);

#[derive(Debug, Default)]
struct Seen {
    prepared: AtomicUsize,
    statements: AtomicU64,
    ended: Mutex<Option<FailureKind>>,
}

impl Watch {
    /// An instrumentation that watches, and hands everything on to the caller's own or to Diesel's default.
    pub(crate) fn beside<B: Backend>(
        &self,
        own: Option<Box<dyn Instrumentation>>,
        observer: Arc<Observer>,
    ) -> impl Instrumentation {
        let kind_of = |error: &diesel::result::Error| B::classify(error).kind;
        let own = own.or_else(get_default_instrumentation);
        Watching { watch: self.clone(), kind_of, own, observer, started: None }
    }

    /// Whether the connection keeps more prepared statements than that.
    pub(crate) fn has_prepared_more_than(&self, most: usize) -> bool {
        self.0.prepared.load(Ordering::Relaxed) > most
    }

    /// How many statements were sent so far.
    pub(crate) fn statements(&self) -> u64 {
        self.0.statements.load(Ordering::Relaxed)
    }

    /// The prepared statements were all dropped.
    pub(crate) fn forget_prepared(&self) {
        self.0.prepared.store(0, Ordering::Relaxed);
    }

    /// The failure that ended a transaction since this was last asked.
    pub(crate) fn take_ended(&self) -> Option<FailureKind> {
        self.0.ended.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

struct Watching {
    watch: Watch,
    kind_of: fn(&diesel::result::Error) -> FailureKind,
    own: Option<Box<dyn Instrumentation>>,
    observer: Arc<Observer>,
    /// When the statement that is on its way was sent, if anybody wants to know.
    started: Option<Instant>,
}

impl Instrumentation for Watching {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        let Seen { prepared, ended, statements } = &*self.watch.0;
        match &event {
            InstrumentationEvent::CacheQuery { .. } => {
                prepared.fetch_add(1, Ordering::Relaxed);
            }
            InstrumentationEvent::StartQuery { .. } => {
                statements.fetch_add(1, Ordering::Relaxed);
                self.started = self.observer.started();
            }
            InstrumentationEvent::FinishQuery { query, error, .. } => {
                let failed = error.map(self.kind_of);
                if let Some(kind) = failed.filter(|kind| kind.ends_transaction()) {
                    ended.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(kind);
                }
                if let Some(started) = self.started.take() {
                    self.observer.finished(started, *query, failed);
                }
            }
            _ => {}
        }
        if let Some(own) = &mut self.own {
            own.on_connection_event(event);
        }
    }
}
