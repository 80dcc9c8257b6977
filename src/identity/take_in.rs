//! Rows that come in from outside: read from the database, attached, or known by their key alone.

use super::arena::Arena;
use super::slot::{Change, Row, Slot, Status};
use crate::backend::Backend;
use crate::entity::{ColumnSet, Model};
use crate::error::{Error, Result, RowName};

impl<E: Model, B: Backend> Arena<E, B> {
    /// Takes a row in that was read without a lock: one slot per key. One that the transaction holds a lock on stays as it is,
    /// and is read anew where it differs, see [`take_behind`](Self::take_behind).
    pub(crate) fn take_in(&mut self, read: E) -> Result<Option<u32>> {
        match self.held(&read) {
            Some(slot) => Ok(Some(slot)),
            None => self.take_in_newest(read),
        }
    }

    /// Takes a row in as the database has it now.
    ///
    /// Columns edited in memory stay edited, the others take the database's value; while a row has edits of which the flush
    /// compares the version, that stays as it was, so that the flush finds it stale. `None` when the row's deletion is scheduled.
    pub(crate) fn take_in_newest(&mut self, read: E) -> Result<Option<u32>> {
        let (live, leaving) =
            read.with_key(|key| (self.index.live(&self.slots, key), self.index.leaving(&self.slots, key)));
        let Some(slot) = live else {
            return Ok(if leaving.is_some() { None } else { Some(self.push(Slot::stored(read))) });
        };
        let Some(content) = self.slots.get(slot as usize) else { return Ok(None) };
        let differs = match content {
            // The INSERT is still to come; the database will say that the key is taken.
            Slot::Row(row) if row.status == Status::Unwritten => false,
            Slot::Row(row) => !read.changes(&row.value).is_empty(),
            _ => true,
        };
        if !differs {
            // An edit that the database already holds is still an edit of the base; only an equal base is clean.
            return Ok(Some(slot));
        }
        self.touch(slot)?;
        let mut edited = self.edited_in_any_frame(slot);
        let meta = E::meta();
        if meta.moves_version(edited) {
            edited |= meta.version.into_iter().collect();
        }
        let refreshed = ColumnSet::first(meta.columns.len()).without(edited);
        match self.slots.get_mut(slot as usize) {
            Some(Slot::Row(row)) => {
                row.value.copy_columns(&read, refreshed);
                if let Some(change) = &mut row.change {
                    change.base.copy_columns(&read, refreshed);
                }
            }
            Some(Slot::Reference { leaving: false, .. }) => {
                self.replace(slot, Slot::stored(read));
            }
            _ => return Ok(None),
        }
        self.note_known(slot, refreshed);
        Ok(Some(slot))
    }

    /// A row that is to be removed and was known by its key alone.
    pub(crate) fn take_in_leaving(&mut self, read: E) {
        let Some(slot) = read.with_key(|key| self.leaving(key)) else { return };
        if matches!(self.slot(slot), Some(Slot::Reference { .. })) {
            self.note_before(slot);
            self.replace(slot, Slot::Row(Row { value: read, status: Status::Leaving, change: None }));
        }
    }

    /// Makes memory equal the row, edits included. A key that another writer spelled otherwise, equal under the column's
    /// collation, stays as memory spells it: it is what the row is found by.
    pub(crate) fn overwrite(&mut self, slot: u32, mut read: E) -> Result<()> {
        self.touch(slot)?;
        if let Some(Slot::Row(row)) = self.slots.get_mut(slot as usize) {
            read.copy_columns(row.base(), E::meta().key_columns());
            row.value = read;
            row.change = None;
        }
        self.note_known(slot, ColumnSet::first(E::meta().columns.len()));
        Ok(())
    }

    pub(super) fn edited_in_any_frame(&self, slot: u32) -> ColumnSet {
        let outside = self.frames.iter().filter_map(|frame| frame.journal.get(&slot));
        outside
            .filter_map(|entry| entry.before.row())
            .chain(self.slots.get(slot as usize).and_then(Slot::row))
            .fold(ColumnSet::EMPTY, |edited, row| edited | row.changed())
    }

    /// Takes a detached value in without asking the database.
    pub(crate) fn attach(&mut self, value: E, base: Option<E>, now: u64) -> Result<u32> {
        let key = base.as_ref().unwrap_or(&value).key();
        let change = base.map(|base| Box::new(Change::new(base)));
        let edited = change.is_some();
        let row = Slot::Row(Row { value, status: Status::Stored, change });
        let slot = match self.slot_of(&key) {
            Some(slot)
                if matches!(self.slots.get(slot as usize), Some(Slot::Reference { leaving: false, .. })) =>
            {
                self.touch(slot)?;
                self.replace(slot, row);
                slot
            }
            Some(_) => return Err(Error::AlreadyManaged(RowName::new(E::meta(), &key))),
            None => self.push(row),
        };
        if edited {
            self.enlist(slot, now);
        }
        Ok(slot)
    }

    pub(crate) fn reference(&mut self, key: E::Key) -> Result<u32> {
        if let Some(slot) = self.index.live(&self.slots, &key) {
            return Ok(slot);
        }
        match self.index.leaving(&self.slots, &key) {
            Some(slot) => Err(Error::Removed(self.name_of(slot))),
            None => Ok(self.push(Slot::Reference { key, leaving: false })),
        }
    }
}
