//! What is known of an entity without a value of it: names, columns, keys, relations.

use std::any::{Any, TypeId};
use std::fmt;

/// The static description of an entity, made by `#[derive(Entity)]`.
///
/// Columns are numbered in the order of the struct's fields; every other
/// part of the library speaks of columns by that number.
#[derive(Debug)]
pub struct EntityMeta {
    /// The name of the struct.
    pub name: &'static str,
    /// The columns, in the order of the fields.
    pub columns: &'static [ColumnMeta],
    /// The columns of the primary key, in the order of the key's parts.
    pub key: &'static [usize],
    /// The version column of optimistic locking.
    pub version: Option<usize>,
    /// The foreign keys of this entity.
    pub relations: &'static [RelationMeta],
    /// The sets of columns that the schema declares unique, the primary key aside.
    pub uniques: &'static [UniqueMeta],
}

impl EntityMeta {
    /// The columns for which `test` holds.
    pub fn select(&self, test: impl Fn(&ColumnMeta) -> bool) -> ColumnSet {
        let mut set = ColumnSet::EMPTY;
        for (index, column) in self.columns.iter().enumerate() {
            if test(column) {
                set.insert(index);
            }
        }
        set
    }

    /// The columns of the primary key as a set.
    #[must_use]
    pub fn key_columns(&self) -> ColumnSet {
        self.key.iter().copied().collect()
    }

    /// Whether the database makes (a part of) the key.
    #[must_use]
    pub fn key_is_generated(&self) -> bool {
        self.key.iter().any(|&part| self.columns.get(part).is_some_and(|c| c.generated))
    }

    /// Whether an UPDATE of these columns compares the version and moves it on: one of them is the version, or counts for it.
    #[must_use]
    pub fn moves_version(&self, columns: ColumnSet) -> bool {
        let is_versioned = |column: usize| self.columns.get(column).is_none_or(|column| column.versioned);
        self.version.is_some() && columns.iter().any(is_versioned)
    }

    /// The columns that an INSERT reads back: what the database fills, and the key to match rows by.
    ///
    /// Empty when the database fills nothing.
    #[must_use]
    pub fn returned(&self) -> ColumnSet {
        let filled = self.select(|c| c.generated || c.default);
        if filled.is_empty() { filled } else { filled | self.key_columns() }
    }
}

/// One column of an entity.
#[derive(Debug)]
pub struct ColumnMeta {
    /// The name of the struct's field.
    pub field: &'static str,
    /// The name in SQL.
    pub name: &'static str,
    /// The SQL type, without `Nullable`.
    pub sql_type: fn() -> TypeId,
    /// Whether the column takes NULL.
    pub nullable: bool,
    /// Whether the database makes the value and nobody else may.
    pub generated: bool,
    /// Whether the database has a default that a draft may leave to it.
    pub default: bool,
    /// Whether a change of this column alone makes a query flush first.
    pub track: bool,
    /// Whether a change of this column moves the version.
    pub versioned: bool,
}

/// One foreign key of an entity.
#[derive(Debug)]
pub struct RelationMeta {
    /// The name of the relation, `author` for a column `author_id`.
    pub name: &'static str,
    /// The columns that hold the key of the target, in the order of its parts.
    pub columns: &'static [usize],
    /// Whether the row may refer to nothing, which a NULL in any of the columns says.
    pub nullable: bool,
    /// Whether no two rows refer to the same one: the columns contain the primary key or a unique set.
    pub one: bool,
    /// Whether the schema declares the constraint deferrable and initially deferred, on a database that can.
    pub deferred: bool,
    /// The entity that is referred to.
    pub target: fn() -> (TypeId, &'static EntityMeta),
    /// Whether two values are the same key of that entity; not when either is no key of it.
    pub same_key: fn(&dyn Any, &dyn Any) -> bool,
}

impl RelationMeta {
    /// The columns as a set.
    #[must_use]
    pub fn column_set(&self) -> ColumnSet {
        self.columns.iter().copied().collect()
    }
}

/// Whether both are the same key of a `P`.
#[doc(hidden)]
#[must_use]
pub fn same_key<P: super::Model>(one: &dyn Any, other: &dyn Any) -> bool {
    let one = one.downcast_ref::<P::Key>();
    one.is_some() && one == other.downcast_ref()
}

/// A set of columns that is unique in the table.
#[derive(Debug)]
pub struct UniqueMeta {
    /// The columns, in the order of declaration.
    pub columns: &'static [usize],
    /// Whether the schema declares the constraint deferrable and initially deferred, on a database that can.
    pub deferred: bool,
}

/// A set of column numbers of one entity: at most 128.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ColumnSet(u128);

impl ColumnSet {
    /// No column.
    pub const EMPTY: Self = Self(0);
    /// The most columns an entity can have.
    pub const CAPACITY: usize = 128;

    /// The first `count` columns.
    #[must_use]
    pub const fn first(count: usize) -> Self {
        if count >= Self::CAPACITY { Self(u128::MAX) } else { Self((1 << count) - 1) }
    }

    /// The set of one column.
    #[must_use]
    pub const fn only(column: usize) -> Self {
        Self(1 << column)
    }

    /// Adds a column.
    pub const fn insert(&mut self, column: usize) {
        self.0 |= 1 << column;
    }

    /// Takes a column out.
    pub const fn remove(&mut self, column: usize) {
        self.0 &= !(1 << column);
    }

    /// Whether the column is in the set.
    #[must_use]
    pub const fn contains(self, column: usize) -> bool {
        column < Self::CAPACITY && self.0 & (1 << column) != 0
    }

    /// Whether no column is in the set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many columns are in the set.
    #[must_use]
    pub const fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Whether the two share a column.
    #[must_use]
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The columns of `self` that are not in `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The columns, in ascending order.
    pub fn iter(self) -> impl Iterator<Item = usize> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            if rest == 0 {
                return None;
            }
            let column = rest.trailing_zeros() as usize;
            rest &= rest - 1;
            Some(column)
        })
    }
}

impl std::ops::BitOr for ColumnSet {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl std::ops::BitOrAssign for ColumnSet {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

impl std::ops::BitAnd for ColumnSet {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl FromIterator<usize> for ColumnSet {
    fn from_iter<I: IntoIterator<Item = usize>>(columns: I) -> Self {
        let mut set = Self::EMPTY;
        for column in columns {
            set.insert(column);
        }
        set
    }
}

impl fmt::Debug for ColumnSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
