//! The rows of one entity in one session: slots, and the index from key to slot.

use super::checkpoint::Checkpoint;
use super::frame::{Frame, FrameKind};
use super::index::Index;
use super::slot::{Draft, Slot, Status};
use super::twins::Twins;
use crate::backend::Backend;
use crate::entity::Model;
use crate::error::{Error, Result, RowName};

/// The rows of one entity in one session.
///
/// Slots are never freed while their frame lives: a handle is good for as long as its brand.
pub(crate) struct Arena<E: Model, B: Backend> {
    pub(super) slots: Vec<Slot<E, B>>,
    pub(super) index: Index,
    /// Slots that may have something for the next flush, in registration order; the others are not looked at.
    pub(super) pending: Vec<u32>,
    /// Those of them that are drafts of link rows.
    pub(super) twins: Twins<E::Key>,
    pub(super) frames: Vec<Frame<E, B>>,
    /// When the first pending slot was registered, counted over all arenas of the session.
    pub(super) first_pending: u64,
    /// What a flush that is on its way can be put back to, if it calls subscribers.
    pub(super) checkpoint: Option<Box<Checkpoint<E, B>>>,
}

impl<E: Model, B: Backend> Arena<E, B> {
    /// An empty arena below the frames that are open already.
    pub(crate) fn new(frames: &[FrameKind]) -> Self {
        Self {
            slots: Vec::new(),
            index: Index::default(),
            pending: Vec::new(),
            twins: Twins::default(),
            frames: frames.iter().map(|&kind| Frame::new(kind, 0)).collect(),
            first_pending: 0,
            checkpoint: None,
        }
    }

    pub(crate) fn name_of(&self, slot: u32) -> RowName {
        self.slots
            .get(slot as usize)
            .and_then(|slot| slot.with_key(|key| RowName::new(E::meta(), key)))
            .unwrap_or_else(|| RowName { entity: E::meta().name, key: "without key".into() })
    }

    pub(crate) fn len(&self) -> u32 {
        u32::try_from(self.slots.len()).unwrap_or(u32::MAX)
    }

    /// The slots that may have something for the next flush, with repetitions.
    pub(crate) fn pending(&self) -> &[u32] {
        &self.pending
    }

    pub(crate) const fn first_pending(&self) -> u64 {
        self.first_pending
    }

    pub(crate) fn slot(&self, slot: u32) -> Option<&Slot<E, B>> {
        self.slots.get(slot as usize)
    }

    pub(crate) fn slot_mut(&mut self, slot: u32) -> Option<&mut Slot<E, B>> {
        self.slots.get_mut(slot as usize)
    }

    /// The row that a `Managed` or `Removed` handle stands for.
    #[expect(
        clippy::expect_used,
        reason = "such a handle is made for a slot that holds a row, and a slot keeps its row while the brand lives"
    )]
    pub(crate) fn value(&self, slot: u32) -> &E {
        &self.slots.get(slot as usize).and_then(Slot::row).expect("the handle is of this session").value
    }

    pub(crate) fn find(&self, key: &E::Key) -> Found {
        if let Some(slot) = self.index.live(&self.slots, key) {
            match self.slots.get(slot as usize) {
                Some(Slot::Reference { .. }) => Found::Unloaded,
                _ => Found::Row(slot),
            }
        } else if self.index.leaving(&self.slots, key).is_some() {
            Found::Leaving
        } else {
            Found::Unknown
        }
    }

    /// The slot that stands for the key, whatever is known of it.
    pub(crate) fn slot_of(&self, key: &E::Key) -> Option<u32> {
        self.index.live(&self.slots, key).or_else(|| self.index.leaving(&self.slots, key))
    }

    /// The row of that key whose deletion is scheduled.
    pub(crate) fn leaving(&self, key: &E::Key) -> Option<u32> {
        self.index.leaving(&self.slots, key)
    }

    pub(super) fn live(&self, key: &E::Key) -> Option<u32> {
        self.index.live(&self.slots, key)
    }

    pub(super) const fn twins(&self) -> &Twins<E::Key> {
        &self.twins
    }

    pub(crate) fn draft(&self, slot: u32) -> Result<&Draft<E>> {
        match self.slots.get(slot as usize) {
            Some(Slot::Draft(draft)) => Ok(draft),
            other => Err(not_a_draft(other)),
        }
    }

    /// Whether the slot was pending or managed before the innermost frame was opened.
    pub(crate) fn is_outside(&self, slot: u32) -> bool {
        self.frames.last().is_some_and(|frame| slot < frame.start)
    }

    pub(super) fn pending_outside() -> Error {
        Error::PendingOutside { entity: E::meta().name }
    }

    pub(super) fn row_status(&self, slot: u32) -> Option<Status> {
        self.slots.get(slot as usize).and_then(Slot::row).map(|row| row.status)
    }

    pub(super) fn push(&mut self, content: Slot<E, B>) -> u32 {
        let slot = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        self.slots.push(content);
        self.index.enter(&self.slots, slot);
        slot
    }

    /// Replaces the content of a slot and keeps the index true.
    pub(crate) fn replace(&mut self, slot: u32, content: Slot<E, B>) -> Option<Slot<E, B>> {
        self.index.leave(&self.slots, slot);
        let old = self.slots.get_mut(slot as usize).map(|place| std::mem::replace(place, content));
        self.index.enter(&self.slots, slot);
        old
    }

    pub(crate) fn set_status(&mut self, slot: u32, status: Status) {
        self.index.leave(&self.slots, slot);
        if let Some(Slot::Row(row)) = self.slots.get_mut(slot as usize) {
            row.status = status;
        }
        self.index.enter(&self.slots, slot);
    }

    /// Puts a slot on the list of the next flush.
    pub(crate) fn enlist(&mut self, slot: u32, now: u64) {
        if self.pending.is_empty() {
            self.first_pending = now;
        }
        if self.pending.last() != Some(&slot) {
            self.pending.push(slot);
        }
    }
}

/// What the identity map says of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// It is in memory.
    Row(u32),
    /// It is known by its key alone.
    Unloaded,
    /// Its deletion is scheduled.
    Leaving,
    /// Nothing.
    Unknown,
}

pub(super) fn not_a_draft<E: Model, B: Backend>(slot: Option<&Slot<E, B>>) -> Error {
    let entity = E::meta().name;
    match slot {
        Some(Slot::Row(_)) => Error::AlreadyWritten { entity },
        _ => Error::Forgotten { entity },
    }
}
