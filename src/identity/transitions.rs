//! The transitions of one row: persisted, edited, removed, restored, detached.

use std::borrow::Cow;

use super::arena::{Arena, not_a_draft};
use super::slot::{Draft, Row, Slot, Status};
use super::twins::{Identity, is_link_row};
use crate::backend::Backend;
use crate::entity::{Model, PendingLink};
use crate::error::{Error, Result, RowName};

impl<E: Model, B: Backend> Arena<E, B> {
    /// A draft; of a link row, the same ends once.
    pub(crate) fn add_draft(&mut self, record: E::Record, links: Vec<PendingLink>, now: u64) -> Result<u32> {
        use crate::entity::Record;
        let identity = Identity::of::<E>(&record, &links);
        if let Some(twin) = identity.as_ref().and_then(|identity| self.twin(identity)) {
            return Ok(twin);
        }
        if links.iter().all(|link| link.keyed)
            && let Some(key) = record.key()
        {
            self.refuse_live(&key)?;
        }
        let slot = self.push(Slot::Draft(Box::new(Draft { record, links, written: None })));
        if let Some(identity) = identity {
            self.twins.insert(identity, slot);
        }
        self.enlist(slot, now);
        Ok(slot)
    }

    /// A full value; of a link row, the one that is there.
    pub(crate) fn add_row(&mut self, value: E, now: u64) -> Result<u32> {
        let key = value.key();
        if is_link_row::<E>()
            && let Some(slot) = self.live(&key)
            && matches!(self.slots.get(slot as usize), Some(Slot::Row(_)))
        {
            return Ok(slot);
        }
        self.refuse_live(&key)?;
        let slot = self.push(Slot::Row(Row { value, status: Status::Unwritten, change: None }));
        self.enlist(slot, now);
        Ok(slot)
    }

    pub(super) fn refuse_live(&self, key: &E::Key) -> Result<()> {
        match self.index.live(&self.slots, key) {
            Some(_) => Err(Error::AlreadyManaged(RowName::new(E::meta(), key))),
            None => Ok(()),
        }
    }

    /// The row for an edit: snapshot taken, on the list of the next flush.
    pub(crate) fn edit(&mut self, slot: u32, now: u64) -> Result<&mut Row<E, B>> {
        self.check_editable(slot)?;
        if self.is_outside(slot) {
            self.touch(slot)?;
        } else {
            self.note_before(slot);
        }
        let enlist = matches!(self.slots.get(slot as usize), Some(Slot::Row(Row { change: None, .. })));
        if enlist {
            self.enlist(slot, now);
        }
        match self.slots.get_mut(slot as usize) {
            Some(Slot::Row(row)) => {
                // A full value that is not written needs its snapshot too: the index knows it by the key in there.
                row.change();
                Ok(row)
            }
            _ => Err(Error::NotWritten { entity: E::meta().name }),
        }
    }

    pub(crate) fn check_editable(&self, slot: u32) -> Result<()> {
        match self.slots.get(slot as usize) {
            Some(Slot::Row(row)) => match row.status {
                Status::Stored => Ok(()),
                Status::Unwritten if self.is_outside(slot) => Err(Self::pending_outside()),
                Status::Unwritten => Ok(()),
                Status::Leaving | Status::Withdrawn | Status::Deleted => {
                    Err(Error::Removed(self.name_of(slot)))
                }
                Status::Detached => Err(Error::Detached(self.name_of(slot))),
            },
            _ => Err(Error::NotWritten { entity: E::meta().name }),
        }
    }

    pub(crate) fn draft_mut(&mut self, slot: u32) -> Result<&mut Draft<E>> {
        if self.is_outside(slot) {
            self.draft(slot)?;
            return Err(Self::pending_outside());
        }
        match self.slots.get_mut(slot as usize) {
            Some(Slot::Draft(draft)) => Ok(draft),
            other => Err(not_a_draft(other.as_deref())),
        }
    }

    /// New -> nothing.
    pub(crate) fn forget(&mut self, slot: u32) -> Result<Draft<E>> {
        let draft = self.draft_mut(slot)?.clone();
        self.replace(slot, Slot::Forgotten);
        Ok(draft)
    }

