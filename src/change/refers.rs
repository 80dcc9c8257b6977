//! What constrains the order of pending rows: the rows they refer to, and the unique values they give up or take.

use std::any::{Any, TypeId};

use crate::backend::Backend;
use crate::entity::{ColumnSet, Model, PendingLink, Record, References, UniqueKey};
use crate::identity::{Arena, Slot, Written};
use crate::order::Side;

impl<E: Model, B: Backend> Arena<E, B> {
    /// The relations of a row to rows of the session that may have no key yet. They outrank the row's own columns.
    pub(crate) fn links(&self, slot: u32) -> &[PendingLink] {
        match self.slot(slot) {
            Some(Slot::Draft(draft)) => &draft.links,
            Some(Slot::Row(row)) => row.change.as_ref().map_or(&[], |change| &change.links),
            _ => &[],
        }
    }

    /// The keys that a row refers to on one side of the flush, for the relations that lie within `columns`.
    pub(crate) fn visit_references(
        &self,
        slot: u32,
        side: Side,
        columns: ColumnSet,
        visit: &mut dyn FnMut(usize, TypeId, &dyn Any),
    ) {
        let stored = if side == Side::Before { self.stored(slot) } else { None };
        let source: &dyn References = match (&stored, self.planned(slot)) {
            (Some(stored), _) => &**stored,
            (None, Some(planned)) if side == Side::After => planned,
            _ => return,
        };
        let links = self.links(slot);
        for (relation, meta) in E::meta().relations.iter().enumerate() {
            let by_link = side == Side::After && links.iter().any(|link| link.relation == relation);
            if by_link || !meta.columns.iter().any(|&column| columns.contains(column)) {
                continue;
            }
            source.visit_reference(relation, &mut |target, key| visit(relation, target, key));
        }
    }

    /// The value of a unique set on one side of the flush; `None` when a link is yet to set a column of it.
    pub(crate) fn unique_value(&self, slot: u32, side: Side, set: usize) -> Option<UniqueKey> {
        let columns = E::meta().uniques.get(set)?.columns;
        match side {
            Side::Before => self.stored(slot)?.unique_value(set),
            Side::After if self.is_open(slot, columns) => None,
            Side::After => self.planned(slot)?.unique_value(set),
        }
    }

    /// Whether one of the columns gets its value from a row that has no key yet.
    fn is_open(&self, slot: u32, columns: &[usize]) -> bool {
        let mut open = self.links(slot).iter().filter(|link| !link.keyed);
        open.any(|link| {
            let relation = E::meta().relations.get(link.relation);
            relation.is_some_and(|relation| relation.columns.iter().any(|column| columns.contains(column)))
        })
    }

    /// The row as the next flush leaves it.
    pub(crate) fn planned(&self, slot: u32) -> Option<&dyn References> {
        match self.slot(slot) {
            Some(Slot::Draft(draft)) => Some(match &draft.written {
                Some(Written::Row(row)) => row,
                _ => &draft.record,
            }),
            Some(Slot::Row(row)) => Some(&row.value),
            _ => None,
        }
    }

    /// The key that a row has, or that a draft takes; `None` when a link is yet to set a part of it.
    pub(crate) fn key_value(&self, slot: u32) -> Option<UniqueKey> {
        let is_draft = matches!(self.slot(slot), Some(Slot::Draft(_)));
        if is_draft && self.is_open(slot, E::meta().key) {
            return None;
        }
        self.key_of(slot).map(UniqueKey::new)
    }

    /// The key of a row, or the key that a draft has in its columns.
    pub(crate) fn key_of(&self, slot: u32) -> Option<E::Key> {
        match self.slot(slot) {
            Some(Slot::Draft(draft)) if draft.written.is_none() => draft.record.key(),
            Some(content) => content.with_key(Clone::clone),
            None => None,
        }
    }
}
