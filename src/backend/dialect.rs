//! What differs between databases in the statements of a flush.

use super::Locking;

/// The limits of a database and the statement shapes that measure best on it.
#[derive(Clone, Debug)]
pub struct Dialect {
    /// The most bind parameters that one statement can have.
    pub max_binds: usize,
    /// How rows are inserted.
    pub insert: InsertShape,
    /// How rows that change the same columns are updated.
    pub update: UpdateShape,
    /// How rows are inserted that may be there already.
    pub upsert: UpsertShape,
    /// How rows are found by many keys, to be read or deleted.
    pub keyed: KeyedShape,
    /// How INSERT, UPDATE and DELETE tell of their rows.
    pub returning: Returning,
    /// What is known of the keys that one INSERT of several rows generates, whatever the table.
    pub keys: KeyOrder,
    /// How a query's rows are streamed in bounded memory.
    pub streaming: Streaming,
    /// What lets a recursive query go down to the last row.
    pub recursion: Recursion,
    /// What follows the table's name in an INSERT of a row that the database fills alone: `DEFAULT VALUES`.
    pub empty_row: &'static str,
    /// Which constraints can be deferred. Elsewhere those that an entity declares deferred hold at every statement.
    pub deferrable: Deferrable,
    /// Whether a row that refers to itself cannot be deleted before it lets go of itself.
    pub row_holds_itself: bool,
    /// How the rows that a transaction reads are locked.
    pub locking: Locking,
    /// Whether a statement that fails inside a transaction dooms it up to the last savepoint.
    pub failure_aborts_transaction: bool,
}

/// What lets a recursive query go down to the last row, where the database stops at a level of its own choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recursion {
    /// What stands before the statement: `SET STATEMENT max_recursive_iterations = 4294967295 FOR `.
    pub before: &'static str,
    /// What stands behind the last SELECT: `/*+ SET_VAR(cte_max_recursion_depth = 4294967295) */ `.
    pub hint: &'static str,
}

impl Recursion {
    /// There is no such level.
    pub const UNBOUNDED: Self = Self { before: "", hint: "" };
}

/// Which constraints a database can check at the end of a transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deferrable {
    /// Whether it can those of foreign keys.
    pub foreign_keys: bool,
    /// Whether it can those of unique sets.
    pub uniques: bool,
}

/// How rows are inserted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InsertShape {
    /// `VALUES (..), (..)` with up to so many rows. Statements of exactly this size and of one row are cached, no others.
    Values {
        /// The most rows in one statement.
        rows: usize,
    },
    /// `SELECT .. FROM unnest(..)` with an array for every column, which [`Backend::collect`](super::Backend::collect)
    /// puts together. One cached statement, however many rows.
    Arrays {
        /// The most rows in one statement.
        rows: usize,
        /// The most rows in `VALUES`, for an entity with a column of which there can be no array.
        values: usize,
    },
}

/// How rows that change the same columns are updated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UpdateShape {
    /// One cached UPDATE a row.
    Row,
    /// `UPDATE .. FROM (VALUES ..)` for every so many rows, and one cached UPDATE for each of the rest. Only statements of
    /// exactly this many rows are sent, so that all of them are cached.
    FromValues {
        /// How many rows.
        rows: usize,
    },
    /// `UPDATE .. FROM unnest(..)` with an array for every column. One cached statement, however many rows.
    FromArrays {
        /// The most rows in one statement.
        rows: usize,
        /// The rows of [`FromValues`](Self::FromValues), for an entity with a column of which there can be no array.
        values: usize,
    },
    /// `UPDATE .. JOIN (SELECT .. FROM t WHERE FALSE UNION ALL ..)`: the table gives the rows that are joined their types
    /// and collations. Statements of exactly this many rows are cached, no others.
    Join {
        /// The most rows in one statement.
        rows: usize,
        /// How rows of values are written in a UNION.
        union: UnionRows,
    },
}

/// How rows of values are written in a UNION.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UnionRows {
    /// `SELECT ?, ? UNION ALL SELECT ?, ?`
    Selects,
    /// `VALUES ROW(?, ?), ROW(?, ?)`
    Values,
}

