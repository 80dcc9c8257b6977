//! Copies of the database, read from in turns: one that cannot be reached is left out, and asked again beside the readers.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::backend::Backend;
use crate::error::Result;
use crate::pool::{Checkout, Made, Place, Pool};

/// Copies of the database, read from in turns.
pub(crate) struct Replicas<B: Backend> {
    all: Vec<Arc<Replica<B>>>,
    turn: AtomicUsize,
}

impl<B: Backend> Replicas<B> {
    /// Those of these pools. One that cannot be reached is left out for that long.
    pub(crate) fn new(pools: impl IntoIterator<Item = Pool<B>>, recheck: Duration) -> Self {
        let of = |pool| Arc::new(Replica { pool, recheck, down: Mutex::default() });
        Self { all: pools.into_iter().map(of).collect(), turn: AtomicUsize::new(0) }
    }

    /// A connection to the first, from the one whose turn it is, that has one to give. Only where all that answer are busy
    /// it is waited for.
    pub(crate) fn check_out(&self) -> Option<Checkout<B>> {
        let up: Vec<_> = self.all.iter().filter(|replica| replica.is_up()).collect();
        let turn = self.turn.fetch_add(1, Ordering::Relaxed).checked_rem(up.len())?;
        let mut busy = None;
        for replica in up.iter().cycle().skip(turn).take(up.len()) {
            match replica.lend() {
                Lent::Connection(connection) => return Some(connection),
                Lent::Busy => busy = busy.or(Some(replica)),
                Lent::Down => {}
            }
        }
        busy?.pool.check_out().ok()
    }

    /// Reaches for each of them, and takes note.
    pub(crate) fn check(&self) -> Result<()> {
        self.all.iter().map(|replica| replica.check()).fold(Ok(()), Result::and)
    }
}

/// One copy.
struct Replica<B: Backend> {
    pool: Pool<B>,
    recheck: Duration,
    down: Mutex<Option<Down>>,
}

/// It could not be reached.
struct Down {
    /// When it is asked again; never, if that is too far away to be told.
    until: Option<Instant>,
    /// Who asks.
    asking: Option<JoinHandle<()>>,
}

/// What a copy has to give.
enum Lent<B: Backend> {
    Connection(Checkout<B>),
    /// All of its connections are lent.
    Busy,
    Down,
}

impl<B: Backend> Replica<B> {
    /// Whether it is not left out. If that has lasted long enough, it is asked again; nobody waits for the answer.
    fn is_up(self: &Arc<Self>) -> bool {
        let mut state = self.state();
        let Some(down) = &mut *state else { return true };
        let is_asked = down.asking.as_ref().is_some_and(|asking| !asking.is_finished());
        if !is_asked && down.until.is_some_and(|until| until <= Instant::now()) {
            let replica = Arc::clone(self);
            // Where no thread can be had, the next reader tries.
            down.asking = thread::Builder::new().spawn(move || replica.ask()).ok();
        }
        false
    }

    fn ask(&self) {
        match self.pool.place() {
            Some(place) => drop(self.reach(place)),
            // Those who asked before wait for the answer still.
            None => *self.state() = self.down(),
        }
    }

    fn check(&self) -> Result<()> {
        match self.pool.place() {
            Some(place) => self.reach(place).map(drop),
            None => self.pool.check_out().map(drop),
        }
    }

    fn lend(&self) -> Lent<B> {
        if let Some(connection) = self.pool.check_out_idle() {
            return Lent::Connection(connection);
        }
        if !self.pool.has_ready() {
            let Some(place) = self.pool.place() else { return Lent::Busy };
            let Ok(made) = self.reach(place) else { return Lent::Down };
            self.pool.add(made);
        }
        self.pool.check_out().map_or(Lent::Down, Lent::Connection)
    }

    /// Makes a connection, and notes whether that was possible.
    fn reach(&self, place: Place<B>) -> Result<Made<B>> {
        let made = self.pool.make(place);
        *self.state() = if made.is_ok() { None } else { self.down() };
        made
    }

    fn down(&self) -> Option<Down> {
        Some(Down { until: Instant::now().checked_add(self.recheck), asking: None })
    }

    fn state(&self) -> MutexGuard<'_, Option<Down>> {
        self.down.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
