//! The text of statements, in the database's own quoting and placeholders.

mod insert;
mod keyed;
mod name;
mod related;
mod update;
mod upsert;

use std::borrow::Cow;
use std::rc::Rc;

use diesel::QueryResult;
use diesel::query_builder::QueryBuilder;
use hashbrown::HashMap;

use super::upsert::set_columns;
use crate::backend::{Backend, Dialect, UnionRows};
use crate::entity::{ColumnSet, Entity, EntityMeta};

pub(super) use name::{Table, generated_key};
pub(crate) use name::{quoted, sql_of, table_name};
pub(crate) use related::{LinkTable, Way};
pub(super) use update::pieces_around;
pub(super) use upsert::MET_ANOTHER;

type DieselBuilder<B> = <<B as Backend>::Diesel as diesel::backend::Backend>::QueryBuilder;

/// What tells one text of an entity from another.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Shape {
    /// INSERT of rows. Postponed columns are NULL in it.
    Insert { columns: ColumnSet, postponed: ColumnSet, rows: Count },
    /// INSERT of rows that may be there already, by a unique set or the key: then these columns are taken over, or none.
    Upsert { columns: ColumnSet, rows: Count, set: Option<usize>, update: ColumnSet },
    /// UPDATE of one row. With `check`, the version is compared and moved on.
    Update { columns: ColumnSet, postponed: ColumnSet, check: bool },
    /// UPDATE of many rows out of values. With `check`, the versions are compared and moved on.
    UpdateMany { columns: ColumnSet, check: bool, rows: Count },
    /// UPDATE of many rows joined to values. With `check`, the versions are compared and moved on.
    UpdateJoin { columns: ColumnSet, check: bool, rows: usize, union: UnionRows },
    /// UPDATE of one row that gives the columns a value which no row has, for now.
    Park { columns: ColumnSet },
    /// DELETE of rows by key. With `check`, the versions are compared.
    Delete { rows: Count, check: bool },
    /// SELECT of rows by key.
    Select { columns: Selected, rows: Count, lock: Hold },
    /// SELECT of the rows that refer to others, by the columns of a relation.
    SelectReferring { relation: usize, rows: Count },
    /// SELECT of the rows that refer to others by a relation to their own entity, and of those that refer to them.
    SelectAllLevels { relation: usize, rows: Count },
    /// SELECT of rows by their values in a unique set or the key, as they are now and stay.
    SelectUnique { set: Option<usize>, rows: usize },
    /// SELECT of what the database filled into so many rows whose keys it made just now.
    SelectInserted { rows: usize },
}

/// How many rows a text has places for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Count {
    /// So many, each value by itself.
    Listed(usize),
    /// Any number, in an array for every column.
    Arrays,
}

impl Count {
    pub(super) const ONE: Self = Self::Listed(1);
}

/// Whether a SELECT sees rows as they are now, and keeps them so.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Hold {
    No,
    /// Where the shape of a flush needs it.
    ForFlush,
    /// Against writers, where the database has locks on rows.
    Shared,
}

/// The columns that a SELECT gives.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Selected {
    /// All of them.
    Row,
    /// The key.
    Key,
    /// What the database fills, and the key.
    Returned,
}

/// The texts of one entity that this session has needed so far.
pub(super) struct Texts {
    dialect: &'static Dialect,
    known: HashMap<Shape, Rc<str>>,
}

impl Texts {
    pub(super) fn new(dialect: &'static Dialect) -> Self {
        Self { dialect, known: HashMap::new() }
    }

    pub(super) fn get<E: Entity<B>, B: Backend>(&mut self, shape: Shape) -> QueryResult<Rc<str>> {
        if let Some(text) = self.known.get(&shape) {
            return Ok(Rc::clone(text));
        }
        let mut text = Text::<B>::of::<E>();
        text.write::<E>(shape, self.dialect)?;
        let text: Rc<str> = text.finish().into();
        self.known.insert(shape, Rc::clone(&text));
        Ok(text)
    }
}

/// The text of one statement of one entity, being written.
pub(crate) struct Text<B: Backend> {
    builder: DieselBuilder<B>,
    meta: &'static EntityMeta,
    /// What stands before the name of a column: nothing, or `t.`.
    prefix: Cow<'static, str>,
}

impl<B: Backend> Text<B> {
    pub(crate) fn of<E: Entity<B>>() -> Self {
        Self { builder: DieselBuilder::<B>::default(), meta: E::meta(), prefix: Cow::Borrowed("") }
    }

    pub(crate) fn finish(self) -> String {
        self.builder.finish()
    }

