//! Pending edits put on top of the row as another writer left it.
//!
//! 1. What is edited, here or by what waits outside, stays as it is in memory.
//! 2. All other columns, the version among them, take the database's values.
//! 3. What counts as the row before the edits is the database's row, so that an edit which it has already is none.

use super::arena::Arena;
use super::slot::{Row, Slot, Status};
use crate::backend::Backend;
use crate::entity::{ColumnSet, Model};
use crate::error::{Error, Result};

impl<E: Model, B: Backend> Arena<E, B> {
    /// The key of a row that is in the database.
    pub(crate) fn stored_key(&self, slot: u32) -> Result<E::Key> {
        self.check_editable(slot)?;
        match self.slot(slot) {
            Some(Slot::Row(row)) if row.status == Status::Stored => Ok(row.base().key()),
            _ => Err(Error::NotWritten { entity: E::meta().name }),
        }
    }

    /// Refuses a row of which another writer changed a column that is edited here, to something else.
    pub(crate) fn refuse_conflict(&self, slot: u32, theirs: &E) -> Result<()> {
        let (Some(Slot::Row(row)), Some(known)) = (self.slot(slot), self.stored(slot)) else { return Ok(()) };
        // A link or an expression has no value yet that could be the same as theirs.
        let alike = row.edited().without(theirs.changes(&row.value));
        let both = (theirs.changes(&known) & self.mine(slot)).without(alike);
        if both.is_empty() {
            return Ok(());
        }
        let names: Vec<_> = both.iter().filter_map(|column| E::meta().columns.get(column)).collect();
        let columns = names.iter().map(|column| column.name).collect::<Vec<_>>().join(", ");
        Err(Error::Conflict { row: self.name_of(slot), columns: columns.into() })
    }

    /// Puts the edits on top of the row that was read. The key stays as memory spells it, as in `overwrite`.
    pub(crate) fn rebase(&mut self, slot: u32, mut theirs: E) -> Result<()> {
        self.touch(slot)?;
        let everything = ColumnSet::first(E::meta().columns.len());
        let theirs_alone = everything.without(self.mine(slot));
        if let Some(Slot::Row(row)) = self.slot_mut(slot) {
            theirs.copy_columns(row.base(), E::meta().key_columns());
            let Row { value, change, .. } = row;
            let edited = change.as_ref().map_or(ColumnSet::EMPTY, |change| value.changes(&change.base));
            value.copy_columns(&theirs, theirs_alone);
            if let Some(change) = change {
                change.base.copy_columns(&theirs, theirs_alone | edited);
            }
        }
        self.note_known(slot, theirs_alone);
        Ok(())
    }

    /// The columns that are edited, here or outside.
    fn mine(&self, slot: u32) -> ColumnSet {
        self.edited_in_any_frame(slot).without(E::meta().version.into_iter().collect())
    }
}
