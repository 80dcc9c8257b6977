//! The text of statements, in the database's own quoting and placeholders.

use std::marker::PhantomData;
use std::rc::Rc;

use diesel::QueryResult;
use diesel::query_builder::{AstPass, QueryBuilder, QueryFragment};
use hashbrown::HashMap;

use crate::backend::Backend;
use crate::entity::{ColumnSet, Entity, EntityMeta};
use crate::identity::Expression;

type DieselBuilder<B> = <<B as Backend>::Diesel as diesel::backend::Backend>::QueryBuilder;

/// What tells one text of an entity from another.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Shape {
    /// INSERT of so many rows. Postponed columns are NULL in it.
    Insert { columns: ColumnSet, postponed: ColumnSet, rows: usize },
    /// UPDATE of one row. With `check`, the version is compared and moved on.
    Update { columns: ColumnSet, postponed: ColumnSet, check: bool },
    /// UPDATE of so many rows out of VALUES. With `check`, the versions are compared and moved on.
    UpdateMany { columns: ColumnSet, check: bool, rows: usize },
    /// UPDATE of one row that gives the columns a value which no row has, for now.
    Park { columns: ColumnSet },
    /// DELETE of so many rows by key. With `check`, of one row by key and version.
    Delete { rows: usize, check: bool },
    /// SELECT of so many rows by key.
    Select { rows: usize },
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
    let mut text = Text::<B>::of::<E>();
    match shape {
        Shape::Insert { columns, postponed, rows } => {
            text.sql("INSERT INTO ");
            text.table::<E>()?;
            text.insert_values(columns, postponed, rows)?;
            let returned = text.meta.returned();
            if !returned.is_empty() && B::dialect().returning {
                text.sql(" RETURNING ");
                text.names(returned.iter())?;
            }
        }
        Shape::Update { columns, postponed, check } => {
            text.sql("UPDATE ");
            text.table::<E>()?;
            text.sql(" SET ");
            text.assignments(columns, postponed, check)?;
            text.sql(" WHERE ");
            text.key(1)?;
            text.version_if(check)?;
        }
        Shape::UpdateMany { columns, check, rows } => {
            text.sql("UPDATE ");
            text.table::<E>()?;
            text.update_from_values(columns, check, rows)?;
        }
        Shape::Park { columns } => {
            text.sql("UPDATE ");
            text.table::<E>()?;
            text.sql(" SET ");
            for (place, column) in columns.iter().enumerate() {
                if place > 0 {
                    text.sql(", ");
                }
                text.name(column)?;
                text.sql(" = ");
                text.sql(&placeholder::<E, B>(column)?);
            }
            text.sql(" WHERE ");
            text.key(1)?;
        }
        Shape::Delete { rows, check } => {
            text.sql("DELETE FROM ");
            text.table::<E>()?;
            text.sql(" WHERE ");
            text.key(rows)?;
            text.version_if(check)?;
            if rows > 1 && B::dialect().returning {
                text.sql(" RETURNING ");
                text.names(E::meta().key.iter().copied())?;
            }
        }
        Shape::Select { rows } => {
            text.sql("SELECT ");
            text.names(0..text.meta.columns.len())?;
            text.sql(" FROM ");
            text.table::<E>()?;
            text.sql(" WHERE ");
            text.key(rows)?;
        }
    }
    Ok(text.finish())
}

/// What a column holds while its row is parked.
fn placeholder<E: Entity<B>, B: Backend>(column: usize) -> QueryResult<String> {
    let mut name = Text::<B>::of::<E>();
    name.name(column)?;
    B::placeholder(&name.finish())
        .ok_or_else(|| diesel::result::Error::QueryBuilderError("no placeholder".into()))
}

/// The text of an UPDATE some of whose columns are expressions, in pieces: an expression stands between each two.
///
/// Expressions write their own text when the statement is walked. The pieces come out of one text that was written
/// with them, since a numbered placeholder counts those of the expressions before it.
pub(crate) fn pieces_around<E: Entity<B>, B: Backend>(
    columns: ColumnSet,
    expressions: &[Expression<B>],
    check: bool,
) -> QueryResult<Vec<String>> {
    // No SQL contains a NUL.
    const CUT: &str = "\0";
    let mut text = Text::<B>::of::<E>();
    text.sql("UPDATE ");
    text.table::<E>()?;
    text.sql(" SET ");
    let mut any = text.assignments(columns, ColumnSet::EMPTY, check)?;
    for expression in expressions {
        if any {
            text.sql(", ");
        }
        any = true;
        text.name(expression.column)?;
        text.sql(" = ");
        text.sql(CUT);
        expression.sql.to_sql(&mut text.builder, &B::Diesel::default())?;
        text.sql(CUT);
    }
    text.sql(" WHERE ");
    text.key(1)?;
    text.version_if(check)?;
    if B::dialect().returning {
        text.sql(" RETURNING ");
        text.names(0..text.meta.columns.len())?;
    }
    Ok(text.finish().split(CUT).step_by(2).map(Into::into).collect())
}

