//! DELETE: rows by key, several at once; a row that was not there is named.
//!
//! Where the database tells which rows it deleted, those that it does not name were not there. Elsewhere they are locked
//! and looked at before, since nothing tells afterwards.

use diesel::connection::Connection;
use hashbrown::HashSet;

use super::collect::Refused;
use super::fragment::{Cached, Known, Statement};
use super::load::execute;
use super::many::{Keyed, Layout, Listed, Versions};
use super::text::{Count, Selected, Shape};
use super::write::{Writer, database, stale};
use crate::backend::{Backend, KeyedShape, Returning};
use crate::entity::{Bind, ColumnSet, Entity};
use crate::error::{Error, Result};
use crate::identity::{Arena, Slot};

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
    ) -> Result<()> {
        // References have no version to compare: they are deleted whatever it is.
        let is_loaded = |slot| arena.slot(slot).is_some_and(|slot| slot.row().is_some());
        for alike in slots.chunk_by(|&a, &b| is_loaded(a) == is_loaded(b)) {
            let (_, size) = self.keyed();
            for chunk in alike.chunks(size) {
                let deleted = match chunk {
                    [slot] => self.delete_one(connection, arena, *slot).map_err(Refused::from),
                    _ => self.delete_many(connection, arena, chunk),
                };
                if let Err(error) = deleted {
                    self.again(error, chunk, &mut |writer, slots| writer.delete(connection, arena, slots))?;
                }
            }
        }
        Ok(())
    }

    fn delete_one(&mut self, connection: &mut B::Connection, arena: &Arena<E, B>, slot: u32) -> Result<()> {
        let row = arena.slot(slot).and_then(Slot::row);
        let version = row.zip(E::meta().version).map(|(row, column)| (row.base() as &dyn Bind<_>, column));
        let text = self.text(Shape::Delete { rows: Count::ONE, check: version.is_some() })?;
        let Some(key) = arena.key_of(slot) else { return Err(stale(arena, Some(slot))) };
        let known = Known::<E, B> { key: &key, version };
        let statement = Statement { text: &text, cached: Cached::Yes, values: &known };
        match execute::<B>(connection, &statement).map_err(database::<B>)? {
            1 => Ok(()),
            _ => Err(stale(arena, Some(slot))),
        }
    }

    fn delete_many(
        &mut self,
        connection: &mut B::Connection,
        arena: &Arena<E, B>,
        slots: &[u32],
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
            self.look_before(connection, arena, slots, &keys)?;
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
                missing(arena, slots, &keys, &deleted)?;
            }
            Returning::Select(_) => {
                let count = connection.execute_returning_count(&statement).map_err(database::<B>)?;
                if count != keys.len() {
                    return Err(stale(arena, slots.first().copied()).into());
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
    ) -> Result<(), Refused> {
        let Some(version) = E::meta().version else {
            let shape = Shape::Select { columns: Selected::Key, rows: Count::Listed(keys.len()), lock: true };
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
            return Ok(missing(arena, slots, keys, &there)?);
        };
        let there = self.load_locked(connection, keys)?;
        let version = ColumnSet::only(version);
        for (&slot, key) in slots.iter().zip(keys) {
            let known = arena.slot(slot).and_then(Slot::row);
            let is_there = there
                .get(key)
                .is_some_and(|row| known.is_none_or(|known| !row.changes(known.base()).intersects(version)));
            if !is_there {
                return Err(stale(arena, Some(slot)).into());
            }
        }
        Ok(())
    }

    /// How many keys go into one statement, and how they stand in it.
    pub(super) fn keyed(&self) -> (Layout, usize) {
        let dialect = self.database.dialect;
        let (layout, rows) = match dialect.keyed {
            KeyedShape::Arrays { rows, .. } if !self.has_no_arrays => return (Layout::Arrays, rows.max(1)),
            KeyedShape::Arrays { list, .. } => (Layout::Listed, list),
            KeyedShape::List { rows, .. } => (Layout::Listed, rows),
        };
        // The key and the version.
        (layout, rows.min(dialect.max_binds / (E::meta().key.len() + 1)).max(1))
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

/// Whether all of the rows were there.
fn missing<E: Entity<B>, B: Backend>(
    arena: &Arena<E, B>,
    slots: &[u32],
    keys: &[E::Key],
    there: &HashSet<E::Key>,
) -> Result<()> {
    // Counted first: a database may spell a key otherwise than memory does.
    let gone = slots.iter().zip(keys).find(|(_, key)| there.len() < keys.len() && !there.contains(*key));
    match gone {
        None => Ok(()),
        Some((&slot, _)) => Err(stale(arena, Some(slot))),
    }
}
