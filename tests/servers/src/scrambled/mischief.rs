//! What becomes of the rows of an answer.

use std::sync::{Arc, Mutex, PoisonError};

/// What becomes of an answer of several rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mischief {
    /// Nothing.
    #[default]
    None,
    /// Its rows come in another order, which any database may do.
    Shuffled,
    /// A row in the middle is left out.
    OneMissing,
    /// A row comes twice.
    OneTwice,
    /// A row comes twice, in the place of another: the number of rows is right.
    OneForAnother,
}

/// Sets the mischief of every connection of a pool, and counts its deeds.
#[derive(Clone, Debug, Default)]
pub struct Dial(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    mischief: Mischief,
    /// How many answers are to be left alone before.
    spared: u64,
    deeds: u64,
}

impl Dial {
    pub fn set(&self, mischief: Mischief) {
        self.set_after(0, mischief);
    }

    /// The same, once so many answers of several rows were left alone.
    pub fn set_after(&self, spared: u64, mischief: Mischief) {
        self.with(|state| (state.spared, state.mischief) = (spared, mischief));
    }

    /// How many answers something was done to since the last call.
    #[must_use]
    pub fn deeds(&self) -> u64 {
        self.with(|state| std::mem::take(&mut state.deeds))
    }

    pub(super) fn apply<R: Clone>(&self, rows: &mut Vec<R>) {
        if rows.len() < 2 {
            return;
        }
        let (mischief, deed) = self.with(|state| {
            if state.mischief == Mischief::None || state.spared > 0 {
                state.spared = state.spared.saturating_sub(1);
                return (Mischief::None, 0);
            }
            state.deeds += 1;
            (state.mischief, state.deeds)
        });
        let middle = rows.len() / 2;
        match mischief {
            Mischief::None => {}
            Mischief::Shuffled => shuffle(rows, deed),
            Mischief::OneMissing => drop(rows.remove(middle)),
            Mischief::OneTwice => rows.extend(rows.first().cloned()),
            Mischief::OneForAnother => {
                rows.pop();
                rows.extend(rows.first().cloned());
            }
        }
    }

    fn with<R>(&self, work: impl FnOnce(&mut State) -> R) -> R {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Fisher and Yates, with the numbers of Knuth's MMIX, so that a failure comes again. An answer of two is turned round.
fn shuffle<R>(rows: &mut [R], seed: u64) {
    if let [_, _] = rows {
        rows.reverse();
        return;
    }
    let mut number = seed;
    for end in (1..rows.len()).rev() {
        number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let below = u64::try_from(end + 1).unwrap();
        rows.swap(end, usize::try_from((number >> 33) % below).unwrap());
    }
}
