//! Drafts of link rows: the same two ends are the same row, however often they are persisted.

use std::any::TypeId;

use hashbrown::HashMap;

use super::arena::Arena;
use super::slot::{Draft, Slot};
use crate::backend::Backend;
use crate::entity::{ColumnSet, Model, PendingLink, Record};

/// Pending drafts by what they link, of an entity that is relations and nothing else.
pub(crate) type Twins<K> = HashMap<Identity<K>, u32>;

/// What tells one link row from another, before it is written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Identity<K> {
    Key(K),
    /// Relation by relation a row of the session, some of which have no key yet.
    Links(Vec<(usize, TypeId, u32)>),
}

impl<K> Identity<K> {
    /// What the draft is known by; `None` for an entity that is more than its links.
    ///
    /// A row that is linked by its key's value and another by a handle without one are told apart by neither: two such
    /// drafts are two.
    pub(crate) fn of<E: Model<Key = K>>(record: &E::Record, links: &[PendingLink]) -> Option<Self> {
        let meta = E::meta();
        if !is_link_row::<E>() {
            return None;
        }
        if links.iter().all(|link| link.keyed) {
            return record.key().map(Self::Key);
        }
        let linked = links.iter().filter_map(|link| meta.relations.get(link.relation));
        let linked = linked.fold(ColumnSet::EMPTY, |all, relation| all | relation.column_set());
        if linked.len() != meta.key.len() {
            return None;
        }
        let mut ends: Vec<_> = links.iter().map(|link| (link.relation, link.target, link.slot)).collect();
        ends.sort_unstable();
        Some(Self::Links(ends))
    }
}

/// Whether every column is a relation and part of the key, so that the same ends are the same row.
pub(crate) fn is_link_row<E: Model>() -> bool {
    let meta = E::meta();
    let columns = meta.relations.iter().flat_map(|relation| relation.columns.iter().copied());
    let linked = columns.collect::<ColumnSet>() & meta.key_columns();
    linked.len() == meta.columns.len()
}

impl<E: Model, B: Backend> Arena<E, B> {
    /// The slot of the same row, if it is pending or in memory.
    pub(super) fn twin(&self, identity: &Identity<E::Key>) -> Option<u32> {
        if let Identity::Key(key) = identity
            && let Some(slot) = self.live(key)
            && matches!(self.slot(slot), Some(Slot::Row(_)))
        {
            return Some(slot);
        }
        let slot = *self.twins().get(identity)?;
        // The draft may have been given up since, or linked to something else.
        match self.slot(slot) {
            Some(Slot::Draft(draft)) => {
                let Draft { record, links, .. } = &**draft;
                (Identity::of::<E>(record, links).as_ref() == Some(identity)).then_some(slot)
            }
            _ => None,
        }
    }
}
