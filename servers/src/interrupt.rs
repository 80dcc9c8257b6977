//! Signals that ask the launcher to end, noted so that every wait can see them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::thread;
use std::time::Duration;

use nix::sys::signal::Signal;

use crate::error::Context;
use crate::{Error, Result};

/// How long a wait sleeps before it looks again.
pub(crate) const TICK: Duration = Duration::from_millis(20);

/// Whether the launcher is to end. Clones share what they note.
#[derive(Clone, Debug, Default)]
pub struct Interrupt {
    signal: Arc<AtomicI32>,
    given_up: Arc<AtomicBool>,
}

impl Interrupt {
    /// Notes SIGINT, SIGTERM and SIGHUP from now on instead of ending by them.
    ///
    /// # Errors
    ///
    /// When the signals cannot be taken over.
    pub fn on_signals() -> Result<Self> {
        let signals = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP].map(|signal| signal as i32);
        let mut signals =
            signal_hook::iterator::Signals::new(signals).context(|| "watch for signals".into())?;
        let interrupt = Self::default();
        let noted = interrupt.clone();
        thread::spawn(move || {
            for signal in &mut signals {
                noted.note(signal);
            }
        });
        Ok(interrupt)
    }

    /// The last signal that came.
    #[must_use]
    pub fn signal(&self) -> Option<Signal> {
        Signal::try_from(self.signal.load(Ordering::Acquire)).ok()
    }

    /// Notes a signal by its number.
    pub fn note(&self, signal: i32) {
        self.signal.store(signal, Ordering::Release);
    }

    /// Ends what goes on beside something that failed.
    pub fn give_up(&self) {
        self.given_up.store(true, Ordering::Release);
    }

    /// Waits a moment.
    ///
    /// # Errors
    ///
    /// [`Error::Interrupted`] once a signal came, or something beside this failed.
    pub fn tick(&self) -> Result<()> {
        if self.signal().is_some() || self.given_up.load(Ordering::Acquire) {
            return Err(Error::Interrupted);
        }
        thread::sleep(TICK);
        Ok(())
    }
}
