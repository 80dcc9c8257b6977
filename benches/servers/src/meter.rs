//! What is measured of one run: the time and the round trips of its timed part, and what came out.

use std::cell::Cell;
use std::fmt::Debug;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, Instant};

use crate::proxy::Line;

/// Measures the timed part of one run.
#[derive(Default)]
pub(crate) struct Meter<'a> {
    /// The line on which round trips are counted, if they are.
    line: Option<&'a Line>,
    took: Cell<Duration>,
    trips: Cell<u64>,
    result: Cell<u64>,
}

impl<'a> Meter<'a> {
    pub(crate) fn on(line: &'a Line) -> Self {
        Self { line: Some(line), ..Self::default() }
    }

    /// Runs the timed part. The time is that on the wall, for the server's part is in it.
    #[inline(never)]
    pub(crate) fn time<R>(&self, work: impl FnOnce() -> R) -> R {
        let trips = || self.line.map_or(0, Line::trips);
        let (before, start) = (trips(), Instant::now());
        let result = work();
        self.took.set(start.elapsed());
        self.trips.set(trips() - before);
        result
    }

    /// Keeps what came out, to be compared with that of the other ways.
    pub(crate) fn keep(&self, result: &impl Debug) {
        self.result.set(digest(&(self.result.get(), result)));
    }

    pub(crate) fn took(&self) -> Duration {
        self.took.get()
    }

    pub(crate) fn trips(&self) -> u64 {
        self.trips.get()
    }

    pub(crate) fn result(&self) -> u64 {
        self.result.get()
    }
}

fn digest(value: &impl Debug) -> u64 {
    let mut hasher = DefaultHasher::new();
    format!("{value:?}").hash(&mut hasher);
    hasher.finish()
}
