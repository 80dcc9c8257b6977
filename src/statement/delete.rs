//! DELETE: rows by key, several at once; a row that was not there is named.
//!
//! Where the database tells which rows it deleted, those that it does not name were not there. Elsewhere they are locked
//! and looked at before, since nothing tells afterwards.
//!
//! A row may not be there because the database took it along with another that the same flush deleted: a cascade by a
//! foreign key that no relation declares, or a trigger. What tells the two apart is a look at the rows after the rollback
//! (`Writer::look_again`): another writer's doing is still done then. A flush that only tripped over its own runs once
//! more, and a row that is [gone](Missing::Expected) is deleted.

use std::hash::Hash;

use diesel::connection::Connection;
use hashbrown::HashSet;

use super::collect::Refused;
use super::fragment::{Cached, Known, Statement};
use super::load::execute;
use super::many::{Keyed, Layout, Listed, Versions};
use super::text::{Count, Hold, Selected, Shape};
use super::write::{Suspects, Writer, database, stale};
use crate::backend::{Backend, KeyedShape, Returning};
use crate::entity::{Bind, ColumnSet, Entity};
use crate::error::{Error, Result};
use crate::identity::{Arena, Slot};

/// What it means that a row to delete is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    /// Another writer was faster.
    IsStale,
    /// Another writer was faster, or this flush took it along with another row.
    Unclear,
    /// This flush took it along with another row. One that is there in another version is stale all the same.
    Expected,
}

impl<E: Entity<B>, B: Backend> Writer<E, B> {
    /// How many statements the DELETEs of so many rows take.
    pub(crate) fn delete_statements(&self, rows: usize) -> usize {
        let looks_before = rows > 1 && matches!(self.database.dialect.returning, Returning::Select(_));
        let (_, size) = self.keyed();
        rows.div_ceil(size) * if looks_before { 2 } else { 1 }
    }

    pub(crate) fn delete(
        &mut self,
        connection: &mut B::Connection,
        arena: &Arena<E, B>,
        slots: &[u32],
        missing: Missing,
    ) -> Result<()> {
        // References have no version to compare: they are deleted whatever it is.
        let is_loaded = |slot| arena.slot(slot).is_some_and(|slot| slot.row().is_some());
        for alike in slots.chunk_by(|&a, &b| is_loaded(a) == is_loaded(b)) {
            let (_, size) = self.keyed();
            for chunk in alike.chunks(size) {
                let deleted = match chunk {
                    [slot] => self.delete_one(connection, arena, *slot, missing).map_err(Refused::from),
                    _ => self.delete_many(connection, arena, chunk, missing),
                };
                if let Err(error) = deleted {
                    self.again(error, chunk, &mut |writer, slots| {
                        writer.delete(connection, arena, slots, missing)
                    })?;
                }
            }
        }
        Ok(())
    }

    fn delete_one(
        &mut self,
        connection: &mut B::Connection,
        arena: &Arena<E, B>,
        slot: u32,
        missing: Missing,
    ) -> Result<()> {
        let row = arena.slot(slot).and_then(Slot::row);
        let version = row.zip(E::meta().version).map(|(row, column)| (row.base() as &dyn Bind<_>, column));
        let text = self.text(Shape::Delete { rows: Count::ONE, check: version.is_some() })?;
        let Some(key) = arena.key_of(slot) else { return Err(stale(arena, Some(slot))) };
        let known = Known::<E, B> { key: &key, version };
        let statement = Statement { text: &text, cached: Cached::Yes, values: &known };
        match execute::<B>(connection, &statement).map_err(database::<B>)? {
            1 => Ok(()),
            _ => self.missed(connection, arena, &[slot], &[key], missing),
        }
    }

    /// Rows are not there to be deleted, or not in their versions. `slots` and `keys` are theirs.
    fn missed(
        &mut self,
        connection: &mut B::Connection,
        arena: &Arena<E, B>,
        slots: &[u32],
        keys: &[E::Key],
        missing: Missing,
    ) -> Result<()> {
        if slots.is_empty() {
            return Ok(());
        }
        let there = match missing {
            Missing::IsStale | Missing::Unclear => None,
            Missing::Expected => Some(self.load_locked(connection, keys)?),
        };
        let mut rows = slots.iter().zip(keys);
        let stale_row = rows.find(|(_, key)| there.as_ref().is_none_or(|there| there.contains_key(*key)));
        let Some((&slot, _)) = stale_row else { return Ok(()) };
        if missing != Missing::IsStale {
            self.suspects = Some(Suspects { slots: slots.to_vec(), deleted: true });
        }
        Err(stale(arena, Some(slot)))
    }

