//! What an entity says of its table, with the names of the tables around it.

use diesel::QueryResult;
use diesel::query_builder::QueryFragment;

use crate::backend::{Backend, ColumnTypes, TableName};
use crate::entity::{Entity, EntityMeta, Model};
use crate::relation::{Relation, ToOne};
use crate::statement::{quoted, sql_of, table_name};

/// What an entity says of its table. `#[derive(Entity)]` makes it.
#[doc(hidden)]
#[derive(Debug)]
pub struct Outline<B: Backend> {
    pub(crate) types: ColumnTypes<B::Diesel>,
    pub(crate) declared: Declared,
}

/// The same without a backend.
#[derive(Debug)]
pub(crate) struct Declared {
    pub(crate) meta: &'static EntityMeta,
    pub(crate) table: TableName,
    /// The SQL types of the columns, as a reader knows them.
    pub(super) types: Vec<String>,
    /// The tables that the relations lead to.
    pub(super) targets: Vec<TableName>,
    /// Whose rows the database is to delete with a row of this table.
    pub(crate) left: Vec<Left>,
}

/// A relation to an entity whose rows the database is to delete with the one that they refer to.
#[derive(Debug)]
pub(crate) struct Left {
    pub(crate) holder: &'static EntityMeta,
    pub(crate) table: TableName,
    pub(super) relation: usize,
}

impl<B: Backend> Outline<B> {
    /// The outline of an entity without relations. `types` are the names of the columns' SQL types in Rust.
    ///
    /// # Errors
    ///
    /// A name that Diesel cannot write.
    pub fn of<E: Entity<B>>(ask: ColumnTypes<B::Diesel>, types: &[&str]) -> QueryResult<Self> {
        let declared = Declared {
            meta: E::meta(),
            table: unquoted::<B>(&table_name::<E, B>()?)?,
            types: types.iter().map(|name| short(name)).collect(),
            targets: Vec::new(),
            left: Vec::new(),
        };
        Ok(Self { types: ask, declared })
    }

    /// Adds the table that the next relation leads to.
    ///
    /// # Errors
    ///
    /// A name that Diesel cannot write.
    pub fn to<T: Default + QueryFragment<B::Diesel>>(mut self) -> QueryResult<Self> {
        self.declared.targets.push(named::<T, B>()?);
        Ok(self)
    }

    /// Adds a relation whose rows, in the table `T`, are left to the database.
    ///
    /// # Errors
    ///
    /// A name that Diesel cannot write.
    pub fn left<R: ToOne, T: Default + QueryFragment<B::Diesel>>(mut self) -> QueryResult<Self> {
        let holder = <<R as Relation>::Owner as Model>::meta();
        self.declared.left.push(Left { holder, table: named::<T, B>()?, relation: R::INDEX });
        Ok(self)
    }
}

fn named<T: Default + QueryFragment<B::Diesel>, B: Backend>() -> QueryResult<TableName> {
    unquoted::<B>(&sql_of::<B>(&T::default())?)
}

/// The name out of the text that the backend writes it as.
fn unquoted<B: Backend>(text: &str) -> QueryResult<TableName> {
    let marks = quoted::<B>("x")?;
    let (open, close) = marks.split_once('x').unwrap_or_default();
    Ok(parts(text, open, close))
}

fn parts(text: &str, open: &str, close: &str) -> TableName {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((part, after)) = rest.strip_prefix(open).and_then(|inside| until(inside, close)) {
        parts.push(part);
        rest = after.strip_prefix('.').unwrap_or_default();
    }
    let name = parts.pop().unwrap_or_else(|| text.to_owned());
    TableName { schema: parts.pop(), name }
}

/// What stands before the closing quote, which is doubled where it is part of the name, and what follows it.
fn until<'a>(text: &'a str, close: &str) -> Option<(String, &'a str)> {
    let mut name = String::new();
    let mut rest = text;
    loop {
        let (part, after) = rest.split_once(close).filter(|_| !close.is_empty())?;
        name.push_str(part);
        let Some(more) = after.strip_prefix(close) else { return Some((name, after)) };
        name.push_str(close);
        rest = more;
    }
}

/// `Array<Text>` for `diesel::pg::sql_types::Array<diesel::sql_types::Text>`, and nothing of `Nullable`.
fn short(path: &str) -> String {
    let mut name = String::new();
    let mut word = String::new();
    for character in path.chars() {
        match character {
            ':' => word.clear(),
            '<' | '>' | ',' | ' ' | '(' | ')' | '[' | ']' => {
                name.push_str(&word);
                name.push(character);
                word.clear();
            }
            _ => word.push(character),
        }
    }
    name.push_str(&word);
    match name.strip_prefix("Nullable<").and_then(|inner| inner.strip_suffix('>')) {
        Some(inner) => inner.to_owned(),
        None => name,
    }
}

#[cfg(test)]
mod tests {
    use super::{parts, short};

    #[test]
    fn types_lose_their_paths() {
        assert_eq!(short("diesel::sql_types::Nullable<diesel::sql_types::Text>"), "Text");
        assert_eq!(
            short("diesel::pg::sql_types::Array<diesel::sql_types::Nullable<diesel::sql_types::Text>>"),
            "Array<Nullable<Text>>"
        );
        assert_eq!(short("app::schema::sql_types::Color"), "Color");
    }

    #[test]
    fn names_lose_their_quotes() {
        let name = |text, mark| parts(text, mark, mark).to_string();
        assert_eq!(name("`or``ders`", "`"), "or`ders");
        assert_eq!(name("\"shop\".\"orders\"", "\""), "shop.orders");
        assert_eq!(parts("[shop].[a.b]", "[", "]").schema.as_deref(), Some("shop"));
        assert_eq!(name("\"a.b\"", "\""), "a.b");
        assert_eq!(parts("\"a.b\"", "\"", "\"").schema, None);
        assert_eq!(name("orders", ""), "orders");
    }
}
