//! `find`, `find_many`: rows by key.

use hashbrown::HashSet;

use crate::backend::Backend;
use crate::entity::{Entity, IntoKey, Model};
use crate::error::{Error, Result};
use crate::handle::{Handle, Managed, State};
use crate::identity::Found;
use crate::relation::Loaded;
use crate::session::core::Core;
use crate::session::{FlushMode, UnitOfWork};

impl<'s, B: Backend, A: ?Sized> UnitOfWork<'s, B, A> {
    /// The row of that key: out of memory without SQL, or with one SELECT.
    ///
    /// `None` when there is no such row, and when its removal is scheduled. That a row is missing is not remembered.
    /// On a miss, drafts of this entity that wait for their row are flushed before the SELECT, except in
    /// [`FlushMode::Commit`].
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// let by_key = session.find::<Author>(1)?.required()?;
    /// let again = session.find::<Author>(session.key(&by_key))?.required()?; // no SQL
    /// assert!(session.same(&by_key, &again));
    /// assert!(session.find::<Author>(99)?.is_none());
    /// # Ok(())
    /// # }) }
    /// ```
    ///
    /// # Errors
    ///
    /// What the database reports, and what a flush returns.
    pub fn find<E: Entity<B>>(&mut self, key: impl IntoKey<E>) -> Result<Option<Handle<'s, E, Managed>>> {
        let slot = self.core.find::<E>(&key.into_key())?;
        Ok(slot.map(|slot| self.handle(slot)))
    }

    /// The rows of those keys, in their order, with one SELECT for all that are not in memory (per 500 keys).
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// let found = session.find_many::<Author, _>([1, 99])?;
    /// assert!(found[0].is_some() && found[1].is_none());
    /// # Ok(())
    /// # }) }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`find`](Self::find).
    pub fn find_many<E: Entity<B>, K: IntoKey<E>>(
        &mut self,
        keys: impl IntoIterator<Item = K>,
    ) -> Result<Vec<Option<Handle<'s, E, Managed>>>> {
        let keys: Vec<E::Key> = keys.into_iter().map(IntoKey::into_key).collect();
        self.core.load_missing::<E>(&keys)?;
        let arena = self.core.map.arena_mut::<E>();
        let slots: Vec<Option<u32>> = keys
            .iter()
            .map(|key| match arena.find(key) {
                Found::Row(slot) => Some(slot),
                _ => None,
            })
            .collect();
        Ok(slots.into_iter().map(|slot| slot.map(|slot| self.handle(slot))).collect())
    }
}

impl<B: Backend> Core<B> {
    pub(crate) fn find<E: Entity<B>>(&mut self, key: &E::Key) -> Result<Option<u32>> {
        match self.map.arena_mut::<E>().find(key) {
            Found::Row(slot) => return Ok(Some(slot)),
            Found::Leaving => return Ok(None),
            Found::Unloaded | Found::Unknown => {}
        }
        self.flush_drafts::<E>()?;
        if let Found::Row(slot) = self.map.arena_mut::<E>().find(key) {
            return Ok(Some(slot));
        }
        self.run(|connection, map| {
            let store = map.store_mut::<E>();
            let row = store.writer.load_by_key(connection, key)?;
            row.map_or(Ok(None), |row| store.arena.take_in(row))
        })
    }

    fn load_missing<E: Entity<B>>(&mut self, keys: &[E::Key]) -> Result<()> {
        let is_missing = |core: &mut Self, key: &E::Key| {
            matches!(core.map.arena_mut::<E>().find(key), Found::Unloaded | Found::Unknown)
        };
        if !keys.iter().any(|key| is_missing(self, key)) {
            return Ok(());
        }
        self.flush_drafts::<E>()?;
        let mut asked = HashSet::new();
        let missing: Vec<E::Key> = keys
            .iter()
            .filter(|key| is_missing(self, key) && asked.insert((*key).clone()))
            .cloned()
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        self.run(|connection, map| {
            let store = map.store_mut::<E>();
            let mut rows = Vec::with_capacity(missing.len());
            store.writer.load_by_keys(connection, &missing, &mut |row| rows.push(row))?;
            rows.into_iter().try_for_each(|row| store.arena.take_in(row).map(|_| ()))
        })
    }

    /// A draft may be the very row that is looked for, once its key is made.
    pub(super) fn flush_drafts<E: Entity<B>>(&mut self) -> Result<()> {
        if self.flush_mode != FlushMode::Commit && self.map.arena_mut::<E>().has_drafts() {
            self.flush()?;
        }
        Ok(())
    }
}

/// Turns "there may be none" into an error that names the entity.
pub trait Required {
    /// What is there.
    type Found;

    /// What is there.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is nothing.
    fn required(self) -> Result<Self::Found>;
}

impl<'s, E: Model, S: State> Required for Option<Handle<'s, E, S>> {
    type Found = Handle<'s, E, S>;

    fn required(self) -> Result<Self::Found> {
        self.ok_or(Error::NotFound { entity: E::meta().name })
    }
}

impl<'s, E: Model, W> Required for Option<Loaded<'s, E, W>> {
    type Found = Loaded<'s, E, W>;

    fn required(self) -> Result<Self::Found> {
        self.ok_or(Error::NotFound { entity: E::meta().name })
    }
}

impl<'s, E: Model, S: State> Required for Vec<Option<Handle<'s, E, S>>> {
    type Found = Vec<Handle<'s, E, S>>;

    fn required(self) -> Result<Self::Found> {
        self.into_iter().map(Required::required).collect()
    }
}
