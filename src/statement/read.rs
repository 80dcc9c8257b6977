//! Loading rows by key.

use diesel::query_builder::QueryFragment;
use hashbrown::HashMap;

use super::fragment::{Cached, Known, Statement};
use super::lock::{LockClause, Locked};
use super::many::{Keyed, Layout, Listed};
use super::text::{Count, Hold, Selected, Shape};
use super::write::{Writer, database};
use crate::backend::Backend;
use crate::entity::Entity;
use crate::error::Result;

impl<E: Entity<B>, B: Backend> Writer<E, B> {
    /// The row of that key, with one SELECT.
    pub(crate) fn load_by_key(&mut self, connection: &mut B::Connection, key: &E::Key) -> Result<Option<E>> {
        self.select_by_key(key, |query| one::<E, B>(connection, query))
    }

    /// The row of that key, locked, with one SELECT.
    pub(crate) fn lock_by_key(
        &mut self,
        connection: &mut B::Connection,
        key: &E::Key,
        clause: &LockClause,
    ) -> Result<Option<E>> {
        self.select_by_key(key, |query| {
            clause.around::<B, _>(connection, |connection| one::<E, B>(connection, &Locked { query, clause }))
        })
    }

    fn select_by_key<R>(
        &mut self,
        key: &E::Key,
        run: impl FnOnce(&Statement<'_, B::Diesel>) -> Result<R>,
    ) -> Result<R> {
        let shape = Shape::Select { columns: Selected::Row, rows: Count::ONE, lock: Hold::No };
        let text = self.text(shape)?;
        let known = Known::<E, B> { key, version: None };
        run(&Statement { text: &text, cached: Cached::Yes, values: &known })
    }

    /// The rows of those keys, in the database's order, with as few SELECTs as the limits allow.
    pub(crate) fn load_by_keys(
        &mut self,
        connection: &mut B::Connection,
        keys: &[E::Key],
        each: &mut dyn FnMut(E),
    ) -> Result<()> {
        self.load_keyed(connection, keys, Hold::No, each)
    }

    /// The rows of those keys as they are now, and kept so: nobody changes them before the transaction ends.
    pub(crate) fn load_shared(
        &mut self,
        connection: &mut B::Connection,
        keys: &[E::Key],
        each: &mut dyn FnMut(E),
    ) -> Result<()> {
        self.load_keyed(connection, keys, Hold::Shared, each)
    }

    /// The rows of those keys as they are now, locked where the database needs a lock to show that.
    pub(super) fn load_locked(
        &mut self,
        connection: &mut B::Connection,
        keys: &[E::Key],
    ) -> Result<HashMap<E::Key, E>> {
        let mut rows = HashMap::with_capacity(keys.len());
        self.load_keyed(connection, keys, Hold::ForFlush, &mut |row: E| {
            rows.insert(row.key(), row);
        })?;
        Ok(rows)
    }

    pub(super) fn load_keyed(
        &mut self,
        connection: &mut B::Connection,
        keys: &[E::Key],
        lock: Hold,
        each: &mut dyn FnMut(E),
    ) -> Result<()> {
        let shape = |rows| Shape::Select { columns: Selected::Row, rows, lock };
        let (_, most) = self.keyed();
        self.load_where::<E>(connection, keys, most, &shape, each)
    }

    /// The rows that refer to those of the keys, in the database's order, with as few SELECTs as the limits allow.
    pub(crate) fn load_by_reference<P: Entity<B>>(
        &mut self,
        connection: &mut B::Connection,
        relation: usize,
        keys: &[P::Key],
        each: &mut dyn FnMut(E),
    ) -> Result<()> {
        let shape = |rows| Shape::SelectReferring { relation, rows };
        let most = self.database.dialect.max_binds / P::meta().key.len().max(1);
        self.load_where::<P>(connection, keys, most, &shape, each)
    }

    /// The rows that refer to those of the keys by a relation to their own entity, those that refer to them, and so on.
    pub(crate) fn load_all_levels(
        &mut self,
        connection: &mut B::Connection,
        relation: usize,
        keys: &[E::Key],
        each: &mut dyn FnMut(E),
    ) -> Result<()> {
        let shape = |rows| Shape::SelectAllLevels { relation, rows };
        let most = self.database.dialect.max_binds / E::meta().key.len().max(1);
        self.load_where::<E>(connection, keys, most, &shape, each)
    }

    /// The rows that keys of `K` say which, in statements of a shape with so many keys where they are listed.
    fn load_where<K: Entity<B>>(
        &mut self,
        connection: &mut B::Connection,
        keys: &[K::Key],
        most: usize,
        shape: &dyn Fn(Count) -> Shape,
        each: &mut dyn FnMut(E),
    ) -> Result<()> {
        let parts = K::meta().key.len();
        let largest = match self.keyed_by(parts) {
            (Layout::Listed, _) => most,
            (Layout::Arrays, rows) => rows,
        };
        for chunk in keys.chunks(largest.max(1)) {
            let (layout, size) = self.keyed_by(parts);
            let (rows, cached) = match layout {
                _ if chunk.len() == 1 => (Count::ONE, Cached::Yes),
                Layout::Listed => (Count::Listed(chunk.len()), Cached::of(chunk.len(), size)),
                Layout::Arrays => (Count::Arrays, Cached::Yes),
            };
            let layout = if chunk.len() == 1 { Layout::Listed } else { layout };
            let text = self.text(shape(rows))?;
            let known = Keyed::<K, B> { keys: chunk, versions: None };
            let listed = Listed(&known);
            let collected = match self.collect(connection, &listed, layout) {
                Ok(collected) => collected,
                Err(refused) => {
                    self.again(refused, chunk, &mut |writer, keys| {
                        writer.load_where::<K>(connection, keys, most, shape, each)
                    })?;
                    continue;
                }
            };
            let values = collected.as_deref().unwrap_or(&listed);
            let query = Statement { text: &text, cached, values };
            E::load(connection, &query, &mut |row| {
                each(row);
                true
            })
            .map_err(database::<B>)?;
        }
        Ok(())
    }
}

/// The one row that a query gives, if any.
fn one<E: Entity<B>, B: Backend>(
    connection: &mut B::Connection,
    query: &dyn QueryFragment<B::Diesel>,
) -> Result<Option<E>> {
    let mut found = None;
    E::load(connection, query, &mut |row| {
        found = Some(row);
        false
    })
    .map_err(database::<B>)?;
    Ok(found)
}
