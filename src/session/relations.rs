//! Relations in memory: which rows are loaded, and which refer to which.

use std::any::TypeId;

use hashbrown::HashSet;

use super::core::Core;
use super::verbs::Linkable;
use crate::backend::Backend;
use crate::entity::{Entity, Model, References};
use crate::error::{Error, Result, RowName};
use crate::handle::{Handle, Managed, New, State};
use crate::identity::{DraftTarget, Found, Lead, Slot, Status};
use crate::relation::{Order, Populate, Relation, ToOne, not_loaded};

impl<B: Backend> Core<B> {
    pub(crate) fn handle<'s, E, S: State>(&self, slot: u32) -> Handle<'s, E, S> {
        Handle::new(self.tag, slot)
    }

    /// Whether all rows that a relation of this one leads to were brought into memory.
    pub(crate) fn is_complete<E: Entity<B>>(&self, relation: TypeId, slot: u32) -> bool {
        self.map.arena::<E>().is_some_and(|arena| arena.is_complete(relation, slot))
    }

    /// A relation of these rows was loaded.
    pub(super) fn complete<R: Relation<Owner: Entity<B>>>(&mut self, owners: &[u32]) {
        self.map.arena_mut::<R::Owner>().complete(TypeId::of::<R>(), owners);
    }

    /// Brings the rows that a relation of these rows leads to into memory, and gives their slots.
    pub(crate) fn populate<R>(&mut self, owners: &[u32]) -> Result<Vec<u32>>
    where
        R: Relation<Owner: Entity<B>, Kind: Populate<R, B>>,
    {
        let targets = <R::Kind as Populate<R, B>>::populate(self, owners)?;
        self.complete::<R>(owners);
        Ok(targets)
    }

    /// Loads the rows that refer to these, those that refer to them, and so on.
    pub(crate) fn populate_all_levels<R, V>(&mut self, owners: &[u32]) -> Result<()>
    where
        R: Relation<Owner: Entity<B>>,
        V: ToOne<Owner = R::Owner, Target = R::Owner>,
    {
        let keys = self.keys_of::<R::Owner>(owners);
        let mut complete = owners.to_vec();
        if !keys.is_empty() {
            self.run(|connection, map| {
                let store = map.store_mut::<R::Owner>();
                let mut rows = Vec::new();
                store.writer.load_all_levels(connection, V::INDEX, &keys, &mut |row| rows.push(row))?;
                let known: HashSet<_> = rows.iter().map(R::Owner::key).chain(keys).collect();
                rows.iter().try_for_each(|row| check_spelling::<V>(row, |key| known.contains(key)))?;
                for row in rows {
                    complete.extend(store.arena.take_in(row)?);
                }
                store.catch_up(connection)
            })?;
        }
        // A row that memory alone has moved in here was loaded without what is below it, and is not among them.
        let arena = self.map.arena_mut::<R::Owner>();
        arena.index_references::<R::Owner>(V::INDEX);
        arena.complete(TypeId::of::<R>(), &complete);
        Ok(())
    }

    /// Loads the rows that refer to these.
    pub(crate) fn load_referring<V>(&mut self, owners: &[u32]) -> Result<Vec<u32>>
    where
        V: ToOne<Owner: Entity<B>, Target: Entity<B>>,
    {
        let keys = self.keys_of::<V::Target>(owners);
        if !keys.is_empty() {
            self.run(|connection, map| {
                let store = map.store_mut::<V::Owner>();
                let mut rows = Vec::new();
                store.writer.load_by_reference::<V::Target>(connection, V::INDEX, &keys, &mut |row| {
                    rows.push(row);
                })?;
                rows.iter()
                    .try_for_each(|row| check_spelling::<V>(row, |key| keys.binary_search(key).is_ok()))?;
                rows.into_iter().try_for_each(|row| store.arena.take_in(row).map(drop))?;
                store.catch_up(connection)
            })?;
        }
        Ok(self.referrers::<V>(owners))
    }

