//! Gives rows the keys of those that they are linked to, as the steps of a flush make them known.

use std::any::Any;

use super::stores::{IdentityMap, StoreId};
use crate::backend::Backend;
use crate::entity::{ColumnSet, PendingLink, RelationMeta};
use crate::error::{Error, Result};
use crate::order::{LONGEST_CHAIN, Step};

/// Gives a row the keys of the rows that it is linked to, as far as this step writes them.
pub(super) fn resolve_links<B: Backend>(
    map: &mut IdentityMap<B>,
    id: StoreId,
    slot: u32,
    step: &Step,
) -> Result<()> {
    let Some(store) = map.get(id) else { return Ok(()) };
    let meta = store.meta();
    let links = store.links(slot).to_vec();
    let columns_of = |link: &PendingLink| {
        meta.relations.get(link.relation).map_or(ColumnSet::EMPTY, RelationMeta::column_set)
    };
    for link in &links {
        let columns = columns_of(link);
        if !columns.intersects(step.columns | step.postponed) {
            continue;
        }
        // A column that waits for another relation's sake does not keep this one from being known.
        let is_late = columns.intersects(step.postponed);
        let known = !is_late || columns.without(step.columns).is_empty();
        if known && give_key_of(map, id, slot, link, step.columns)? {
            continue;
        }
        if !is_late {
            let target = map.id_of(link.target).and_then(|id| map.get(id));
            return Err(Error::NotWritten { entity: target.map_or("row", |store| store.meta().name) });
        }
        if let Some(store) = map.get_mut(id) {
            store.resolve(slot, link.relation, None, step.columns)?;
        }
    }
    // Of two that share a column the second had the last word.
    let shared = links.iter().filter(|link| {
        meta.shares_columns(link.relation) && columns_of(link).without(step.postponed) == columns_of(link)
    });
    for link in shared.filter(|link| columns_of(link).intersects(step.columns)) {
        let (Some(store), Some(target)) = (map.get(id), map.id_of(link.target).and_then(|id| map.get(id)))
        else {
            continue;
        };
        let mut agrees = true;
        target.with_key(link.slot, &mut |key| agrees = store.refers_to(slot, link.relation, key));
        if !agrees {
            return Err(Error::links_disagree(meta, link.relation));
        }
    }
    Ok(())
}

/// Gives a row the key of one row that it is linked to. `false` while that has none.
fn give_key_of<B: Backend>(
    map: &mut IdentityMap<B>,
    id: StoreId,
    slot: u32,
    link: &PendingLink,
    columns: ColumnSet,
) -> Result<bool> {
    let Some(target) = map.id_of(link.target) else { return Ok(false) };
    if let Some((from, to)) = map.get_pair(target, id) {
        let mut given = Ok(());
        let found =
            from.with_key(link.slot, &mut |key| given = to.resolve(slot, link.relation, Some(key), columns));
        if found {
            return given.map(|()| true);
        }
    }
    // One store cannot be read and written at once, and a row without a key has to be given the parts of it first: the
    // key is copied.
    let Some(key) = key_to_be(map, target, link.slot, LONGEST_CHAIN)? else { return Ok(false) };
    let Some(store) = map.get_mut(id) else { return Ok(false) };
    store.resolve(slot, link.relation, Some(&*key), columns).map(|()| true)
}

/// The key that a row has, or that it will have for certain: nothing but a deferred constraint lets a row be written
/// before the one that it refers to.
fn key_to_be<B: Backend>(
    map: &mut IdentityMap<B>,
    id: StoreId,
    slot: u32,
    chain: usize,
) -> Result<Option<Box<dyn Any>>> {
    let Some(store) = map.get(id) else { return Ok(None) };
    let mut key = None;
    store.clone_key(slot, &mut key);
    if key.is_some() || chain == 0 {
        return Ok(key);
    }
    let meta = store.meta();
    let is_part = |link: &&PendingLink| {
        let relation = meta.relations.get(link.relation);
        relation.is_some_and(|relation| {
            // Of a relation that the row may lack, or that shares them with another, the key has its parts from elsewhere.
            let own = relation.column_set().without(meta.set_before(link.relation));
            !relation.nullable && own.intersects(meta.key_columns())
        })
    };
    let everything = ColumnSet::first(meta.columns.len());
    for link in store.links(slot).iter().filter(is_part).copied().collect::<Vec<_>>() {
        let Some(target) = map.id_of(link.target) else { return Ok(None) };
        let Some(part) = key_to_be(map, target, link.slot, chain - 1)? else { return Ok(None) };
        if let Some(store) = map.get_mut(id) {
            store.resolve(slot, link.relation, Some(&*part), everything)?;
        }
    }
    Ok(map.get(id).and_then(|store| store.clone_draft_key(slot)))
}
