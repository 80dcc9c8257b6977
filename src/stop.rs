//! Whether a unit of work is to stop: asked by whoever waits for it, and seen before every statement and every commit.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use crate::error::{Error, Result};

const TIMED_OUT: u8 = 1;
const CANCELLED: u8 = 2;
/// What would be the last word of a transaction is on its way.
const COMMITTING: u8 = 4;
/// Something is committed, or may be.
const STANDS: u8 = 8;

/// Whether a unit of work is to stop. Clones share it; the default is never asked.
///
/// 1. The unit alone sets `COMMITTING` and `STANDS`, and does not begin a commit once a stop was asked for.
/// 2. So whoever asks while neither is set knows that nothing of the unit is committed, nor ever will be. All of it is one
///    number, so that there is no moment in between.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stop(Option<Arc<AtomicU8>>);

impl Stop {
    fn state(&self) -> u8 {
        self.0.as_ref().map_or(0, |state| state.load(Ordering::Acquire))
    }

    fn set(&self, bits: u8) -> u8 {
        self.0.as_ref().map_or(0, |state| state.fetch_or(bits, Ordering::AcqRel))
    }

    /// Whether it was asked for.
    pub(crate) fn is_asked(&self) -> bool {
        self.state() & (TIMED_OUT | CANCELLED) != 0
    }

    /// Before a statement.
    pub(crate) fn check(&self) -> Result<()> {
        refuse(self.state())
    }

    /// Before a COMMIT, or a single statement that is its own.
    pub(crate) fn commit(&self) -> Result<Committing> {
        if let Some(state) = &self.0 {
            let committing = |state| refuse(state).is_ok().then_some(state | COMMITTING);
            state.fetch_update(Ordering::AcqRel, Ordering::Acquire, committing).or_else(|state| {
                // Nothing but a stop is in the way.
                refuse(state).map(|()| state)
            })?;
        }
        Ok(Committing { stop: self.clone(), stands: true })
    }

    /// Something that is about to be done cannot be taken back. Said before the [check](Self::check), since whoever asks in
    /// between has to see it.
    pub(crate) fn note_stands(&self) {
        self.set(STANDS);
    }
}

fn refuse(state: u8) -> Result<()> {
    let may_stand = state & STANDS != 0;
    match state & (TIMED_OUT | CANCELLED) {
        0 => Ok(()),
        CANCELLED => Err(Error::Cancelled { may_stand }),
        // Whoever gave up because of the time does not wait any more either.
        _ => Err(Error::TimedOut { may_stand }),
    }
}

/// A commit on its way. Dropped without a word of how it ended, it may have happened.
pub(crate) struct Committing {
    stop: Stop,
    stands: bool,
}

impl Committing {
    /// Its outcome is known: whether something stands by it, or may.
    pub(crate) fn end(mut self, stands: bool) {
        self.stands = stands;
    }
}

impl Drop for Committing {
    fn drop(&mut self) {
        if self.stands {
            self.stop.set(STANDS);
        }
        // After the above: at no moment neither is set.
        if let Some(state) = &self.stop.0 {
            state.fetch_and(!COMMITTING, Ordering::AcqRel);
        }
    }
}

#[cfg(feature = "tokio")]
impl Stop {
    /// One that can be asked for.
    pub(crate) fn new() -> Self {
        Self(Some(Arc::default()))
    }

    /// The time is over. Whether something is committed, or may be; if not, nothing ever will be.
    pub(crate) fn time_out(&self) -> bool {
        self.set(TIMED_OUT) & (COMMITTING | STANDS) != 0
    }

    /// What its caller is told once the time is over.
    pub(crate) fn timed_out(&self) -> Error {
        Error::TimedOut { may_stand: self.state() & (COMMITTING | STANDS) != 0 }
    }

    /// Nobody waits any more.
    pub(crate) fn cancel(&self) {
        self.set(CANCELLED);
    }
}
