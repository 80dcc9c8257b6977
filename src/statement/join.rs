//! SELECT of rows by keys, each beside the rows of another entity that belong to it.

use diesel::QueryResult;
use diesel::connection::LoadConnection;
use diesel::row::{Field, Row};
use diesel::sql_types::Untyped;

use super::fragment::{Cached, Statement};
use super::load::{Typed, Whole};
use super::many::{Keyed, Listed};
use super::text::Text;
use crate::backend::{Backend, Dialect};
use crate::entity::Entity;

/// How rows of two entities are told and joined, by columns.
pub(crate) struct Join {
    /// Those of the first that hold one of the keys.
    pub(crate) told: &'static [usize],
    /// Those of the first and of the second that are equal.
    pub(crate) on: (&'static [usize], &'static [usize]),
}

impl Join {
    /// Loads the rows of `N` that keys of `K` tell, each with a row of `F` that belongs to it: once for each of them, and once
    /// without any.
    pub(crate) fn load<K, N, F, B>(
        &self,
        connection: &mut B::Connection,
        keys: &[K::Key],
        dialect: &Dialect,
        each: &mut dyn FnMut(N, Option<F>),
    ) -> QueryResult<()>
    where
        B: Backend,
        K: Entity<B>,
        N: Entity<B>,
        F: Entity<B>,
    {
        let mut text = Text::<B>::of::<N>();
        text.select_joined::<N, F>(self, keys.len(), dialect)?;
        let text = text.finish();
        let known = Keyed::<K, B> { keys, versions: None };
        let statement = Statement { text: &text, cached: Cached::of(keys.len(), 1), values: &Listed(&known) };
        let whole = Whole::of::<B>(connection, &statement)?;
        let statement =
            whole.as_ref().map_or(&statement as &dyn diesel::query_builder::QueryFragment<_>, |whole| whole);
        let (near, far) = (N::meta().columns.len(), F::meta().columns.len());
        let key_of_far = F::meta().key.first().map_or(near, |key| near + key);
        let rows = LoadConnection::<diesel::connection::DefaultLoadingMode>::load(
            connection,
            Typed::<_, Untyped>::new(statement),
        )?;
        for row in rows {
            let row = row?;
            let read = |error| diesel::result::Error::DeserializationError(error);
            let is_there = row.get(key_of_far).is_some_and(|field| !field.is_null());
            let second =
                is_there.then(|| F::read(&row.partial_row(near..near + far))).transpose().map_err(read)?;
            each(N::read(&row.partial_row(0..near)).map_err(read)?, second);
        }
        Ok(())
    }
}

impl<B: Backend> Text<B> {
    /// `SELECT t.a, t.b, j.a, j.b FROM t AS t LEFT JOIN j AS j ON j.id = t.j_id WHERE t.author_id IN (?, ?)`
    fn select_joined<N: Entity<B>, F: Entity<B>>(
        &mut self,
        join: &Join,
        rows: usize,
        dialect: &Dialect,
    ) -> QueryResult<()> {
        self.sql("SELECT ");
        self.as_of(N::meta(), "t.", |text| text.names(0..N::meta().columns.len()))?;
        self.sql(", ");
        self.as_of(F::meta(), "j.", |text| text.names(0..F::meta().columns.len()))?;
        self.sql(" FROM ");
        self.table::<N>()?;
        self.sql(" AS t LEFT JOIN ");
        self.table::<F>()?;
        self.sql(" AS j");
        for (place, (&near, &far)) in join.on.0.iter().zip(join.on.1).enumerate() {
            self.sql(if place == 0 { " ON " } else { " AND " });
            self.as_of(F::meta(), "j.", |text| text.name(far))?;
            self.sql(" = ");
            self.as_of(N::meta(), "t.", |text| text.name(near))?;
        }
        self.sql(" WHERE ");
        self.as_of(N::meta(), "t.", |text| text.keyed(join.told, rows, dialect))
    }
}