    /// The keys of these rows, each once and sorted.
    pub(crate) fn keys_of<E: Entity<B>>(&mut self, slots: &[u32]) -> Vec<E::Key> {
        let arena = self.map.arena_mut::<E>();
        let mut keys: Vec<_> = slots.iter().filter_map(|&slot| arena.key_of(slot)).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// The rows in memory that refer to these.
    pub(crate) fn referrers<V>(&mut self, owners: &[u32]) -> Vec<u32>
    where
        V: ToOne<Owner: Entity<B>, Target: Entity<B>>,
    {
        self.map.arena_mut::<V::Owner>().index_references::<V::Target>(V::INDEX);
        owners.iter().flat_map(|&owner| self.referring_rows::<V>(owner)).collect()
    }

    /// Loads the rows that these refer to, those alone that are not in memory.
    pub(crate) fn load_referred<V>(&mut self, owners: &[u32]) -> Result<Vec<u32>>
    where
        V: ToOne<Owner: Entity<B>, Target: Entity<B>>,
    {
        let keys = self.references::<V>(owners);
        self.load_ends::<V>(keys)?;
        Ok(self.leads::<V>(owners))
    }

    /// The keys that these rows hold, links to rows of the session aside, each once and sorted.
    fn references<V>(&mut self, owners: &[u32]) -> Vec<<V::Target as Model>::Key>
    where
        V: ToOne<Owner: Entity<B>, Target: Entity<B>>,
    {
        let arena = self.map.arena_mut::<V::Owner>();
        let references = owners.iter().filter_map(|&owner| arena.reference_of::<V::Target>(owner, V::INDEX));
        let mut keys: Vec<_> = references.collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// The same, or none where all rows of those keys are in memory.
    pub(crate) fn missing_references<V>(&mut self, owners: &[u32]) -> Vec<<V::Target as Model>::Key>
    where
        V: ToOne<Owner: Entity<B>, Target: Entity<B>>,
    {
        let keys = self.references::<V>(owners);
        let targets = self.map.arena_mut::<V::Target>();
        let is_missing = |key| matches!(targets.find(key), Found::Unloaded | Found::Unknown);
        if keys.iter().any(is_missing) { keys } else { Vec::new() }
    }

    /// The rows that these refer to, as memory has them, each once.
    pub(crate) fn leads<V>(&self, owners: &[u32]) -> Vec<u32>
    where
        V: ToOne<Owner: Entity<B>, Target: Entity<B>>,
    {
        // What cannot be given is an error when it is read.
        let mut slots: Vec<_> =
            owners.iter().filter_map(|&owner| self.lead::<V>(owner).ok().flatten()).collect();
        slots.sort_unstable();
        slots.dedup();
        slots
    }

    /// Loads the rows of those keys, to which rows refer, that are not in memory.
    pub(super) fn load_ends<V>(&mut self, mut keys: Vec<<V::Target as Model>::Key>) -> Result<()>
    where
        V: ToOne<Target: Entity<B>>,
    {
        let targets = self.map.arena_mut::<V::Target>();
        keys.retain(|key| matches!(targets.find(key), Found::Unloaded | Found::Unknown));
        if keys.is_empty() {
            return Ok(());
        }
        self.run(|connection, map| {
            let store = map.store_mut::<V::Target>();
            let mut rows = Vec::with_capacity(keys.len());
            store.writer.load_by_keys(connection, &keys, &mut |row| rows.push(row))?;
            let other = rows.iter().map(V::Target::key).find(|key| keys.binary_search(key).is_err());
            other.map_or(Ok(()), |key| Err(spelled_otherwise::<V>(RowName::new(V::Target::meta(), &key))))?;
            rows.into_iter().try_for_each(|row| store.arena.take_in(row).map(drop))?;
            store.catch_up(connection)
        })
    }

    /// The row that a row refers to, as memory has it.
    pub(crate) fn lead<V>(&self, owner: u32) -> Result<Option<u32>>
    where
        V: ToOne<Owner: Entity<B>, Target: Entity<B>>,
    {
        let Some(slot) = self.lead_slot::<V>(owner)? else { return Ok(None) };
        match self.map.arena::<V::Target>().and_then(|arena| arena.slot(slot)) {
            Some(Slot::Draft(_)) => Err(Error::NotWritten { entity: V::Target::meta().name }),
            _ => Ok(Some(slot)),
        }
    }

    /// The row or draft that a row refers to.
    fn lead_slot<V>(&self, owner: u32) -> Result<Option<u32>>
    where
        V: ToOne<Owner: Entity<B>, Target: Entity<B>>,
    {
        let holders = self.map.arena::<V::Owner>();
        let lead = holders.map_or(Lead::Nothing, |arena| arena.lead::<V::Target>(owner, V::INDEX));
        let targets = self.map.arena::<V::Target>();
        let removed = |key: &<V::Target as Model>::Key| Error::Removed(RowName::new(V::Target::meta(), key));
        let slot = match lead {
            Lead::Nothing => return Ok(None),
            Lead::Slot(slot) => slot,
            Lead::Key(key) => match targets.map(|arena| arena.find(&key)) {
                Some(Found::Row(slot)) => slot,
                Some(Found::Leaving) => return Err(removed(&key)),
                _ => return Err(not_loaded::<V>()),
            },
        };
        match targets.and_then(|arena| arena.slot(slot)) {
            Some(Slot::Draft(_)) => Ok(Some(slot)),
            Some(Slot::Row(row)) => match row.status {
                Status::Stored | Status::Unwritten => Ok(Some(slot)),
                Status::Detached => Err(not_loaded::<V>()),
                Status::Leaving | Status::Withdrawn | Status::Deleted => Err(removed(&row.base().key())),
            },
            _ => Err(not_loaded::<V>()),
        }
    }

    /// The rows and drafts in memory that refer to a row, in the order in which they came there.
    pub(crate) fn referring<V>(&self, owner: u32) -> Vec<u32>
    where
        V: ToOne<Owner: Entity<B>, Target: Entity<B>>,
    {
        let Some(holders) = self.map.arena::<V::Owner>() else { return Vec::new() };
        let key = self.map.arena::<V::Target>().and_then(|arena| arena.key_of(owner));
        holders.referring::<V::Target>(V::INDEX, owner, key.as_ref())
    }

    /// Those of them that can be read.
    pub(crate) fn referring_rows<V>(&self, owner: u32) -> Vec<u32>
    where
        V: ToOne<Owner: Entity<B>, Target: Entity<B>>,
    {
        let mut slots = self.referring::<V>(owner);
        slots.retain(|&slot| self.is_row::<V::Owner>(slot));
        slots
    }

    /// The rows and drafts in memory that are linked to a row, each after the one in between, in the order of those.
    pub(crate) fn linked<N, F, S>(&self, owner: u32) -> Vec<(u32, u32)>
    where
        N: ToOne<Owner: Entity<B>, Target: Entity<B>>,
        F: ToOne<Owner = N::Owner, Target: Entity<B>>,
        S: Order<N::Owner, B>,
    {
        let between = self.referring::<N>(owner).into_iter();
        let mut linked: Vec<_> =
            between.filter_map(|slot| Some((slot, self.lead_slot::<F>(slot).ok().flatten()?))).collect();
        S::sort(self, &mut linked, |&(slot, _)| slot);
        linked
    }

    /// Those linked that can be read, each once.
    pub(crate) fn linked_rows<N, F, S>(&self, owner: u32) -> Vec<u32>
    where
        N: ToOne<Owner: Entity<B>, Target: Entity<B>>,
        F: ToOne<Owner = N::Owner, Target: Entity<B>>,
        S: Order<N::Owner, B>,
    {
        let mut seen = HashSet::new();
        let linked = self.linked::<N, F, S>(owner).into_iter().map(|(_, target)| target);
        linked.filter(|&slot| self.is_row::<F::Target>(slot) && seen.insert(slot)).collect()
    }

    pub(crate) fn is_row<E: Entity<B>>(&self, slot: u32) -> bool {
        let slot = self.map.arena::<E>().and_then(|arena| arena.slot(slot));
        matches!(slot, Some(Slot::Row(_)))
    }

    /// Points a relation of a row or draft at a row, or at nothing.
    pub(crate) fn point<V>(&mut self, slot: u32, owner: Option<u32>) -> Result<()>
    where
        V: ToOne<Owner: Entity<B>, Target: Entity<B>>,
    {
        let key = match owner {
            Some(owner) => self.map.arena_mut::<V::Target>().link_target(owner)?,
            None => None,
        };
        let end = match (owner, &key) {
            (None, _) => DraftTarget::Nothing,
            (Some(_), Some(key)) => DraftTarget::Key(key),
            (Some(owner), None) => DraftTarget::Slot(TypeId::of::<V::Target>(), owner),
        };
        match self.is_draft::<V::Owner>(slot) {
            true => New::point::<B, V::Owner>(self, slot, V::INDEX, end),
            false => Managed::point::<B, V::Owner>(self, slot, V::INDEX, end),
        }
    }

    /// Removes a row, or forgets a draft.
    pub(crate) fn give_up<E: Entity<B>>(&mut self, slot: u32) -> Result<()> {
        let now = self.map.tick();
        let is_draft = self.is_draft::<E>(slot);
        let arena = self.map.arena_mut::<E>();
        if is_draft { arena.forget(slot).map(drop) } else { arena.remove(slot, now) }
    }
}

/// Refuses a row that refers to another by a key which memory does not take for that row's: memory would lose it.
fn check_spelling<V: ToOne>(
    row: &V::Owner,
    is_known: impl Fn(&<V::Target as Model>::Key) -> bool,
) -> Result<()> {
    match reference_of::<V>(row).is_none_or(|key| is_known(&key)) {
        true => Ok(()),
        false => Err(spelled_otherwise::<V>(RowName::new(V::Owner::meta(), &row.key()))),
    }
}

/// The columns of a relation.
pub(crate) fn columns_of<V: ToOne>() -> &'static [usize] {
    V::Owner::meta().relations.get(V::INDEX).map_or(&[], |relation| relation.columns)
}

/// The key that a relation of a row holds.
pub(crate) fn reference_of<V: ToOne>(row: &V::Owner) -> Option<<V::Target as Model>::Key> {
    let mut found = None;
    row.visit_reference(V::INDEX, &mut |_, key| found = key.downcast_ref().cloned());
    found
}

pub(crate) fn spelled_otherwise<V: Relation>(row: RowName) -> Error {
    Error::KeySpelling { entity: V::Owner::meta().name, relation: V::NAME, row }
}
