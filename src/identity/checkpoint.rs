//! A checkpoint: what a flush that calls subscribers puts back when it fails, though parts of it were accepted already.
//!
//! A [`Frame`](super::frame::Frame) cannot do it: to a frame what is pending is outside, and here it is what is worked on.

use hashbrown::HashMap;

use super::arena::Arena;
use super::frame::Entry;
use super::slot::Slot;
use super::twins::Twins;
use crate::backend::Backend;
use crate::entity::Model;

/// An arena as it was, as far as it has changed since.
pub(crate) struct Checkpoint<E: Model, B: Backend> {
    /// Slots from here on were made since.
    start: u32,
    pending: Vec<u32>,
    first_pending: u64,
    twins: Twins<E::Key>,
    noted: HashMap<u32, Noted<E, B>>,
}

/// A slot as it was, and what each open frame knew of it.
struct Noted<E: Model, B: Backend> {
    content: Slot<E, B>,
    entries: Vec<Option<Entry<E, B>>>,
}

impl<E: Model, B: Backend> Arena<E, B> {
    /// From here on every change can be put back. Costs a copy of each pending row.
    pub(crate) fn open_checkpoint(&mut self) {
        let (start, first_pending) = (self.len(), self.first_pending);
        let (pending, twins) = (self.pending.clone(), self.twins.clone());
        self.checkpoint =
            Some(Box::new(Checkpoint { start, pending, first_pending, twins, noted: HashMap::new() }));
        for slot in self.pending.clone() {
            self.note_before(slot);
        }
    }

    /// The changes since the checkpoint stay.
    pub(crate) fn drop_checkpoint(&mut self) {
        self.checkpoint = None;
    }

    /// Everything is what it was at the checkpoint.
    pub(crate) fn restore_checkpoint(&mut self) {
        let Some(checkpoint) = self.checkpoint.take() else { return };
        self.forget_from(checkpoint.start);
        for (slot, Noted { content, entries }) in checkpoint.noted {
            self.replace(slot, content);
            for (frame, entry) in self.frames.iter_mut().zip(entries) {
                match entry {
                    Some(entry) => frame.journal.insert(slot, entry),
                    None => frame.journal.remove(&slot),
                };
            }
        }
        (self.pending, self.twins) = (checkpoint.pending, checkpoint.twins);
        self.first_pending = checkpoint.first_pending;
    }

    /// Notes what a slot is before its content changes.
    pub(super) fn note_before(&mut self, slot: u32) {
        let Some(checkpoint) = &mut self.checkpoint else { return };
        if slot >= checkpoint.start || checkpoint.noted.contains_key(&slot) {
            return;
        }
        let Some(content) = self.slots.get(slot as usize).cloned() else { return };
        let entries = self.frames.iter().map(|frame| frame.journal.get(&slot).cloned()).collect();
        checkpoint.noted.insert(slot, Noted { content, entries });
    }
}
