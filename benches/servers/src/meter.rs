//! What is measured of one run: the times and the round trips of its timed part, and what came out.

use std::cell::Cell;
use std::fmt::Debug;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, Instant};

use cpu_time::ThreadTime;

use crate::proxy::Line;

/// Measures the timed part of one run.
#[derive(Default)]
pub(crate) struct Meter<'a> {
    /// The line on which round trips are counted, if they are.
    line: Option<&'a Line>,
    /// The server's thread, on this machine.
    server: Option<Thread>,
    took: Cell<Duration>,
    worked: Cell<Option<Duration>>,
    trips: Cell<u64>,
    result: Cell<u64>,
}

impl<'a> Meter<'a> {
    pub(crate) fn of(server: Option<Thread>) -> Self {
        Self { server, ..Self::default() }
    }

    pub(crate) fn on(line: &'a Line) -> Self {
        Self { line: Some(line), ..Self::default() }
    }

    /// Runs the timed part.
    #[inline(never)]
    pub(crate) fn time<R>(&self, work: impl FnOnce() -> R) -> R {
        let trips = || self.line.map_or(0, Line::trips);
        // The server has been asleep since it answered, so what is said of it is up to date.
        let server = || self.server.and_then(Thread::worked);
        let (before, server_before) = (trips(), server());
        let (start, client) = (Instant::now(), ThreadTime::now());
        let result = work();
        let (took, client) = (start.elapsed(), client.elapsed());
        self.took.set(took);
        self.worked.set(server_before.zip(server()).map(|(before, after)| client + after - before));
        self.trips.set(trips() - before);
        result
    }

    /// Keeps what came out, to be compared with that of the other ways.
    pub(crate) fn keep(&self, result: &impl Debug) {
        self.result.set(digest(&(self.result.get(), result)));
    }

    /// The time on the wall.
    pub(crate) fn took(&self) -> Duration {
        self.took.get()
    }

    /// The time on the processor, of the client and of the server together: waiting is not in it, and neither is what
    /// else runs on the machine.
    pub(crate) fn worked(&self) -> Option<Duration> {
        self.worked.get()
    }

    pub(crate) fn trips(&self) -> u64 {
        self.trips.get()
    }

    pub(crate) fn result(&self) -> u64 {
        self.result.get()
    }
}

/// A thread of this machine.
#[derive(Clone, Copy)]
pub(crate) struct Thread(pub(crate) i64);

impl Thread {
    /// How long it has been on the processor; `None` where the operating system does not say, or the thread is elsewhere.
    pub(crate) fn worked(self) -> Option<Duration> {
        let times = std::fs::read_to_string(format!("/proc/{}/schedstat", self.0)).ok()?;
        times.split(' ').next()?.parse().ok().map(Duration::from_nanos)
    }
}

fn digest(value: &impl Debug) -> u64 {
    let mut hasher = DefaultHasher::new();
    format!("{value:?}").hash(&mut hasher);
    hasher.finish()
}
