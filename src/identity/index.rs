//! From key to slot: a hash table that holds slot numbers and reads the keys where they are.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::slot::{Indexed, Slot};
use crate::backend::Backend;
use crate::entity::Model;

/// Finds slots by key. Membership follows from a slot's content, see [`Slot::indexed`].
#[derive(Default)]
pub(crate) struct Index {
    live: HashTable<u32>,
    leaving: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Index {
    /// The slot of the row with that key that `find` gives.
    pub(crate) fn live<E: Model, B: Backend>(&self, slots: &[Slot<E, B>], key: &E::Key) -> Option<u32> {
        self.search(&self.live, slots, key)
    }

    /// The slot of the row with that key whose deletion is scheduled.
    pub(crate) fn leaving<E: Model, B: Backend>(&self, slots: &[Slot<E, B>], key: &E::Key) -> Option<u32> {
        if self.leaving.is_empty() { None } else { self.search(&self.leaving, slots, key) }
    }

    fn search<E: Model, B: Backend>(
        &self,
        table: &HashTable<u32>,
        slots: &[Slot<E, B>],
        key: &E::Key,
    ) -> Option<u32> {
        let hash = self.hasher.hash_one(key);
        table
            .find(hash, |&slot| {
                slots.get(slot as usize).and_then(|slot| slot.with_key(|k| k == key)).unwrap_or(false)
            })
            .copied()
    }

    /// Enters a slot where its content says it belongs.
    pub(crate) fn enter<E: Model, B: Backend>(&mut self, slots: &[Slot<E, B>], slot: u32) {
        let Some(content) = slots.get(slot as usize) else { return };
        let table = match content.indexed() {
            Indexed::Live => &mut self.live,
            Indexed::Leaving => &mut self.leaving,
            Indexed::No => return,
        };
        let hasher = &self.hasher;
        table.insert_unique(hash(hasher, slots, slot), slot, |&slot| hash(hasher, slots, slot));
    }

    /// Takes a slot out of where its content says it is. Call it before the content changes.
    pub(crate) fn leave<E: Model, B: Backend>(&mut self, slots: &[Slot<E, B>], slot: u32) {
        let Some(content) = slots.get(slot as usize) else { return };
        let table = match content.indexed() {
            Indexed::Live => &mut self.live,
            Indexed::Leaving => &mut self.leaving,
            Indexed::No => return,
        };
        let hash = hash(&self.hasher, slots, slot);
        if let Ok(entry) = table.find_entry(hash, |&other| other == slot) {
            entry.remove();
        }
    }
}

fn hash<E: Model, B: Backend>(hasher: &DefaultHashBuilder, slots: &[Slot<E, B>], slot: u32) -> u64 {
    slots.get(slot as usize).and_then(|slot| slot.with_key(|key| hasher.hash_one(key))).unwrap_or(0)
}
