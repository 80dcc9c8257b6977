//! DELETE: rows by key, several at once where the database says which it deleted.

use diesel::connection::Connection;

use super::fragment::{ByKey, Cached};
use super::text::Shape;
use super::write::{Writer, database, stale};
use crate::backend::Backend;
use crate::entity::{Bind, Entity};
use crate::error::Result;
use crate::identity::{Arena, Slot};

impl<E: Entity<B>, B: Backend> Writer<E, B> {
    /// How many rows go into one DELETE.
    pub(crate) fn delete_size() -> usize {
        // A row is named in the error when it is missing: several at once only where the database says which it
        // deleted. A version is compared a row at a time, and so is a key of several columns.
        let dialect = B::dialect();
        if !dialect.returning || E::meta().version.is_some() || E::meta().key.len() > 1 {
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
            let version = match (chunk, E::meta().version) {
                ([slot], Some(column)) => arena
                    .slot(*slot)
                    .and_then(Slot::row)
                    .map(|row| (row.base() as &dyn Bind<B::Diesel>, column)),
                _ => None,
            };
            let shape = Shape::Delete { rows: chunk.len(), check: version.is_some() };
            let text = self.texts.get::<E, B>(shape).map_err(database::<B>)?;
            let cached = if chunk.len() == 1 || chunk.len() == size { Cached::Yes } else { Cached::No };
            let statement = ByKey::<E, B> { text: &text, cached, keys: &keys, version };
            if chunk.len() == 1 {
                let count = connection.execute_returning_count(&statement).map_err(database::<B>)?;
                if count != 1 {
                    return Err(stale(arena, chunk.first().copied()));
                }
            } else {
                let mut deleted = Vec::with_capacity(chunk.len());
                E::load_keys(connection, &statement, &mut |key| deleted.push(key)).map_err(database::<B>)?;
                if deleted.len() != chunk.len() {
                    let missing = chunk.iter().zip(&keys).find(|(_, key)| !deleted.contains(key));
                    return Err(stale(arena, missing.map(|(&slot, _)| slot)));
                }
            }
        }
        Ok(())
    }
}
