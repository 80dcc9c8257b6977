//! Which rows refer to a row: an index from the key that they hold to their slots.
//!
//! 1. It may name a slot too many, never one too few: whoever asks looks at each of them.
//! 2. Slots that were made, or whose content may have changed, since it was brought up to date are looked at whatever it
//!    says. Every change of a slot is announced by `note_before` or made by `replace`, which note it here.
//! 3. A slot with pending work stays among those: a link to a row without a key is under no key.

use std::any::{Any, TypeId};

use hashbrown::{HashMap, HashSet};

use super::arena::Arena;
use super::slot::{Row, Slot, Status};
use crate::backend::Backend;
use crate::entity::{Model, References};

/// The indexes of an arena, by the numbers of the relations that were asked for.
#[derive(Default)]
pub(crate) struct Inverse(HashMap<usize, Index>);

struct Index {
    /// A [`ByKey`] of the target's key.
    by_key: Box<dyn Any>,
    /// Slots that are looked at whatever it says.
    moved: HashSet<u32>,
    /// So are those from here on.
    end: u32,
}

type ByKey<K> = HashMap<K, Vec<u32>>;

impl Inverse {
    /// The content of a slot may change.
    pub(super) fn note(&mut self, slot: u32) {
        for index in self.0.values_mut().filter(|index| slot < index.end) {
            index.moved.insert(slot);
        }
    }

    /// Slots from there on are gone.
    pub(super) fn forget_from(&mut self, start: u32) {
        self.0.values_mut().for_each(|index| index.end = index.end.min(start));
    }
}

/// Where a relation of a row leads, as far as the row knows.
pub(crate) enum Lead<K> {
    Nothing,
    Slot(u32),
    Key(K),
}

impl<E: Model, B: Backend> Arena<E, B> {
    /// Brings the index of a relation up to date.
    pub(crate) fn index_references<P: Model>(&mut self, relation: usize) {
        let Index { mut by_key, moved, end } = self.inverse.0.remove(&relation).unwrap_or_else(|| Index {
            by_key: Box::new(ByKey::<P::Key>::new()),
            moved: HashSet::new(),
            end: 0,
        });
        let Some(slots_of) = by_key.downcast_mut::<ByKey<P::Key>>() else { return };
        let mut unsettled = HashSet::new();
        for slot in moved.into_iter().chain(end..self.len()) {
            if !matches!(self.slot(slot), Some(Slot::Row(Row { change: None, .. }))) {
                unsettled.insert(slot);
            } else if let Some(key) = self.held_key::<P>(slot, relation) {
                slots_of.entry(key).or_default().push(slot);
            }
        }
        self.inverse.0.insert(relation, Index { by_key, moved: unsettled, end: self.len() });
    }

    /// The live slots whose relation leads to a row, by its slot or its key.
    pub(crate) fn referring<P: Model>(&self, relation: usize, owner: u32, key: Option<&P::Key>) -> Vec<u32> {
        let mut slots: Vec<u32> = match self.inverse.0.get(&relation) {
            Some(Index { by_key, moved, end }) => {
                let slots_of = by_key.downcast_ref::<ByKey<P::Key>>();
                let known = key.and_then(|key| slots_of?.get(key)).into_iter().flatten();
                known.chain(moved).copied().chain(*end..self.len()).collect()
            }
            None => (0..self.len()).collect(),
        };
        slots.sort_unstable();
        slots.dedup();
        slots.retain(|&slot| self.leads_to::<P>(slot, relation, owner, key));
        slots
    }

    /// Where a relation of a live row leads.
    pub(crate) fn lead<P: Model>(&self, slot: u32, relation: usize) -> Lead<P::Key> {
        let link = self.links(slot).iter().find(|link| link.relation == relation);
        match (link, self.held_key::<P>(slot, relation)) {
            (Some(link), _) if link.target == TypeId::of::<P>() => Lead::Slot(link.slot),
            (_, Some(key)) => Lead::Key(key),
            _ => Lead::Nothing,
        }
    }

    /// The key that a relation of a row holds, links to rows of the session aside.
    pub(crate) fn reference_of<P: Model>(&self, slot: u32, relation: usize) -> Option<P::Key> {
        match self.lead::<P>(slot, relation) {
            Lead::Key(key) => Some(key),
            Lead::Slot(_) | Lead::Nothing => None,
        }
    }

    fn held_key<P: Model>(&self, slot: u32, relation: usize) -> Option<P::Key> {
        let mut found = None;
        let references: &dyn References = match self.slot(slot) {
            Some(Slot::Row(row)) => &row.value,
            Some(Slot::Draft(draft)) => &draft.record,
            _ => return None,
        };
        references.visit_reference(relation, &mut |_, key| found = key.downcast_ref::<P::Key>().cloned());
        found
    }

    fn leads_to<P: Model>(&self, slot: u32, relation: usize, owner: u32, key: Option<&P::Key>) -> bool {
        let is_live = match self.slot(slot) {
            Some(Slot::Row(row)) => matches!(row.status, Status::Stored | Status::Unwritten),
            Some(Slot::Draft(_)) => true,
            _ => false,
        };
        is_live
            && match self.lead::<P>(slot, relation) {
                Lead::Slot(to) => to == owner,
                Lead::Key(held) => key == Some(&held),
                Lead::Nothing => false,
            }
    }
}
