//! Rows that relations lead to, chosen by criteria for several owners at once.

use std::rc::Rc;

use hashbrown::{HashMap, HashSet};

use super::core::Core;
use super::relations::{columns_of, reference_of, spelled_otherwise};
use crate::backend::Backend;
use crate::criteria::{Related, Select};
use crate::entity::{Entity, Model};
use crate::error::{Result, RowName};
use crate::identity::Found;
use crate::relation::ToOne;
use crate::statement::{LinkTable, Text, Way, database, sql_of};

impl<B: Backend> Core<B> {
    /// Of the rows that refer to each of these, those that fulfil criteria.
    pub(crate) fn choose_referring<V>(
        &mut self,
        owners: &[u32],
        select: Select<V::Owner>,
    ) -> Result<Vec<Vec<u32>>>
    where
        V: ToOne<Owner: Entity<B>, Target: Entity<B>>,
    {
        let mut chosen = Chosen::of::<V::Target, B>(self, owners);
        self.choose::<V::Owner, V, V::Owner>(&mut chosen, select, &Way::referring::<V>(), |row| {
            Some(row.key())
        })?;
        Ok(chosen.slots::<V::Owner, B>(self))
    }

    /// Of the rows that are linked to each of these, those that fulfil criteria.
    pub(crate) fn choose_linked<N, F>(
        &mut self,
        owners: &[u32],
        select: Select<F::Target>,
    ) -> Result<Vec<Vec<u32>>>
    where
        N: ToOne<Owner: Entity<B>, Target: Entity<B>>,
        F: ToOne<Owner = N::Owner, Target: Entity<B>>,
    {
        let mut chosen = Chosen::of::<N::Target, B>(self, owners);
        self.choose::<F::Target, N, F::Target>(
            &mut chosen,
            select,
            &Way::linked::<N, F>(),
            reference_of::<F>,
        )?;
        let mut keys: Vec<_> = chosen.rows.iter().map(|(_, key)| key.clone()).collect();
        keys.sort_unstable();
        keys.dedup();
        self.load_ends::<F>(keys)?;
        Ok(chosen.slots::<F::Target, B>(self))
    }

    /// Runs the SELECTs for all owners. They give rows of `V::Owner`, of which `key_of` tells the row that is chosen.
    fn choose<E, V, K>(
        &mut self,
        chosen: &mut Chosen<<V::Target as Model>::Key, K::Key>,
        select: Select<E>,
        way: &Way<B>,
        key_of: impl Fn(&V::Owner) -> Option<K::Key>,
    ) -> Result<()>
    where
        E: Entity<B>,
        V: ToOne<Owner: Entity<B>, Target: Entity<B>>,
        K: Model,
    {
        let dialect = self.map.dialect();
        let select = Rc::new(select);
        let most = dialect.max_binds.saturating_sub(select.binds()) / V::Target::meta().key.len().max(1);
        let keys: Vec<_> = chosen.places.keys().cloned().collect();
        let mut is_flushed = false;
        for keys in keys.chunks(most.max(1)) {
            let statement = Related::<E, V::Target, B>::of_each(&select, way, keys.to_vec(), dialect);
            if !std::mem::replace(&mut is_flushed, true) {
                self.flush_before(None, || sql_of::<B>(&statement).map_err(database::<B>))?;
            }
            self.run(|connection, map| {
                let store = map.store_mut::<V::Owner>();
                let mut rows = Vec::new();
                <V::Owner as Entity<B>>::load(connection, &statement, &mut |row| {
                    rows.push(row);
                    true
                })
                .map_err(database::<B>)?;
                for row in rows {
                    let owner = reference_of::<V>(&row).filter(|owner| chosen.places.contains_key(owner));
                    let Some(owner) = owner else {
                        return Err(spelled_otherwise::<V>(RowName::new(V::Owner::meta(), &row.key())));
                    };
                    chosen.rows.extend(key_of(&row).map(|key| (owner, key)));
                    store.arena.take_in(row)?;
                }
                store.catch_up(connection)
            })?;
        }
        Ok(())
    }
}

impl<B: Backend> Way<B> {
    /// To the rows that refer to an owner.
    pub(crate) fn referring<V: ToOne>() -> Self {
        Self { holder: columns_of::<V>(), link: None }
    }

    /// To the rows that rows in between link to an owner.
    pub(crate) fn linked<N, F>() -> Self
    where
        N: ToOne<Owner: Entity<B>>,
        F: ToOne<Owner = N::Owner>,
    {
        let link =
            LinkTable { meta: N::Owner::meta(), table: Text::table::<N::Owner>, to: columns_of::<F>() };
        Self { holder: columns_of::<N>(), link: Some(link) }
    }
}

/// Where the rows of each owner go, and which were chosen, in the order in which they came.
struct Chosen<O, K> {
    owners: usize,
    places: HashMap<O, Vec<usize>>,
    rows: Vec<(O, K)>,
}

impl<O: Clone + Eq + std::hash::Hash, K> Chosen<O, K> {
    fn of<P: Entity<B, Key = O>, B: Backend>(core: &mut Core<B>, owners: &[u32]) -> Self {
        let arena = core.map.arena_mut::<P>();
        let mut places = HashMap::<O, Vec<usize>>::with_capacity(owners.len());
        for (place, &owner) in owners.iter().enumerate() {
            if let Some(key) = arena.key_of(owner) {
                places.entry(key).or_default().push(place);
            }
        }
        Self { owners: owners.len(), places, rows: Vec::new() }
    }

    /// The rows of each owner, each once; without those whose removal is scheduled.
    fn slots<E: Entity<B, Key = K>, B: Backend>(self, core: &mut Core<B>) -> Vec<Vec<u32>> {
        let arena = core.map.arena_mut::<E>();
        let mut slots = vec![Vec::new(); self.owners];
        let mut seen = HashSet::new();
        for (owner, key) in &self.rows {
            let Found::Row(slot) = arena.find(key) else { continue };
            for &place in self.places.get(owner).into_iter().flatten() {
                if let Some(slots) = slots.get_mut(place)
                    && seen.insert((place, slot))
                {
                    slots.push(slot);
                }
            }
        }
        slots
    }
}
