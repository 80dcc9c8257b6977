//! One way in which a database and an entity disagree.

use std::fmt;

use crate::backend::{OnDelete, TableName};

/// One way in which the database differs from what an entity declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The entity's name.
    pub entity: &'static str,
    /// Its table.
    pub table: TableName,
    /// What differs.
    pub drift: Drift,
}

/// What differs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Drift {
    /// There is no such table.
    NoTable,
    /// There is no such column.
    NoColumn {
        /// The column.
        column: &'static str,
    },
    /// The column is of a type that the declared one does not fit.
    OtherType {
        /// The column.
        column: &'static str,
        /// The type that `diesel::table!` declares.
        declared: String,
        /// The type that it has, as the database writes it.
        found: String,
    },
    /// The column takes NULL, and its field does not: a row with one cannot be read.
    TakesNull {
        /// The column.
        column: &'static str,
    },
    /// The field takes `None`, and its column no NULL.
    TakesNoNull {
        /// The column.
        column: &'static str,
    },
    /// The primary key has other columns.
    PrimaryKey {
        /// The columns that the entity declares.
        declared: Box<[&'static str]>,
        /// Those of the table's primary key; none where it has none.
        found: Box<[String]>,
    },
    /// The column is declared `generated`, and the database does not make its value; on a database that tells of counted keys
    /// alone, does not count it.
    NotGenerated {
        /// The column.
        column: &'static str,
    },
    /// The column is declared `default`, and has none.
    NoDefault {
        /// The column.
        column: &'static str,
    },
    /// The database makes the column's value and refuses any other, and it is not declared `generated`.
    ReadOnly {
        /// The column.
        column: &'static str,
    },
    /// A column without a field takes no NULL and has no default, so that no row can be inserted.
    Unfilled {
        /// The column.
        column: String,
    },
    /// The columns are declared unique, and no index makes them so.
    NotUnique {
        /// The columns.
        columns: Box<[&'static str]>,
        /// An index that makes them unique under a condition, or in a part of their values.
        partly: Option<String>,
    },
    /// An index makes columns unique that are not declared `unique`: a flush can write rows in an order that it refuses.
    UndeclaredUnique {
        /// The index.
        index: String,
        /// Its columns.
        columns: Box<[String]>,
    },
    /// A unique set is checked at another time than declared.
    UniqueDeferral {
        /// The columns.
        columns: Box<[&'static str]>,
        /// Whether it is declared `deferred_unique`; the database says the opposite.
        declared: bool,
    },
    /// No foreign key stands behind a relation.
    NoForeignKey {
        /// The relation.
        relation: &'static str,
        /// Its columns.
        columns: Box<[&'static str]>,
        /// Where it leads to.
        target: TableName,
    },
    /// The foreign key behind a relation leads to something else than the key of its target.
    ForeignKeyElsewhere {
        /// The relation.
        relation: &'static str,
        /// Where it leads to.
        target: TableName,
        /// Where the foreign key leads to.
        found: TableName,
        /// The columns that it leads to; none where the database says that it is the primary key.
        columns: Box<[String]>,
    },
    /// A foreign key leads to an entity that is compared as well, and no relation says so: a flush can write rows in an order
    /// that it refuses.
    UndeclaredForeignKey {
        /// The columns.
        columns: Box<[String]>,
        /// Where it leads to.
        target: TableName,
    },
    /// The foreign key behind a relation is checked at another time than declared.
    Deferral {
        /// The relation.
        relation: &'static str,
        /// Whether it is declared `deferred`; the database says the opposite.
        declared: bool,
    },
    /// The rows of another entity are left to the database when the one that they refer to is removed, by
    /// `on_remove = database`, and the foreign key does something else than delete them.
    OnDelete {
        /// The entity that refers to this one.
        holder: &'static str,
        /// Its relation.
        relation: &'static str,
        /// What the foreign key does.
        found: OnDelete,
    },
}

/// The columns as a text: `(shelf, position)`.
fn list<C: AsRef<str>>(columns: &[C]) -> String {
    let names: Vec<&str> = columns.iter().map(AsRef::as_ref).collect();
    format!("({})", names.join(", "))
}

fn when(deferred: bool) -> &'static str {
    if deferred { "deferred" } else { "not deferred" }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let table = &self.table;
        write!(f, "{}: ", self.entity)?;
        match &self.drift {
            Drift::NoTable => write!(f, "there is no table {table}"),
            Drift::NoColumn { column } => write!(f, "there is no column {table}.{column}"),
            Drift::OtherType { column, declared, found } => {
                write!(f, "{table}.{column} is declared {declared}, which does not fit {found}")
            }
            Drift::TakesNull { column } => write!(f, "{table}.{column} takes NULL, and its field does not"),
            Drift::TakesNoNull { column } => write!(f, "{table}.{column} takes no NULL, and its field does"),
            Drift::PrimaryKey { declared, found } if found.is_empty() => {
                write!(f, "{table} has no primary key, where {} is declared", list(declared))
            }
            Drift::PrimaryKey { declared, found } => {
                write!(
                    f,
                    "the primary key of {table} is {}, where {} is declared",
                    list(found),
                    list(declared)
                )
            }
            Drift::NotGenerated { column } => {
                write!(f, "{table}.{column} is declared generated, and the database does not make it")
            }
            Drift::NoDefault { column } => {
                write!(f, "{table}.{column} is declared to have a default, and has none")
            }
            Drift::ReadOnly { column } => {
                write!(f, "{table}.{column} is made by the database alone, and not declared generated")
            }
            Drift::Unfilled { column } => {
                write!(f, "{table}.{column} has no field, takes no NULL and has no default")
            }
            Drift::NotUnique { columns, partly: None } => {
                write!(f, "{} of {table} is declared unique, and no index makes it so", list(columns))
            }
            Drift::NotUnique { columns, partly: Some(index) } => {
                write!(
                    f,
                    "{} of {table} is declared unique, and the index {index} makes it so for some rows or values only",
                    list(columns)
                )
            }
            Drift::UndeclaredUnique { index, columns } => {
                write!(f, "{} of {table} is unique by {index}, and not declared so", list(columns))
            }
            Drift::UniqueDeferral { columns, declared } => {
                let (declared, found) = (when(*declared), when(!declared));
                write!(
                    f,
                    "what makes {} of {table} unique is declared {declared}, and is {found}",
                    list(columns)
                )
            }
            Drift::NoForeignKey { relation, columns, target } => {
                write!(f, "no foreign key {} of {table} leads to {target}, as {relation} does", list(columns))
            }
            Drift::ForeignKeyElsewhere { relation, target, found, columns } => {
                write!(f, "{relation} leads to {target}, and its foreign key to {found}")?;
                if columns.is_empty() { Ok(()) } else { write!(f, " {}", list(columns)) }
            }
            Drift::UndeclaredForeignKey { columns, target } => {
                write!(
                    f,
                    "the foreign key {} of {table} leads to {target}, as no relation does",
                    list(columns)
                )
            }
            Drift::Deferral { relation, declared } => {
                let (declared, found) = (when(*declared), when(!declared));
                write!(f, "{relation} is declared {declared}, and its foreign key is {found}")
            }
            Drift::OnDelete { holder, relation, found } => {
                write!(
                    f,
                    "rows of {holder} are left to the database, and the foreign key of {relation} says ON DELETE {found}"
                )
            }
        }
    }
}

/// All differences, a line each.
pub(crate) fn listed(differences: &[Difference]) -> String {
    let mut text = String::from("the database is not as its entities declare it:");
    for difference in differences {
        text.push_str(&format!("\n- {difference}"));
    }
    text
}
