//! Rows that the open transaction holds a lock on, where a plain SELECT may show an older state of them than the lock did.

use hashbrown::HashSet;

use super::arena::Arena;
use super::frame::{Frame, FrameKind};
use super::slot::{Row, Slot, Status};
use crate::backend::Backend;
use crate::entity::Model;
use crate::error::{Error, Result};

/// The rows that were locked in a frame.
#[derive(Default)]
pub(crate) struct Held {
    slots: HashSet<u32>,
    /// Those of which a plain SELECT showed another state than memory has.
    behind: Vec<u32>,
}

impl<E: Model, B: Backend> Arena<E, B> {
    /// Takes in a row that is locked. With `is_ahead` what plain SELECTs of this transaction show of it is not believed.
    pub(crate) fn take_in_locked(&mut self, read: E, is_ahead: bool) -> Result<Option<u32>> {
        let slot = self.take_in_newest(read)?;
        if let (true, Some(slot)) = (is_ahead, slot) {
            self.hold(slot);
        }
        Ok(slot)
    }

    /// What plain SELECTs of the open transaction show of the row is not believed.
    pub(crate) fn hold(&mut self, slot: u32) {
        if let Some(frame) = self.frames.last_mut() {
            frame.held.slots.insert(slot);
        }
    }

    /// Refuses a row that has pending edits of versioned columns and whose version has moved on since it was read: they would be refused at the
    /// flush, and no lock changes that.
    pub(crate) fn refuse_moved(&self, read: &E) -> Result<()> {
        let Some(version) = E::meta().version else { return Ok(()) };
        let Some(slot) = read.with_key(|key| self.live(key)) else { return Ok(()) };
        let is_edited = self.row_status(slot) == Some(Status::Stored)
            && E::meta().moves_version(self.edited_in_any_frame(slot));
        let has_moved = || self.stored(slot).is_some_and(|known| read.changes(&known).contains(version));
        if is_edited && has_moved() { Err(Error::Stale(self.name_of(slot))) } else { Ok(()) }
    }

    pub(crate) fn is_held(&self, slot: u32) -> bool {
        self.frames.iter().any(|frame| frame.held.slots.contains(&slot))
    }

    /// The slot of a row that was read without a lock, if the transaction holds one on it. Where memory has another state of
    /// it, it is noted to be read anew.
    pub(super) fn held(&mut self, read: &E) -> Option<u32> {
        if self.frames.iter().all(|frame| frame.held.slots.is_empty()) {
            return None;
        }
        let slot = read.with_key(|key| self.live(key)).filter(|slot| self.is_held(*slot))?;
        let Some(Slot::Row(Row { value, .. })) = self.slot(slot) else { return None };
        let differs = !read.changes(value).is_empty();
        if let (true, Some(frame)) = (differs, self.frames.last_mut()) {
            frame.held.behind.push(slot);
        }
        Some(slot)
    }

    /// The keys of the rows that are to be read anew.
    pub(crate) fn take_behind(&mut self) -> Vec<E::Key> {
        let Some(frame) = self.frames.last_mut() else { return Vec::new() };
        let mut behind = std::mem::take(&mut frame.held.behind);
        behind.sort_unstable();
        behind.dedup();
        behind.into_iter().filter_map(|slot| self.key_of(slot)).collect()
    }

    /// The frame ended well: what was locked in it stays so until the transaction ends.
    pub(super) fn keep_held(&mut self, held: Held) {
        let end = self.len();
        if self.frames.iter().any(|frame: &Frame<E, B>| frame.kind == FrameKind::Transaction)
            && let Some(frame) = self.frames.last_mut()
        {
            frame.held.slots.extend(held.slots.into_iter().filter(|slot| *slot < end));
        }
    }
}
