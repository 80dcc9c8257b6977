//! Two steps of relations in one statement.

use hashbrown::HashSet;

use super::core::Core;
use crate::backend::Backend;
use crate::entity::{Entity, Model};
use crate::error::{Result, RowName};
use crate::relation::{Down, Hop, Joins, Relation, ToOne, Up};
use crate::statement::{Join, database};

/// The step of a relation.
type HopOf<R, B> = <<R as Relation>::Kind as Joins<R, B>>::Hop;
/// The keys of the rows that a step ends at.
type Ends<H, B> = HashSet<<<H as Hop<B>>::To as Model>::Key>;

impl<B: Backend> Core<B> {
    /// Brings the rows that a relation of these rows leads to into memory, and with the same statement those that a relation of
    /// theirs leads to. Gives the slots of those.
    pub(crate) fn populate_joined<R, Q>(&mut self, owners: &[u32]) -> Result<Vec<u32>>
    where
        R: Relation<Owner: Entity<B>, Target: Entity<B>, Kind: Joins<R, B>>,
        Q: Relation<Owner = R::Target, Target: Entity<B>, Kind: Joins<Q, B>>,
    {
        let loaded = self.join::<HopOf<R, B>, HopOf<Q, B>>(owners)?;
        let between = HopOf::<R, B>::targets(self, owners);
        self.complete::<R>(owners);
        let arena = self.map.arena_mut::<R::Target>();
        let is_loaded = |slot: &u32| arena.key_of(*slot).is_some_and(|key| loaded.contains(&key));
        let (loaded, rest): (Vec<u32>, Vec<u32>) = between.iter().partition(|slot| is_loaded(slot));
        self.complete::<Q>(&loaded);
        // What memory alone has here, or had before.
        if !rest.is_empty() {
            self.populate::<Q>(&rest)?;
        }
        Ok(HopOf::<Q, B>::targets(self, &between))
    }

    /// Brings the rows that rows in between link to these into memory, with those, by one statement. Gives the slots of the former.
    pub(crate) fn populate_through<R, N, F>(&mut self, owners: &[u32]) -> Result<Vec<u32>>
    where
        R: Relation<Owner: Entity<B>, Target: Entity<B>>,
        N: ToOne<Owner: Entity<B>, Target = R::Owner>,
        F: ToOne<Owner = N::Owner, Target = R::Target>,
    {
        self.join::<Down<N>, Up<F>>(owners)?;
        let links = self.referrers::<N>(owners);
        // What memory alone links to is asked for if it is not there.
        let targets = self.load_referred::<F>(&links)?;
        self.complete::<R>(owners);
        Ok(targets)
    }

    fn join<H, J>(&mut self, owners: &[u32]) -> Result<Ends<H, B>>
    where
        H: Hop<B>,
        J: Hop<B, From = H::To>,
    {
        let keys = H::keys(self, owners);
        let join = Join { told: H::told(), on: J::on() };
        let dialect = self.map.dialect();
        let most = dialect.max_binds / H::Told::meta().key.len().max(1);
        let mut loaded = Ends::<H, B>::new();
        for keys in keys.chunks(most.max(1)) {
            self.run(|connection, map| {
                let mut rows = Vec::new();
                join.load::<H::Told, H::To, J::To, B>(connection, keys, dialect, &mut |near, far| {
                    rows.push((near, far));
                })
                .map_err(database::<B>)?;
                for (near, far) in rows {
                    if !H::is_told(&near, keys) {
                        return Err(H::spelled_otherwise(RowName::new(H::To::meta(), &near.key())));
                    }
                    if let Some(far) = far {
                        if !J::is_related(&near, &far) {
                            return Err(J::spelled_otherwise(RowName::new(J::To::meta(), &far.key())));
                        }
                        map.arena_mut::<J::To>().take_in(far)?;
                    }
                    if loaded.insert(near.key()) {
                        map.arena_mut::<H::To>().take_in(near)?;
                    }
                }
                map.store_mut::<H::To>().catch_up(connection)?;
                map.store_mut::<J::To>().catch_up(connection)
            })?;
        }
        Ok(loaded)
    }
}