    fn delete_many(
        &mut self,
        connection: &mut B::Connection,
        arena: &Arena<E, B>,
        slots: &[u32],
        missing: Missing,
    ) -> Result<(), Refused> {
        let (layout, most) = self.keyed();
        let keys: Vec<E::Key> = slots.iter().filter_map(|&slot| arena.key_of(slot)).collect();
        if keys.len() != slots.len() {
            return Err(Error::NotWritten { entity: E::meta().name }.into());
        }
        let (rows, cached) = match layout {
            Layout::Listed => (Count::Listed(keys.len()), Cached::of(keys.len(), most)),
            Layout::Arrays => (Count::Arrays, Cached::Yes),
        };
        // Those of rows that are locked are compared before.
        let versions = match self.database.dialect.returning {
            Returning::Clause => versions_of(arena, slots),
            Returning::Select(_) => None,
        };
        let check = versions.is_some();
        let known = Keyed::<E, B> { keys: &keys, versions };
        if let Returning::Select(_) = self.database.dialect.returning {
            self.look_before(connection, arena, slots, &keys, missing)?;
        }
        let text = self.text(Shape::Delete { rows, check })?;
        let listed = Listed(&known);
        let collected = self.collect(connection, &listed, layout)?;
        let statement = Statement { text: &text, cached, values: collected.as_deref().unwrap_or(&listed) };
        match self.database.dialect.returning {
            Returning::Clause => {
                let mut deleted = HashSet::with_capacity(keys.len());
                E::load_keys(connection, &statement, &mut |key| {
                    deleted.insert(key);
                })
                .map_err(database::<B>)?;
                let (slots, keys) = absent(slots, &keys, &deleted);
                self.missed(connection, arena, &slots, &keys, missing)?;
            }
            Returning::Select(_) => {
                let count = connection.execute_returning_count(&statement).map_err(database::<B>)?;
                if count != keys.len() {
                    self.missed(connection, arena, slots, &keys, missing)?;
                }
            }
        }
        Ok(())
    }

    /// Locks the rows, and finds out whether they are there in their versions.
    fn look_before(
        &mut self,
        connection: &mut B::Connection,
        arena: &Arena<E, B>,
        slots: &[u32],
        keys: &[E::Key],
        missing: Missing,
    ) -> Result<(), Refused> {
        let Some(version) = E::meta().version else {
            let shape = Shape::Select {
                columns: Selected::Key,
                rows: Count::Listed(keys.len()),
                lock: Hold::ForFlush,
            };
            let text = self.text(shape)?;
            let (_, most) = self.keyed();
            let known = Keyed::<E, B> { keys, versions: None };
            let cached = Cached::of(keys.len(), most);
            let query = Statement { text: &text, cached, values: &Listed(&known) };
            let mut there = HashSet::with_capacity(keys.len());
            E::load_keys(connection, &query, &mut |key| {
                there.insert(key);
            })
            .map_err(database::<B>)?;
            let (slots, keys) = absent(slots, keys, &there);
            return Ok(self.missed(connection, arena, &slots, &keys, missing)?);
        };
        let there = self.load_locked(connection, keys)?;
        let version = ColumnSet::only(version);
        let is_there = |slot: u32, key: &E::Key| {
            let known = arena.slot(slot).and_then(Slot::row);
            there
                .get(key)
                .is_some_and(|row| known.is_none_or(|known| !row.changes(known.base()).intersects(version)))
        };
        let (slots, keys) = split(slots, keys, |slot, key| !is_there(slot, key));
        Ok(self.missed(connection, arena, &slots, &keys, missing)?)
    }

    /// How many keys go into one statement, and how they stand in it.
    pub(super) fn keyed(&self) -> (Layout, usize) {
        self.keyed_by(E::meta().key.len())
    }

    /// The same for keys of so many parts.
    pub(super) fn keyed_by(&self, parts: usize) -> (Layout, usize) {
        let dialect = self.database.dialect;
        let (layout, rows) = match dialect.keyed {
            KeyedShape::Arrays { rows, .. } if !self.has_no_arrays => return (Layout::Arrays, rows.max(1)),
            KeyedShape::Arrays { list, .. } => (Layout::Listed, list),
            KeyedShape::List { rows, .. } => (Layout::Listed, rows),
        };
        // The key and the version.
        (layout, rows.min(dialect.max_binds / (parts + 1)).max(1))
    }
}

/// The versions of rows, where all of them have one.
fn versions_of<'a, E: Entity<B>, B: Backend>(
    arena: &'a Arena<E, B>,
    slots: &[u32],
) -> Option<Versions<'a, B::Diesel>> {
    let column = E::meta().version?;
    let rows = slots.iter().map(|&slot| Some(arena.slot(slot)?.row()?.base() as &dyn Bind<_>));
    Some((rows.collect::<Option<_>>()?, column))
}

/// The rows that were not there.
fn absent<K: Clone + Eq + Hash>(slots: &[u32], keys: &[K], there: &HashSet<K>) -> (Vec<u32>, Vec<K>) {
    // Counted first: a database may spell a key otherwise than memory does.
    let some = there.len() < keys.len();
    split(slots, keys, |_, key| some && !there.contains(key))
}

/// The rows for which `test` holds.
fn split<K: Clone>(slots: &[u32], keys: &[K], test: impl Fn(u32, &K) -> bool) -> (Vec<u32>, Vec<K>) {
    let rows = slots.iter().zip(keys).filter(|(slot, key)| test(**slot, key));
    rows.map(|(&slot, key)| (slot, key.clone())).unzip()
}
