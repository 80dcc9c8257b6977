//! The identity map of a session: one arena for each entity type that it has met.

use std::any::{Any, TypeId};

use super::store::{EntityStore, Store};
use crate::backend::{Backend, Dialect};
use crate::database::Database;
use crate::entity::Entity;
use crate::error::{Unflushed, UnflushedEntity};
use crate::identity::{Arena, FrameKind};
use crate::stop::Stop;

/// A store, by its place in the session.
pub(crate) type StoreId = usize;

/// The rows of a session by entity, in the order in which their entities were first met.
pub(crate) struct IdentityMap<B: Backend> {
    stores: Vec<(TypeId, Box<dyn Store<B>>)>,
    frames: Vec<FrameKind>,
    clock: u64,
    /// Whether a checkpoint is open, see [`Arena::open_checkpoint`].
    has_checkpoint: bool,
    database: Database<B>,
    stop: Stop,
}

impl<B: Backend> IdentityMap<B> {
    pub(crate) const fn new(database: Database<B>, stop: Stop) -> Self {
        Self { stores: Vec::new(), frames: Vec::new(), clock: 0, has_checkpoint: false, database, stop }
    }

    pub(crate) const fn dialect(&self) -> &'static Dialect {
        self.database.dialect
    }

    pub(crate) fn store<E: Entity<B>>(&self) -> Option<&EntityStore<E, B>> {
        let (_, store) = self.stores.iter().find(|(id, _)| *id == TypeId::of::<E>())?;
        let any: &dyn Any = &**store;
        any.downcast_ref()
    }

    /// The store of `E`, made on first use.
    #[expect(clippy::expect_used, reason = "the store was found, or made, under its own type's id")]
    pub(crate) fn store_mut<E: Entity<B>>(&mut self) -> &mut EntityStore<E, B> {
        let id = TypeId::of::<E>();
        let at = self.stores.iter().position(|(other, _)| *other == id).unwrap_or_else(|| {
            let mut store = EntityStore::<E, B>::new(&self.frames, self.database.clone(), self.stop.clone());
            if self.has_checkpoint {
                store.arena.open_checkpoint();
            }
            self.stores.push((id, Box::new(store)));
            self.stores.len() - 1
        });
        let any: Option<&mut dyn Any> =
            self.stores.get_mut(at).map(|(_, store)| &mut **store as &mut dyn Any);
        any.and_then(|any| any.downcast_mut()).expect("a store of this entity")
    }

    pub(crate) fn arena<E: Entity<B>>(&self) -> Option<&Arena<E, B>> {
        self.store::<E>().map(|store| &store.arena)
    }

    pub(crate) fn arena_mut<E: Entity<B>>(&mut self) -> &mut Arena<E, B> {
        &mut self.store_mut::<E>().arena
    }

    /// A number that grows with every pending change, to keep entities in the order of registration.
    pub(crate) const fn tick(&mut self) -> u64 {
        self.clock += 1;
        self.clock
    }

    pub(crate) fn id_of(&self, entity: TypeId) -> Option<StoreId> {
        self.stores.iter().position(|(id, _)| *id == entity)
    }

    pub(crate) fn type_of(&self, id: StoreId) -> Option<TypeId> {
        self.stores.get(id).map(|(entity, _)| *entity)
    }

    pub(crate) fn get(&self, id: StoreId) -> Option<&dyn Store<B>> {
        self.stores.get(id).map(|(_, store)| &**store)
    }

    pub(crate) fn get_mut(&mut self, id: StoreId) -> Option<&mut (dyn Store<B> + 'static)> {
        self.stores.get_mut(id).map(|(_, store)| &mut **store)
    }

    /// Two different stores: one to read, one to write.
    pub(crate) fn get_pair(
        &mut self,
        read: StoreId,
        write: StoreId,
    ) -> Option<(&dyn Store<B>, &mut (dyn Store<B> + 'static))> {
        let [(_, read), (_, write)] = self.stores.get_disjoint_mut([read, write]).ok()?;
        Some((&**read, &mut **write))
    }

    /// The stores that may have something to flush, those registered first before the others.
    pub(crate) fn pending(&self) -> Vec<StoreId> {
        let mut pending: Vec<_> =
            self.stores.iter().enumerate().filter(|(_, (_, store))| store.has_pending()).collect();
        pending.sort_by_key(|(_, (_, store))| store.first_pending());
        pending.into_iter().map(|(id, _)| id).collect()
    }

    pub(crate) fn has_pending(&self) -> bool {
        self.stores.iter().any(|(_, store)| store.has_pending())
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut (dyn Store<B> + 'static)> {
        self.stores.iter_mut().map(|(_, store)| &mut **store)
    }

    pub(crate) fn open_frame(&mut self, kind: FrameKind) {
        self.frames.push(kind);
        for (_, store) in &mut self.stores {
            store.open_frame(kind);
        }
    }

    pub(crate) fn close_frame(&mut self) {
        self.frames.pop();
        for (_, store) in &mut self.stores {
            store.close_frame();
        }
    }

    pub(crate) fn undo_frame(&mut self) {
        self.frames.pop();
        for (_, store) in &mut self.stores {
            store.undo_frame();
        }
    }

    /// From here on every change in memory can be put back.
    pub(crate) fn open_checkpoint(&mut self) {
        self.has_checkpoint = true;
        self.iter_mut().for_each(Store::open_checkpoint);
    }

    /// What was changed since the checkpoint stays.
    pub(crate) fn drop_checkpoint(&mut self) {
        self.has_checkpoint = false;
        self.iter_mut().for_each(Store::drop_checkpoint);
    }

    /// Memory is what it was at the checkpoint.
    pub(crate) fn restore_checkpoint(&mut self) {
        self.has_checkpoint = false;
        self.iter_mut().for_each(Store::restore_checkpoint);
    }

    pub(crate) fn discard(&mut self) {
        for (_, store) in &mut self.stores {
            store.discard();
        }
    }

    pub(crate) fn unflushed(&self) -> Option<Unflushed> {
        let entities: Vec<UnflushedEntity> =
            self.stores.iter().filter_map(|(_, store)| store.unflushed()).collect();
        (!entities.is_empty()).then(|| Unflushed { entities: entities.into() })
    }
}