    fn write<E: Entity<B>>(&mut self, shape: Shape, dialect: &Dialect) -> QueryResult<()> {
        match shape {
            Shape::Insert { columns, postponed, rows } => self.insert::<E>(columns, postponed, rows, dialect),
            Shape::Upsert { columns, rows, set, update } => {
                self.upsert::<E>(columns, rows, set_columns(self.meta, set), update, dialect)
            }
            Shape::SelectUnique { set, rows } => {
                self.select_unique::<E>(set_columns(self.meta, set), rows, dialect)
            }
            Shape::Update { columns, postponed, check } => self.update::<E>(columns, postponed, check),
            Shape::UpdateMany { columns, check, rows } => self.update_many::<E>(columns, check, rows),
            Shape::UpdateJoin { columns, check, rows, union } => {
                self.update_join::<E>(columns, check, rows, union)
            }
            Shape::Park { columns } => self.park::<E>(columns),
            Shape::Delete { rows, check } => self.delete::<E>(rows, check, dialect),
            Shape::Select { columns, rows, lock } => self.select::<E>(columns, rows, lock, dialect),
            Shape::SelectReferring { relation, rows } => self.select_referring::<E>(relation, rows, dialect),
            Shape::SelectAllLevels { relation, rows } => self.select_all_levels::<E>(relation, rows, dialect),
            Shape::SelectInserted { rows } => self.select_inserted::<E>(rows, dialect.returning),
        }
    }

    /// A placeholder for a value that is bound.
    pub(crate) fn placeholder(&mut self) {
        self.builder.push_bind_param();
    }

    /// Placeholders that stand before this text, for databases that number them.
    pub(crate) fn skip_placeholders(&mut self, count: usize) {
        (0..count).for_each(|_| self.builder.push_bind_param_value_only());
    }

    pub(crate) fn sql(&mut self, sql: &str) {
        self.builder.push_sql(sql);
    }

    pub(crate) fn name(&mut self, column: usize) -> QueryResult<()> {
        let name = self.meta.columns.get(column).map_or("", |column| column.name);
        self.builder.push_sql(&self.prefix);
        self.builder.push_identifier(name)
    }

    /// Columns are those of another entity meanwhile, and stand behind a prefix.
    pub(crate) fn as_of(
        &mut self,
        meta: &'static EntityMeta,
        prefix: &'static str,
        write: impl FnOnce(&mut Self) -> QueryResult<()>,
    ) -> QueryResult<()> {
        let meta = std::mem::replace(&mut self.meta, meta);
        let prefix = std::mem::replace(&mut self.prefix, Cow::Borrowed(prefix));
        let written = write(self);
        (self.meta, self.prefix) = (meta, prefix);
        written
    }

    pub(crate) fn table<E: Entity<B>>(&mut self) -> QueryResult<()> {
        Table::<E, B>::default().push(&mut self.builder)
    }

    /// What `each` writes of every item, separated.
    fn separated<T>(
        &mut self,
        separator: &str,
        items: impl IntoIterator<Item = T>,
        mut each: impl FnMut(&mut Self, T) -> QueryResult<()>,
    ) -> QueryResult<()> {
        for (place, item) in items.into_iter().enumerate() {
            if place > 0 {
                self.sql(separator);
            }
            each(self, item)?;
        }
        Ok(())
    }

    pub(crate) fn names(&mut self, columns: impl IntoIterator<Item = usize>) -> QueryResult<()> {
        self.separated(", ", columns, Self::name)
    }

    /// `t.a, t.b`
    fn names_of_t(&mut self, columns: impl IntoIterator<Item = usize>) -> QueryResult<()> {
        self.separated(", ", columns, |text, column| {
            text.sql("t.");
            text.name(column)
        })
    }

    /// `?, ?, ?`
    fn placeholders(&mut self, count: usize) -> QueryResult<()> {
        self.separated(", ", 0..count, |text, _| {
            text.placeholder();
            Ok(())
        })
    }

    /// `unnest(?, ?) AS v(c0, c1)`
    fn unnest(&mut self, width: usize) -> QueryResult<()> {
        self.sql("unnest(");
        self.placeholders(width)?;
        self.sql(") AS v(");
        self.separated(", ", 0..width, |text, place| {
            text.sql(&format!("c{place}"));
            Ok(())
        })?;
        self.sql(")");
        Ok(())
    }

    /// `t.id = v.c0 AND t.version = v.c1`
    fn equal_to_v(&mut self, known: &[usize]) -> QueryResult<()> {
        self.separated(" AND ", known.iter().enumerate(), |text, (place, &column)| {
            text.sql("t.");
            text.name(column)?;
            text.sql(&format!(" = v.c{place}"));
            Ok(())
        })
    }

    /// The columns of a relation.
    fn columns_of(&self, relation: usize) -> &'static [usize] {
        self.meta.relations.get(relation).map_or(&[], |relation| relation.columns)
    }

    /// The version column, where it is checked.
    fn version(&self, check: bool) -> Option<usize> {
        self.meta.version.filter(|_| check)
    }
}
