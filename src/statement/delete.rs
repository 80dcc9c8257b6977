//! Executes the DELETEs of a plan for one entity: every row that was to go is checked, and named when it is missing.

use diesel::connection::Connection;

use super::fragment::{ByKey, Cached};
use super::text::Shape;
use super::write::{Writer, database};
use crate::backend::{Backend, Returning};
use crate::entity::{Bind, Entity};
use crate::error::{Error, Result};
use crate::identity::{Arena, Slot};

impl<E: Entity<B>, B: Backend> Writer<E, B> {
    /// How many rows go into one DELETE.
    pub(crate) fn delete_size() -> usize {
        // A version is compared a row at a time, and so is a key of several columns.
        let dialect = B::dialect();
        if E::meta().version.is_some() || E::meta().key.len() > 1 {
            return 1;
        }
        dialect.delete_rows.min(dialect.max_binds).max(1)
    }

    pub(crate) fn delete(
        &mut self,
        connection: &mut B::Connection,
        arena: &Arena<E, B>,
        slots: &[u32],
    ) -> Result<()> {
        let size = Self::delete_size();
        for chunk in slots.chunks(size) {
            let keys: Vec<E::Key> =
                chunk.iter().filter_map(|&slot| arena.slot(slot)?.with_key(Clone::clone)).collect();
            let cached = if chunk.len() == 1 || chunk.len() == size { Cached::Yes } else { Cached::No };
            match chunk {
                [slot] => self.delete_one(connection, arena, *slot, &keys)?,
                _ => self.delete_many(connection, arena, chunk, &keys, cached)?,
            }
        }
        Ok(())
    }

    fn delete_one(
        &mut self,
        connection: &mut B::Connection,
        arena: &Arena<E, B>,
        slot: u32,
        keys: &[E::Key],
    ) -> Result<()> {
        let row = arena.slot(slot).and_then(Slot::row);
        let version = row.zip(E::meta().version).map(|(row, column)| (row.base() as &dyn Bind<_>, column));
        let text = self.text(Shape::Delete { rows: 1, check: version.is_some() })?;
        let statement = ByKey::<E, B> { text: &text, cached: Cached::Yes, keys, version };
        match connection.execute_returning_count(&statement).map_err(database::<B>)? {
            1 => Ok(()),
            _ => Err(Error::Stale(arena.name_of(slot))),
        }
    }

    fn delete_many(
        &mut self,
        connection: &mut B::Connection,
        arena: &Arena<E, B>,
        slots: &[u32],
        keys: &[E::Key],
        cached: Cached,
    ) -> Result<()> {
        let rows = slots.len();
        let mut there = Vec::with_capacity(rows);
        let delete = self.text(Shape::Delete { rows, check: false })?;
        let delete = ByKey::<E, B> { text: &delete, cached, keys, version: None };
        match B::dialect().returning {
            Returning::Clause => {
                E::load_keys(connection, &delete, &mut |key| there.push(key)).map_err(database::<B>)?;
                check(arena, slots, keys, &there)
            }
            Returning::Select(_) => {
                // Once they are gone, nothing tells which of them were there: they are locked and looked at before.
                let lock = self.text(Shape::Lock { rows })?;
                let lock = ByKey::<E, B> { text: &lock, cached, keys, version: None };
                E::load_keys(connection, &lock, &mut |key| there.push(key)).map_err(database::<B>)?;
                check(arena, slots, keys, &there)?;
                match connection.execute_returning_count(&delete).map_err(database::<B>)? {
                    count if count == rows => Ok(()),
                    _ => Err(missing(arena, slots.first())),
                }
            }
        }
    }
}

/// Whether all of the rows were there.
fn check<E: Entity<B>, B: Backend>(
    arena: &Arena<E, B>,
    slots: &[u32],
    keys: &[E::Key],
    there: &[E::Key],
) -> Result<()> {
    if there.len() == slots.len() {
        return Ok(());
    }
    let gone = slots.iter().zip(keys).find(|(_, key)| !there.contains(key));
    Err(missing(arena, gone.map(|(slot, _)| slot)))
}

fn missing<E: Entity<B>, B: Backend>(arena: &Arena<E, B>, slot: Option<&u32>) -> Error {
    Error::Stale(arena.name_of(slot.copied().unwrap_or(u32::MAX)))
}