    /// Managed or Reference -> Removed.
    pub(crate) fn remove(&mut self, slot: u32, now: u64) -> Result<()> {
        if let Some(Slot::Reference { key, leaving }) = self.slots.get(slot as usize) {
            if *leaving {
                return Err(Error::Removed(self.name_of(slot)));
            }
            let key = key.clone();
            self.touch(slot)?;
            self.replace(slot, Slot::Reference { key, leaving: true });
            self.enlist(slot, now);
            return Ok(());
        }
        self.check_editable(slot)?;
        self.touch(slot)?;
        let unwritten = self.row_status(slot) == Some(Status::Unwritten);
        self.set_status(slot, if unwritten { Status::Withdrawn } else { Status::Leaving });
        self.enlist(slot, now);
        Ok(())
    }

    /// Refuses a row that cannot be removed now.
    pub(crate) fn check_removable(&self, slot: u32) -> Result<()> {
        match self.slots.get(slot as usize) {
            Some(Slot::Reference { leaving: false, .. }) => Ok(()),
            Some(Slot::Reference { .. }) => Err(Error::Removed(self.name_of(slot))),
            _ => self.check_editable(slot),
        }
    }

    /// Nothing -> New, as it was.
    pub(crate) fn take_back(&mut self, slot: u32, draft: Slot<E, B>, now: u64) {
        if matches!(self.slots.get(slot as usize), Some(Slot::Forgotten)) {
            self.note_before(slot);
            self.replace(slot, draft);
            self.enlist(slot, now);
        }
    }

    /// Removed -> Managed.
    pub(crate) fn restore(&mut self, slot: u32, now: u64) -> Result<()> {
        let status = match self.row_status(slot) {
            Some(Status::Leaving) => Status::Stored,
            Some(Status::Withdrawn) => Status::Unwritten,
            Some(Status::Deleted) => return Err(Error::Removed(self.name_of(slot))),
            Some(Status::Detached) => return Err(Error::Detached(self.name_of(slot))),
            // Another handle restored it already.
            Some(Status::Stored | Status::Unwritten) => return Ok(()),
            None => return Err(Error::NotWritten { entity: E::meta().name }),
        };
        if self.is_outside(slot) && !self.touched_inside(slot) {
            return Err(Self::pending_outside());
        }
        if let Some(key) = self.slots.get(slot as usize).and_then(|s| s.with_key(Clone::clone)) {
            self.refuse_live(&key)?;
        }
        self.touch(slot)?;
        self.set_status(slot, status);
        self.enlist(slot, now);
        Ok(())
    }

    pub(super) fn touched_inside(&self, slot: u32) -> bool {
        self.frames.last().is_some_and(|frame| frame.journal.contains_key(&slot))
    }

    /// Managed or Removed -> out of the session. Gives the value and the snapshot of its edits.
    pub(crate) fn detach(&mut self, slot: u32) -> Result<(E, Option<E>)> {
        match self.slots.get(slot as usize) {
            Some(Slot::Row(row)) => match row.status {
                Status::Stored | Status::Leaving => {}
                Status::Unwritten | Status::Withdrawn => {
                    return Err(Error::NotWritten { entity: E::meta().name });
                }
                Status::Deleted => return Err(Error::Removed(self.name_of(slot))),
                Status::Detached => return Err(Error::Detached(self.name_of(slot))),
            },
            _ => return Err(Error::NotWritten { entity: E::meta().name }),
        }
        if self.row_status(slot) == Some(Status::Leaving)
            && self.is_outside(slot)
            && !self.touched_inside(slot)
        {
            return Err(Self::pending_outside());
        }
        // What waits outside is an edit as well, although inside it counts as unedited.
        let stored = self.stored(slot).map(Cow::into_owned);
        if let Some(Slot::Row(Row { change: Some(change), .. })) = self.slots.get(slot as usize)
            && change.is_beyond_value()
        {
            return Err(Error::PendingLink(self.name_of(slot)));
        }
        self.touch(slot)?;
        let Some(Slot::Row(row)) = self.slots.get_mut(slot as usize) else {
            return Err(Error::NotWritten { entity: E::meta().name });
        };
        let value = row.value.clone();
        row.change = None;
        let base = stored.filter(|stored| !value.changes(stored).is_empty());
        self.set_status(slot, Status::Detached);
        Ok((value, base))
    }
}
