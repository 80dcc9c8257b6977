//! Loading rows by key.

use diesel::QueryResult;

use super::fragment::{ByKey, Cached};
use super::text::{Shape, Texts};
use crate::backend::Backend;
use crate::entity::Entity;

/// The most keys in one SELECT.
///
/// PostgreSQL fails on very long lists ("stack depth"), SQLite on chains of a thousand ORs; the round trips that a
/// longer list would save do not show.
const KEYS_IN_ONE_SELECT: usize = 500;

/// The row of that key, with one SELECT.
pub(crate) fn load_by_key<E: Entity<B>, B: Backend>(
    connection: &mut B::Connection,
    texts: &mut Texts,
    key: &E::Key,
) -> QueryResult<Option<E>> {
    let text = texts.get::<E, B>(Shape::Select { rows: 1 })?;
    let keys = std::slice::from_ref(key);
    let query = ByKey::<E, B> { text: &text, cached: Cached::Yes, keys, version: None };
    let mut found = None;
    E::load(connection, &query, &mut |row| {
        found = Some(row);
        false
    })?;
    Ok(found)
}

/// The rows of those keys, in the database's order, with as few SELECTs as the limits allow.
pub(crate) fn load_by_keys<E: Entity<B>, B: Backend>(
    connection: &mut B::Connection,
    texts: &mut Texts,
    keys: &[E::Key],
    each: &mut dyn FnMut(E),
) -> QueryResult<()> {
    let size = KEYS_IN_ONE_SELECT.min(B::dialect().max_binds / E::meta().key.len().max(1)).max(1);
    for chunk in keys.chunks(size) {
        let text = texts.get::<E, B>(Shape::Select { rows: chunk.len() })?;
        let cached = if chunk.len() == 1 || chunk.len() == size { Cached::Yes } else { Cached::No };
        let query = ByKey::<E, B> { text: &text, cached, keys: chunk, version: None };
        E::load(connection, &query, &mut |row| {
            each(row);
            true
        })?;
    }
    Ok(())
}
