//! Relations and expressions that wait for the next flush.

use std::any::TypeId;

use super::arena::Arena;
use super::slot::{Expression, Slot, Status};
use crate::backend::Backend;
use crate::entity::{Model, PendingLink, References};
use crate::error::{Error, Result};

impl<E: Model, B: Backend> Arena<E, B> {
    /// Whether the slot can be linked to now, and its key if it has one.
    pub(crate) fn link_target(&self, slot: u32) -> Result<Option<E::Key>> {
        match self.slots.get(slot as usize) {
            Some(Slot::Draft(_)) if self.is_outside(slot) => Err(Self::pending_outside()),
            Some(Slot::Draft(_)) => Ok(None),
            Some(Slot::Row(row)) if row.status == Status::Unwritten && self.is_outside(slot) => {
                Err(Self::pending_outside())
            }
            Some(Slot::Row(row)) => match row.status {
                Status::Stored => Ok(Some(row.base().key())),
                // Not in the database yet: the flush has to know, to write it first.
                Status::Unwritten => Ok(None),
                Status::Leaving | Status::Withdrawn | Status::Deleted => {
                    Err(Error::Removed(self.name_of(slot)))
                }
                Status::Detached => Err(Error::Detached(self.name_of(slot))),
            },
            Some(Slot::Reference { key, leaving: false }) => Ok(Some(key.clone())),
            Some(Slot::Reference { .. }) => Err(Error::Removed(self.name_of(slot))),
            Some(Slot::Forgotten) | None => Err(Error::Forgotten { entity: E::meta().name }),
        }
    }

    /// Points a relation of a row at a slot that has no key yet.
    pub(crate) fn link_row(&mut self, slot: u32, link: PendingLink, now: u64) -> Result<()> {
        let change = self.edit(slot, now)?.change();
        change.links.retain(|other| other.relation != link.relation);
        change.links.push(link);
        Ok(())
    }

    /// Points a relation of a row at a key, or at nothing.
    pub(crate) fn set_row_reference(
        &mut self,
        slot: u32,
        relation: usize,
        key: Option<&dyn std::any::Any>,
        now: u64,
    ) -> Result<()> {
        let row = self.edit(slot, now)?;
        if let Some(change) = &mut row.change {
            change.links.retain(|other| other.relation != relation);
        }
        row.value.set_reference(relation, key);
        Ok(())
    }

    /// Points a relation of a draft at a slot of the session, at a key, or at nothing.
    pub(crate) fn link_draft(&mut self, slot: u32, relation: usize, target: DraftTarget<'_>) -> Result<()> {
        let draft = self.draft_mut(slot)?;
        let agrees = match target {
            DraftTarget::Key(key) => draft.record.set_reference(relation, Some(key)),
            DraftTarget::Nothing => draft.record.set_reference(relation, None),
            DraftTarget::Slot(..) => true,
        };
        if !agrees {
            return Err(Error::links_disagree(E::meta(), relation));
        }
        draft.links.retain(|other| other.relation != relation);
        if let DraftTarget::Slot(target, slot) = target {
            draft.links.push(PendingLink { relation, target, slot, keyed: false });
        }
        Ok(())
    }

    pub(crate) fn add_expression(&mut self, slot: u32, expression: Expression<B>, now: u64) -> Result<()> {
        let row = self.edit(slot, now)?;
        if row.status == Status::Unwritten {
            return Err(Error::NotWritten { entity: E::meta().name });
        }
        let change = row.change();
        change.expressions.retain(|other| other.column != expression.column);
        change.expressions.push(expression);
        Ok(())
    }
}

/// Where a draft's relation is to lead.
pub enum DraftTarget<'a> {
    Slot(TypeId, u32),
    Key(&'a dyn std::any::Any),
    Nothing,
}
