//! Which spans a unit of work is in that async code runs.
#![allow(missing_docs, dead_code, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

include!("../docs/doctest.rs");

use std::cell::RefCell;
use std::sync::{Arc, Mutex};

use tokio::runtime::Builder;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Instrument, Metadata, Subscriber, info_span};
use tracing_core::span::Current;

thread_local! {
    /// The spans that this thread is in.
    static ENTERED: RefCell<Vec<Id>> = const { RefCell::new(Vec::new()) };
}

/// Collects spans as they are made, each behind the one that it is made in, and so the events.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Collected>>);

#[derive(Default)]
struct Collected {
    spans: Vec<(&'static Metadata<'static>, String)>,
    events: Vec<String>,
}

impl Collected {
    fn here(&self) -> String {
        let innermost = ENTERED.with_borrow(|entered| entered.last().map(Id::into_u64));
        innermost.map_or_else(String::new, |id| format!("{} > ", self.spans[id as usize - 1].1))
    }
}

impl Subscriber for Collector {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("moored") || metadata.target() == "server"
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut collected = self.0.lock().unwrap();
        let path = format!("{}{}", collected.here(), span.metadata().name());
        collected.spans.push((span.metadata(), path));
        Id::from_u64(collected.spans.len() as u64)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut collected = self.0.lock().unwrap();
        let line = format!("{}{}", collected.here(), event.metadata().target());
        collected.events.push(line);
    }

    fn enter(&self, span: &Id) {
        ENTERED.with_borrow_mut(|entered| entered.push(span.clone()));
    }

    fn exit(&self, _: &Id) {
        ENTERED.with_borrow_mut(Vec::pop);
    }

    fn current_span(&self) -> Current {
        let Some(id) = ENTERED.with_borrow(|entered| entered.last().cloned()) else { return Current::none() };
        let metadata = self.0.lock().unwrap().spans[id.into_u64() as usize - 1].0;
        Current::new(id, metadata)
    }
}

#[test]
fn a_unit_runs_in_the_span_of_its_caller() {
    let orm = library().unwrap();
    let collector = Collector::default();
    tracing::subscriber::with_default(collector.clone(), || {
        let request = info_span!(target: "server", "request");
        Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
            let write =
                orm.run(|session| session.transaction(|tx| tx.persist(NewAuthor::new("Octavia")).map(drop)));
            write.instrument(request).await.unwrap();
            orm.run_read(|session| session.find::<Author>(2)?.required().map(drop)).await.unwrap();
        });
    });
    let Collected { spans, events } = &*collector.0.lock().unwrap();
    let paths: Vec<_> = spans.iter().map(|(_, path)| path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "request",
            "request > session",
            "request > session > transaction",
            "request > session > transaction > flush",
            "session"
        ]
    );
    assert!(
        events.contains(&"request > session > transaction > flush > moored::statement".to_owned()),
        "{events:?}"
    );
    assert!(events.contains(&"session > moored::statement".to_owned()), "{events:?}");
}