/// The text of one statement of one entity, being written.
pub(crate) struct Text<B: Backend> {
    builder: DieselBuilder<B>,
    meta: &'static EntityMeta,
}

impl<B: Backend> Text<B> {
    pub(crate) fn of<E: Entity<B>>() -> Self {
        Self { builder: DieselBuilder::<B>::default(), meta: E::meta() }
    }

    pub(crate) fn finish(self) -> String {
        self.builder.finish()
    }

    /// A placeholder for a value that is bound.
    pub(crate) fn placeholder(&mut self) {
        self.builder.push_bind_param();
    }

    pub(crate) fn sql(&mut self, sql: &str) {
        self.builder.push_sql(sql);
    }

    pub(crate) fn table<E: Entity<B>>(&mut self) -> QueryResult<()> {
        Table::<E, B>(PhantomData).to_sql(&mut self.builder, &B::Diesel::default())
    }

    pub(crate) fn name(&mut self, column: usize) -> QueryResult<()> {
        let name = self.meta.columns.get(column).map_or("", |column| column.name);
        self.builder.push_identifier(name)
    }

    pub(crate) fn names(&mut self, columns: impl Iterator<Item = usize>) -> QueryResult<()> {
        for (place, column) in columns.enumerate() {
            if place > 0 {
                self.sql(", ");
            }
            self.name(column)?;
        }
        Ok(())
    }

    fn insert_values(&mut self, columns: ColumnSet, postponed: ColumnSet, rows: usize) -> QueryResult<()> {
        if columns.is_empty() {
            self.sql(" DEFAULT VALUES");
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

    /// `a = ?, b = NULL, version = ?`; tells whether there was anything to assign.
    fn assignments(&mut self, columns: ColumnSet, postponed: ColumnSet, check: bool) -> QueryResult<bool> {
        let version = self.meta.version.filter(|_| check);
        let columns = columns.iter().chain(version);
        let mut any = false;
        for column in columns {
            if any {
                self.sql(", ");
            }
            any = true;
            self.name(column)?;
            self.sql(" = ");
            self.value(column, postponed);
        }
        Ok(any)
    }

    /// ` AS t SET a = v.column3 FROM (VALUES (?, ?, ?)) AS v WHERE t.id = v.column1 AND t.version = v.column2`, where each
    /// of VALUES is the row's key, its version in the database, and the columns that are set.
    fn update_from_values(&mut self, columns: ColumnSet, check: bool, rows: usize) -> QueryResult<()> {
        let version = self.meta.version.filter(|_| check);
        let known: Vec<usize> = self.meta.key.iter().copied().chain(version).collect();
        let set: Vec<usize> = columns.iter().chain(version).collect();
        self.sql(" AS t SET ");
        for (place, &column) in set.iter().enumerate() {
            self.sql(if place == 0 { "" } else { ", " });
            self.name(column)?;
            self.sql(&format!(" = v.column{}", known.len() + place + 1));
        }
        self.sql(" FROM (VALUES ");
        for row in 0..rows {
            self.sql(if row == 0 { "(" } else { ", (" });
            for place in 0..known.len() + set.len() {
                self.sql(if place == 0 { "" } else { ", " });
                self.builder.push_bind_param();
            }
            self.sql(")");
        }
        self.sql(") AS v WHERE ");
        for (place, &column) in known.iter().enumerate() {
            self.sql(if place == 0 { "t." } else { " AND t." });
            self.name(column)?;
            self.sql(&format!(" = v.column{}", place + 1));
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
                self.placeholder();
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
                self.placeholder();
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
            self.placeholder();
        }
        Ok(())
    }
}

/// The name of an entity's table as a fragment.
pub(crate) struct Table<E, B>(pub(crate) PhantomData<fn() -> (E, B)>);

impl<E: Entity<B>, B: Backend> QueryFragment<B::Diesel> for Table<E, B> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, B::Diesel>) -> QueryResult<()> {
        E::push_table(out)
    }
}

/// The text of any query.
pub(crate) fn sql_of<B: Backend>(query: &(impl QueryFragment<B::Diesel> + ?Sized)) -> QueryResult<String> {
    let mut builder = DieselBuilder::<B>::default();
    query.to_sql(&mut builder, &B::Diesel::default())?;
    Ok(builder.finish())
}

/// The quoted name of an entity's table, as it occurs in the text of any query that reads it.
pub(crate) fn table_name<E: Entity<B>, B: Backend>() -> QueryResult<String> {
    sql_of::<B>(&Table::<E, B>(PhantomData))
}

/// The quoted names of an entity's table and of its key's column.
pub(crate) fn table_and_key<E: Entity<B>, B: Backend>() -> QueryResult<(String, String)> {
    let mut key = Text::<B>::of::<E>();
    for &column in E::meta().key {
        key.name(column)?;
    }
    Ok((table_name::<E, B>()?, key.finish()))
}
