//! Rows that a statement of this session's own changed or deleted, outside of every flush.
//!
//! 1. A row without edits takes the database's values.
//! 2. A row with edits keeps them and takes the values of the other columns. Its version goes along only where that is
//!    known to be this session's own step, and no other writer's: else the flush has to find the row stale.
//! 3. A row that was deleted is so in memory, whatever was pending of it.
//! 4. What was written stands beyond a scope and goes with a transaction, like what a flush writes.

use super::arena::Arena;
use super::slot::{Slot, Status};
use crate::backend::Backend;
use crate::entity::{ColumnSet, Model};
use crate::error::{Error, Result};

impl<E: Model, B: Backend> Arena<E, B> {
    /// Whether rows are in memory that are in the database as well.
    pub(crate) fn has_stored(&self) -> bool {
        self.slots.iter().any(is_stored)
    }

    /// The slots of rows that are in memory and in the database, with their keys.
    pub(crate) fn all_stored(&self) -> Vec<(u32, E::Key)> {
        self.stored_where(|_| true)
    }

    /// Those of them of which something is pending, here or outside.
    pub(crate) fn stored_and_pending(&self) -> Vec<(u32, E::Key)> {
        self.stored_where(|slot| self.is_pending(slot))
    }

    fn stored_where(&self, test: impl Fn(u32) -> bool) -> Vec<(u32, E::Key)> {
        let slots = self.slots.iter().zip(0..).filter(|(content, slot)| is_stored(content) && test(*slot));
        slots.filter_map(|(content, slot)| Some((slot, content.with_key(Clone::clone)?))).collect()
    }

    /// Whether anything is pending, here or outside.
    pub(crate) fn waits(&self) -> bool {
        !self.pending.is_empty() || self.frames.iter().any(|frame| !frame.outside.is_empty())
    }

    fn is_pending(&self, slot: u32) -> bool {
        self.row_status(slot) == Some(Status::Leaving) || !self.edited_in_any_frame(slot).is_empty()
    }

    /// The slot that holds the database's row of that key: not one that is still to be inserted.
    pub(crate) fn written(&self, key: &E::Key) -> Option<u32> {
        let found = |slot: &u32| self.slots.get(*slot as usize).is_some_and(is_stored);
        self.live(key).filter(found).or_else(|| self.leaving(key).filter(found))
    }

    /// Takes in a row that is in memory and was changed by this session. `is_ours` says that no other writer can have moved
    /// its version since it was read.
    pub(crate) fn take_written(&mut self, slot: u32, read: &E, is_ours: bool) {
        let Some(row) = self.slots.get(slot as usize).and_then(Slot::row) else { return };
        // A row whose key was edited is refused by the next flush; until then it stays as it is.
        if read.changes(&row.value).is_empty() || self.touch(slot).is_err() {
            return;
        }
        // The row is known by its key as memory spells it.
        let mut kept = self.edited_in_any_frame(slot) | E::meta().key_columns();
        if let Some(version) = E::meta().version
            && self.is_pending(slot)
            && !(is_ours && self.is_next_version(slot, read))
        {
            kept.insert(version);
        }
        let refreshed = ColumnSet::first(E::meta().columns.len()).without(kept);
        if let Some(Slot::Row(row)) = self.slots.get_mut(slot as usize) {
            row.value.copy_columns(read, refreshed);
            if let Some(change) = &mut row.change {
                change.base.copy_columns(read, refreshed);
            }
        }
        self.note_written(slot, refreshed);
    }

    /// Whether the row read has the version that follows on the one in memory. A moment never does for sure.
    fn is_next_version(&self, slot: u32, read: &E) -> bool {
        let version: ColumnSet = E::meta().version.into_iter().collect();
        self.slots.get(slot as usize).and_then(Slot::row).is_some_and(|row| {
            let mut next = row.base().clone();
            next.advance_version() && !next.changes(read).intersects(version)
        })
    }

    /// Refuses a row that was inserted or updated while the one in memory is on its way out, or still to be inserted.
    pub(crate) fn check_upserted(&self, key: &E::Key) -> Result<()> {
        match self.live(key) {
            Some(slot) if self.row_status(slot) == Some(Status::Unwritten) => {
                Err(Error::AlreadyManaged(self.name_of(slot)))
            }
            Some(_) => Ok(()),
            None => self.leaving(key).map_or(Ok(()), |slot| Err(Error::Removed(self.name_of(slot)))),
        }
    }

    /// Takes in a row that may not be in memory, and that was inserted, `updated`, or only read. `None` where it would have been
    /// refused.
    pub(crate) fn take_upserted(&mut self, read: E, updated: bool) -> Result<Option<u32>> {
        let stored = |slot: &u32| self.row_status(*slot) == Some(Status::Stored);
        if let Some(slot) = read.with_key(|key| self.live(key)).filter(stored) {
            self.take_written(slot, &read, updated);
            return Ok(Some(slot));
        }
        self.take_in(read)
    }

    /// The row is deleted.
    pub(crate) fn take_deleted(&mut self, slot: u32) {
        if !self.slots.get(slot as usize).is_some_and(is_stored) || self.touch(slot).is_err() {
            return;
        }
        if let Some(Slot::Reference { .. }) = self.slots.get(slot as usize) {
            self.replace(slot, Slot::Forgotten);
        } else {
            self.set_status(slot, Status::Deleted);
            if let Some(Slot::Row(row)) = self.slots.get_mut(slot as usize) {
                row.change = None;
            }
        }
        self.note_written(slot, ColumnSet::first(E::meta().columns.len()));
    }
}

/// Whether the slot stands for a row that is in the database, or whose deletion is scheduled. One that is known by its key
/// alone says nothing of a row.
fn is_stored<E: Model, B: Backend>(slot: &Slot<E, B>) -> bool {
    match slot {
        Slot::Row(row) => matches!(row.status, Status::Stored | Status::Leaving),
        Slot::Reference { leaving, .. } => *leaving,
        Slot::Draft(_) | Slot::Forgotten => false,
    }
}