/// How rows are inserted that may be there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UpsertShape {
    /// `ON CONFLICT (a) DO UPDATE SET b = excluded.b`, and `DO NOTHING`.
    OnConflict,
    /// `ON DUPLICATE KEY UPDATE b = ..`: whatever unique value is taken is a conflict. Only a row that has the values of the
    /// conflict target is changed by it. A row that took another unique value fails the statement: `~0 + LENGTH('..')` has to be
    /// an error whose message repeats the text, computed only in the branch of a CASE that is taken.
    OnDuplicateKey(Incoming),
}

/// How the row that was to be inserted is named in `ON DUPLICATE KEY UPDATE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Incoming {
    /// `VALUES(b)`
    Values,
    /// `VALUES (..) AS v .. v.b`
    Alias,
}

/// How rows are found by many keys, to be read or deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyedShape {
    /// `id IN (?, ?)`. Statements of exactly this size and of one row are cached, no others.
    List {
        /// The most keys in one statement.
        rows: usize,
        /// How keys of several columns are listed.
        composite: CompositeKeys,
    },
    /// `id = ANY(?)`, for a key of several columns a join with `unnest(..)`. One cached statement, however many keys.
    Arrays {
        /// The most keys in one statement.
        rows: usize,
        /// The most keys in a list, for a key with a column of which there can be no array.
        list: usize,
    },
}

/// How keys of several columns are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CompositeKeys {
    /// `(a = ? AND b = ?) OR (a = ? AND b = ?)`
    Conditions,
    /// `(a, b) IN (VALUES (?, ?), (?, ?))`
    Values,
}

/// How a query's rows are streamed in bounded memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Streaming {
    /// As they come, in Diesel's loading mode [`Backend::Streaming`](super::Backend::Streaming).
    Rows,
    /// The client keeps a whole result in memory, so the keys are read first, and then so many rows at a time by them.
    Pages {
        /// How many rows.
        rows: usize,
    },
}

/// How INSERT, UPDATE and DELETE tell of their rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Returning {
    /// With a RETURNING clause.
    Clause,
    /// Not at all: a SELECT asks, in the same transaction.
    Select(ReadBack),
}

/// What a SELECT needs to find the rows that an INSERT wrote, or that a DELETE is about to.
///
/// A row whose key the caller made is found by it. A row whose key the database made is found by `first_key`; several
/// of one INSERT are at `first_key`, `first_key + key_step`, and so on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadBack {
    /// The key that the last INSERT of this connection made for its first row: `LAST_INSERT_ID()`.
    pub first_key: &'static str,
    /// The distance between the keys of two rows of one INSERT: `@@auto_increment_increment`.
    pub key_step: &'static str,
    /// A statement after which no row has `first_key` until an INSERT makes a key: `DO LAST_INSERT_ID(0)`.
    ///
    /// Sent before an INSERT into a table whose keys are not proven to be [`KeyOrder::Ascending`]: they may not be of the
    /// kind that `first_key` tells of, and an older one must not be taken for them.
    pub forget_key: &'static str,
    /// What at the end of a SELECT makes it see rows as they are now, and keeps them so until the transaction ends:
    /// ` FOR UPDATE`.
    pub lock: &'static str,
}

/// Whether several rows whose keys the database makes may go into one INSERT: for the options of a backend on which that
/// depends on the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyBatches {
    /// Where it is proven that each row's key can be told, which is asked once for each table.
    #[default]
    WhereProven,
    /// On every table: the caller answers for it that keys are counted up, and that no trigger sets them.
    Always,
    /// Nowhere: such rows go in one at a time.
    Never,
}

/// What is known of the keys that one INSERT of several rows generates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyOrder {
    /// Each row's key is greater than that of the row before it.
    ///
    /// The rows that the database gives back are then sorted by key: their order in the answer means nothing. With
    /// [`Returning::Select`] it also means that the keys are [`ReadBack::key_step`] apart, with no gap.
    Ascending,
    /// Nothing: rows with a generated key go in one at a time.
    Unknown,
}
