//! `stream`: the rows of a query, one at a time and by value.

use diesel::query_builder::QueryFragment;
use hashbrown::{HashMap, HashSet};

use super::query::{Query, Wanted};
use crate::backend::{Backend, Streaming};
use crate::entity::Entity;
use crate::error::{Error, Result};
use crate::session::core::Core;
use crate::statement::database;

impl<B: Backend, A: ?Sized, E: Entity<B>> Query<'_, '_, '_, B, A, E> {
    /// Hands every row to `each`, one at a time and by value: nothing is managed, and memory stays bounded. Stops at the
    /// first error that `each` returns.
    ///
    /// The clients of MySQL and MariaDB keep a whole result in memory. There the keys of all rows are read first, and the
    /// rows by them, a thousand at a time: a row that is deleted meanwhile is left out, one that is changed is handed out as
    /// it is by then, and a query with DISTINCT can be ordered by its key alone. Inside a transaction all of it shows one
    /// state of the database.
    ///
    /// # Errors
    ///
    /// As [`all`](Self::all), and what `each` returns.
    pub fn stream(self, each: impl FnMut(E) -> Result<()>) -> Result<()> {
        self.try_stream(each)
    }

    /// [`stream`](Self::stream) with errors of a type of your own.
    ///
    /// # Errors
    ///
    /// As [`stream`](Self::stream).
    pub fn try_stream<X: From<Error>>(self, mut each: impl FnMut(E) -> Result<(), X>) -> Result<(), X> {
        let mut stopped = Ok(());
        let mut each = |row| {
            stopped = each(row);
            stopped.is_ok()
        };
        match self.uow.core.map.dialect().streaming {
            Streaming::Rows => {
                let (uow, fragment) = self.prepare(Wanted::ALL)?;
                uow.core.run(|connection, _| {
                    E::stream(connection, &*fragment, &mut each).map_err(database::<B>)
                })?;
            }
            Streaming::Pages { rows } => {
                let (uow, fragment) = self.prepare(Wanted::Keys)?;
                uow.core.stream_pages::<E>(&*fragment, rows, &mut each)?;
            }
        }
        stopped
    }
}

impl<B: Backend> Core<B> {
    /// Hands out the rows of a query of keys, in its order, so many in memory at a time.
    fn stream_pages<E: Entity<B>>(
        &mut self,
        keys: &dyn QueryFragment<B::Diesel>,
        rows: usize,
        each: &mut dyn FnMut(E) -> bool,
    ) -> Result<()> {
        self.run(|connection, map| {
            let mut all = Vec::new();
            E::load_keys(connection, keys, &mut |key| all.push(key)).map_err(database::<B>)?;
            for page in all.chunks(rows.max(1)) {
                let mut loaded = HashMap::with_capacity(page.len());
                let writer = &mut map.store_mut::<E>().writer;
                // A join gives a row as often as it finds it.
                let mut asked = HashSet::with_capacity(page.len());
                let distinct: Vec<E::Key> = page.iter().filter(|key| asked.insert(*key)).cloned().collect();
                writer.load_by_keys(connection, &distinct, &mut |row| {
                    loaded.insert(row.key(), row);
                })?;
                for row in page.iter().filter_map(|key| loaded.get(key)) {
                    if !each(row.clone()) {
                        return Ok(());
                    }
                }
            }
            Ok(())
        })
    }
}
