//! The text of statements, in the database's own quoting and placeholders.

use std::marker::PhantomData;
use std::rc::Rc;

use diesel::QueryResult;
use diesel::query_builder::{QueryBuilder, QueryFragment};
use hashbrown::HashMap;

use super::table::Table;
use crate::backend::{Backend, ReadBack, Returning};
use crate::entity::{ColumnSet, Entity, EntityMeta};
use crate::identity::Expression;

pub(super) type DieselBuilder<B> = <<B as Backend>::Diesel as diesel::backend::Backend>::QueryBuilder;

/// What tells one text of an entity from another.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Shape {
    /// INSERT of so many rows. Postponed columns are NULL in it.
    Insert { columns: ColumnSet, postponed: ColumnSet, rows: usize },
    /// UPDATE of one row. With `check`, the version is compared and moved on.
    Update { columns: ColumnSet, postponed: ColumnSet, check: bool },
    /// DELETE of so many rows by key. With `check`, of one row by key and version.
    Delete { rows: usize, check: bool },
    /// SELECT of so many rows by key.
    Select { rows: usize },
    /// SELECT of the keys of so many rows that are about to be deleted.
    Lock { rows: usize },
    /// SELECT of what the database filled into so many rows, by key.
    ReadByKey { rows: usize },
    /// SELECT of what the database filled into so many rows whose keys it made just now.
    ReadByLastKey { rows: usize },
}

/// The texts of one entity that this session has needed so far.
#[derive(Default)]
pub(crate) struct Texts(HashMap<Shape, Rc<str>>);

impl Texts {
    pub(crate) fn get<E: Entity<B>, B: Backend>(&mut self, shape: Shape) -> QueryResult<Rc<str>> {
        if let Some(text) = self.0.get(&shape) {
            return Ok(Rc::clone(text));
        }
        let text: Rc<str> = write::<E, B>(shape)?.into();
        self.0.insert(shape, Rc::clone(&text));
        Ok(text)
    }
}

fn write<E: Entity<B>, B: Backend>(shape: Shape) -> QueryResult<String> {
    let mut text = Text::<B> { builder: DieselBuilder::<B>::default(), meta: E::meta() };
    match shape {
        Shape::Insert { columns, postponed, rows } => {
            text.sql("INSERT INTO ");
            text.table::<E>()?;
            text.insert_values(columns, postponed, rows)?;
            let returned = text.meta.returned();
            if !returned.is_empty() && has_clause::<B>() {
                text.sql(" RETURNING ");
                text.names(returned.iter())?;
            }
        }
        Shape::Update { columns, postponed, check } => {
            text.sql("UPDATE ");
            text.table::<E>()?;
            text.sql(" SET ");
            text.assignments(columns, postponed, check, false)?;
            text.sql(" WHERE ");
            text.key(1)?;
            text.version_if(check)?;
        }
        Shape::Delete { rows, check } => {
            text.sql("DELETE FROM ");
            text.table::<E>()?;
            text.sql(" WHERE ");
            text.key(rows)?;
            text.version_if(check)?;
            if rows > 1 && has_clause::<B>() {
                text.sql(" RETURNING ");
                text.names(E::meta().key.iter().copied())?;
            }
        }
        Shape::Select { rows } => {
            text.select_from::<E>(0..text.meta.columns.len())?;
            text.key(rows)?;
        }
        Shape::Lock { rows } => {
            text.select_from::<E>(E::meta().key.iter().copied())?;
            text.key(rows)?;
            if let Returning::Select(read_back) = &B::dialect().returning {
                text.sql(read_back.lock);
            }
        }
        Shape::ReadByKey { rows } => {
            text.select_from::<E>(text.meta.returned().iter())?;
            text.key(rows)?;
        }
        Shape::ReadByLastKey { rows } => {
            text.select_from::<E>(text.meta.returned().iter())?;
            if let Returning::Select(read_back) = &B::dialect().returning {
                text.last_keys(read_back, rows)?;
            }
        }
    }
    Ok(text.builder.finish())
}

fn has_clause<B: Backend>() -> bool {
    matches!(B::dialect().returning, Returning::Clause)
}

/// The text of an UPDATE some of whose columns are expressions, in pieces: an expression stands between each two.
///
/// Expressions write their own text when the statement is walked. The pieces come out of one text that was written
/// with them, since a numbered placeholder counts those of the expressions before it. Expressions come first: MySQL
/// assigns from left to right, and an expression means the row as it was before the UPDATE.
pub(crate) fn pieces_around<E: Entity<B>, B: Backend>(
    columns: ColumnSet,
    expressions: &[Expression<B>],
    check: bool,
) -> QueryResult<Vec<String>> {
    // No SQL contains a NUL.
    const CUT: &str = "\0";
    let mut text = Text::<B> { builder: DieselBuilder::<B>::default(), meta: E::meta() };
    text.sql("UPDATE ");
    text.table::<E>()?;
    text.sql(" SET ");
    for (place, expression) in expressions.iter().enumerate() {
        if place > 0 {
            text.sql(", ");
        }
        text.name(expression.column)?;
        text.sql(" = ");
        text.sql(CUT);
        expression.sql.to_sql(&mut text.builder, &B::Diesel::default())?;
        text.sql(CUT);
    }
    text.assignments(columns, ColumnSet::EMPTY, check, !expressions.is_empty())?;
    text.sql(" WHERE ");
    text.key(1)?;
    text.version_if(check)?;
    if has_clause::<B>() {
        text.sql(" RETURNING ");
        text.names(0..text.meta.columns.len())?;
    }
    Ok(text.builder.finish().split(CUT).step_by(2).map(Into::into).collect())
}

