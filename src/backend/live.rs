//! What a database's catalogue says of a table.

use std::fmt;

use diesel::sql_types::TypeMetadata;

/// Asks Diesel how the backend knows the SQL types of an entity's columns, in their order.
pub type ColumnTypes<DB> =
    fn(&mut <DB as TypeMetadata>::MetadataLookup, &mut Vec<Option<<DB as TypeMetadata>::TypeMetadata>>);

/// The name of a table, as `diesel::table!` has it: not quoted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableName {
    /// The schema, where one is named: on MySQL the database, on SQLite the attached one.
    pub schema: Option<String>,
    /// The table.
    pub name: String,
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.schema {
            Some(schema) => write!(f, "{schema}.{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// A table as it is in the database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LiveTable {
    /// The columns.
    pub columns: Vec<LiveColumn>,
    /// The columns of the primary key.
    pub key: Vec<String>,
    /// What is unique beside the primary key.
    pub uniques: Vec<LiveUnique>,
    /// The foreign keys.
    pub foreign_keys: Vec<LiveForeignKey>,
    /// Whether it is a view, of which a catalogue tells columns and types alone.
    pub is_view: bool,
    /// Whether names that differ in case alone name the same column.
    pub ignores_case: bool,
}

/// A column as it is in the database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LiveColumn {
    /// Its name.
    pub name: String,
    /// Its type, as the database writes it.
    pub sql_type: String,
    /// Numbers of the backend's own by which it knows the type again: on PostgreSQL the object identifier, and that of what
    /// a domain is made of.
    pub type_numbers: Vec<u32>,
    /// Whether it takes NULL.
    pub nullable: bool,
    /// What the database puts where an INSERT leaves the column out.
    pub filled: Filled,
    /// Whether the database makes the value and refuses any other.
    pub read_only: bool,
}

/// What a database puts where an INSERT leaves a column out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Filled {
    /// NULL, if the column takes it.
    #[default]
    Nothing,
    /// A default, fixed or worked out.
    ByDefault,
    /// The next number of a sequence.
    ByCount,
    /// What an expression makes of the row's other columns.
    ByExpression,
}

/// What is unique in a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LiveUnique {
    /// The name of the index.
    pub name: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// Whether it is unique in these columns for every row: it has no condition, no expression, and no part of a column.
    pub is_whole: bool,
    /// Whether it is checked at the end of the transaction.
    pub deferred: bool,
}

/// A foreign key of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveForeignKey {
    /// Its columns.
    pub columns: Vec<String>,
    /// The table that it leads to, with its schema.
    pub table: TableName,
    /// Whether that table is the one that its name alone, without a schema, means.
    pub is_near: bool,
    /// The columns that it leads to, one for each of its own; none where that is the primary key.
    pub target: Vec<String>,
    /// Whether it is checked at the end of the transaction.
    pub deferred: bool,
    /// What becomes of the rows when the one that they refer to is deleted.
    pub on_delete: OnDelete,
}

/// What becomes of rows when the one that they refer to is deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnDelete {
    /// The deletion is refused, at the end of the statement or of the transaction.
    #[default]
    NoAction,
    /// The deletion is refused at once.
    Restrict,
    /// They are deleted.
    Cascade,
    /// They let go of it.
    SetNull,
    /// They refer to the default.
    SetDefault,
}

impl OnDelete {
    /// Reads `SET NULL` and the like, as SQL writes them.
    #[must_use]
    pub fn read(action: &str) -> Self {
        match action {
            "RESTRICT" => Self::Restrict,
            "CASCADE" => Self::Cascade,
            "SET NULL" => Self::SetNull,
            "SET DEFAULT" => Self::SetDefault,
            _ => Self::NoAction,
        }
    }
}

impl fmt::Display for OnDelete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoAction => "NO ACTION",
            Self::Restrict => "RESTRICT",
            Self::Cascade => "CASCADE",
            Self::SetNull => "SET NULL",
            Self::SetDefault => "SET DEFAULT",
        })
    }
}
