//! The end of what is pending: accepted by a flush that went through, or discarded.

use super::arena::Arena;
use super::slot::{Slot, Status};
use crate::backend::Backend;
use crate::entity::{ColumnSet, Model};

impl<E: Model, B: Backend> Arena<E, B> {
    /// The flush went through: what was pending is in the database.
    pub(crate) fn accept(&mut self) {
        let everything = ColumnSet::first(E::meta().columns.len());
        let is_nested = !self.frames.is_empty();
        self.twins.clear();
        for slot in std::mem::take(&mut self.pending) {
            let Some(content) = self.slots.get_mut(slot as usize) else { continue };
            let mut written = ColumnSet::EMPTY;
            match content {
                Slot::Draft(draft) if draft.written.is_some() => {
                    // Neither a draft nor what is left of it is in the index.
                    if let Slot::Draft(draft) = std::mem::replace(content, Slot::Forgotten)
                        && let Some(row) = draft.into_row()
                    {
                        *content = Slot::stored(row);
                        self.index.enter(&self.slots, slot);
                    }
                }
                Slot::Row(row) => {
                    if is_nested {
                        written = match row.status {
                            Status::Stored => row.edited(),
                            Status::Unwritten | Status::Leaving => everything,
                            Status::Withdrawn | Status::Deleted | Status::Detached => ColumnSet::EMPTY,
                        };
                    }
                    row.change = None;
                    match row.status {
                        Status::Unwritten => row.status = Status::Stored,
                        Status::Leaving => self.set_status(slot, Status::Deleted),
                        _ => {}
                    }
                }
                Slot::Reference { leaving: true, .. } => {
                    written = everything;
                    self.replace(slot, Slot::Forgotten);
                }
                _ => {}
            }
            if is_nested {
                self.note_written(slot, written);
            }
        }
    }

    /// Gives up everything that is pending: edits go back, drafts are forgotten, removals are cancelled.
    pub(crate) fn discard(&mut self) {
        self.twins.clear();
        for slot in std::mem::take(&mut self.pending) {
            match self.slots.get_mut(slot as usize) {
                Some(Slot::Draft(_)) => {
                    self.replace(slot, Slot::Forgotten);
                }
                Some(Slot::Row(row)) => {
                    if let Some(change) = row.change.take() {
                        row.value = change.base;
                    }
                    match row.status {
                        Status::Leaving => self.set_status(slot, Status::Stored),
                        Status::Unwritten => self.set_status(slot, Status::Withdrawn),
                        _ => {}
                    }
                }
                Some(Slot::Reference { leaving, .. }) if *leaving => {
                    if let Some(key) =
                        self.slots.get(slot as usize).and_then(|slot| slot.with_key(Clone::clone))
                    {
                        self.replace(slot, Slot::Reference { key, leaving: false });
                    }
                }
                _ => {}
            }
        }
    }
}