struct Text<B: Backend> {
    builder: DieselBuilder<B>,
    meta: &'static EntityMeta,
}

impl<B: Backend> Text<B> {
    fn sql(&mut self, sql: &str) {
        self.builder.push_sql(sql);
    }

    fn table<E: Entity<B>>(&mut self) -> QueryResult<()> {
        Table::<E, B>(PhantomData).to_sql(&mut self.builder, &B::Diesel::default())
    }

    fn name(&mut self, column: usize) -> QueryResult<()> {
        let name = self.meta.columns.get(column).map_or("", |column| column.name);
        self.builder.push_identifier(name)
    }

    fn names(&mut self, columns: impl Iterator<Item = usize>) -> QueryResult<()> {
        for (place, column) in columns.enumerate() {
            if place > 0 {
                self.sql(", ");
            }
            self.name(column)?;
        }
        Ok(())
    }

    /// `SELECT a, b FROM t WHERE `
    fn select_from<E: Entity<B>>(&mut self, columns: impl Iterator<Item = usize>) -> QueryResult<()> {
        self.sql("SELECT ");
        self.names(columns)?;
        self.sql(" FROM ");
        self.table::<E>()?;
        self.sql(" WHERE ");
        Ok(())
    }

    /// `id BETWEEN first AND first + 9 * step AND MOD(id, step) = MOD(first, step)`: the keys that one INSERT made.
    ///
    /// The range alone is what an index serves; the rest leaves out what another writer put between two steps.
    fn last_keys(&mut self, read_back: &ReadBack, rows: usize) -> QueryResult<()> {
        let ReadBack { first_key, key_step, .. } = read_back;
        let generated = |&part: &usize| self.meta.columns.get(part).is_some_and(|column| column.generated);
        let Some(&column) = self.meta.key.iter().find(|part| generated(part)) else { return Ok(()) };
        self.name(column)?;
        if rows == 1 {
            self.sql(&format!(" = {first_key}"));
            return Ok(());
        }
        self.sql(&format!(" BETWEEN {first_key} AND {first_key} + {} * {key_step} AND MOD(", rows - 1));
        self.name(column)?;
        self.sql(&format!(", {key_step}) = MOD({first_key}, {key_step})"));
        Ok(())
    }

    fn insert_values(&mut self, columns: ColumnSet, postponed: ColumnSet, rows: usize) -> QueryResult<()> {
        if columns.is_empty() {
            self.sql(" ");
            self.sql(B::dialect().empty_row);
            return Ok(());
        }
        self.sql(" (");
        self.names(columns.iter())?;
        self.sql(") VALUES ");
        for row in 0..rows {
            self.sql(if row == 0 { "(" } else { ", (" });
            for (place, column) in columns.iter().enumerate() {
                if place > 0 {
                    self.sql(", ");
                }
                self.value(column, postponed);
            }
            self.sql(")");
        }
        Ok(())
    }

    fn value(&mut self, column: usize, postponed: ColumnSet) {
        if postponed.contains(column) { self.sql("NULL") } else { self.builder.push_bind_param() }
    }

    /// `a = ?, b = NULL, version = ?`, after a comma where something was assigned before.
    fn assignments(
        &mut self,
        columns: ColumnSet,
        postponed: ColumnSet,
        check: bool,
        mut any: bool,
    ) -> QueryResult<()> {
        let version = self.meta.version.filter(|_| check);
        for column in columns.iter().chain(version) {
            if any {
                self.sql(", ");
            }
            any = true;
            self.name(column)?;
            self.sql(" = ");
            self.value(column, postponed);
        }
        Ok(())
    }

    /// `id = ?`, `id IN (?, ?)`, or `(a = ? AND b = ?) OR (a = ? AND b = ?)`.
    ///
    /// A tuple in IN is a full scan on MariaDB and a syntax error on SQLite without VALUES.
    fn key(&mut self, rows: usize) -> QueryResult<()> {
        let key = self.meta.key;
        if let ([column], true) = (key, rows > 1) {
            self.name(*column)?;
            self.sql(" IN (");
            for row in 0..rows {
                if row > 0 {
                    self.sql(", ");
                }
                self.builder.push_bind_param();
            }
            self.sql(")");
            return Ok(());
        }
        for row in 0..rows {
            if rows > 1 {
                self.sql(if row == 0 { "(" } else { " OR (" });
            }
            for (place, &column) in key.iter().enumerate() {
                if place > 0 {
                    self.sql(" AND ");
                }
                self.name(column)?;
                self.sql(" = ");
                self.builder.push_bind_param();
            }
            if rows > 1 {
                self.sql(")");
            }
        }
        Ok(())
    }

    fn version_if(&mut self, check: bool) -> QueryResult<()> {
        if let Some(version) = self.meta.version.filter(|_| check) {
            self.sql(" AND ");
            self.name(version)?;
            self.sql(" = ");
            self.builder.push_bind_param();
        }
        Ok(())
    }
}
