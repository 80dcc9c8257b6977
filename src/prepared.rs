//! How many prepared statements a connection keeps.
//!
//! Diesel keeps every statement that is safe to keep for as long as the connection lives, on both sides of it. A program that
//! changes many different sets of columns makes many, and a server has a limit to them for all of its connections together.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::connection::{Instrumentation, InstrumentationEvent, get_default_instrumentation};

/// How many prepared statements a connection keeps.
#[derive(Clone, Debug, Default)]
pub(crate) struct Prepared(Arc<AtomicUsize>);

impl Prepared {
    /// An instrumentation that counts, and hands everything on to the caller's own or to Diesel's default.
    pub(crate) fn count_beside(&self, own: Option<Box<dyn Instrumentation>>) -> impl Instrumentation + use<> {
        Counting { prepared: self.clone(), own: own.or_else(get_default_instrumentation) }
    }

    pub(crate) fn exceed(&self, most: usize) -> bool {
        self.0.load(Ordering::Relaxed) > most
    }

    /// They were all dropped.
    pub(crate) fn forget(&self) {
        self.0.store(0, Ordering::Relaxed);
    }
}

struct Counting {
    prepared: Prepared,
    own: Option<Box<dyn Instrumentation>>,
}

impl Instrumentation for Counting {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::CacheQuery { .. } = event {
            self.prepared.0.fetch_add(1, Ordering::Relaxed);
        }
        if let Some(own) = &mut self.own {
            own.on_connection_event(event);
        }
    }
}
