//! What differs between databases in the statements of a flush.

/// The limits of a database and the statement shapes that measure best on it.
#[derive(Clone, Debug)]
pub struct Dialect {
    /// The most bind parameters that one statement can have.
    pub max_binds: usize,
    /// The most rows in one INSERT. Statements of exactly this size and of one row are cached, no others.
    pub insert_rows: usize,
    /// How rows that change the same columns are updated.
    pub update: UpdateShape,
    /// The most rows in one DELETE.
    pub delete_rows: usize,
    /// How INSERT, UPDATE and DELETE tell of their rows.
    pub returning: Returning,
    /// What is known of the keys that one INSERT of several rows generates, whatever the table.
    pub keys: KeyOrder,
    /// What stands after the table's name in an INSERT of a row that the database fills alone: `DEFAULT VALUES`.
    pub empty_row: &'static str,
    /// Whether a statement that fails inside a transaction dooms it up to the last savepoint.
    pub failure_aborts_transaction: bool,
}

/// How INSERT, UPDATE and DELETE tell of their rows.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Returning {
    /// With a RETURNING clause.
    Clause,
    /// Not at all: another SELECT asks, in the same transaction.
    Select(ReadBack),
}

/// What a SELECT needs to find the rows that an INSERT wrote, or that a DELETE is about to.
///
/// A row whose key the caller made is found by it. A row whose key the database made is found by `first_key`; several
/// of one INSERT are at `first_key`, `first_key + key_step`, and so on.
#[derive(Clone, Debug)]
pub struct ReadBack {
    /// The key that the last INSERT of this connection made for its first row: `LAST_INSERT_ID()`.
    pub first_key: &'static str,
    /// The distance between the keys of two rows of one INSERT: `@@auto_increment_increment`.
    pub key_step: &'static str,
    /// A statement after which no row has `first_key` until an INSERT makes a key.
    ///
    /// Sent before an INSERT into a table whose keys are not proven to be [`KeyOrder::Ascending`]: they may not be of the
    /// kind that `first_key` tells of, and an older one must not be taken for them.
    pub forget_key: &'static str,
    /// What at the end of a SELECT makes it see rows as they are now, and keeps them so until the transaction ends:
    /// ` FOR UPDATE`.
    pub lock: &'static str,
}

/// How rows that change the same columns are updated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UpdateShape {
    /// One cached UPDATE a row.
    Row,
}

/// What is known of the keys that one INSERT of several rows generates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyOrder {
    /// Each row's key is greater than that of the row before it in VALUES.
    ///
    /// The rows that the database gives back are then sorted by key: their order in the answer means nothing. With
    /// [`Returning::Select`] it also means that the keys are [`ReadBack::key_step`] apart, with no gap.
    Ascending,
    /// The same, unless something that cannot be seen from here makes them, like a trigger.
    ///
    /// [`ReadBack::forget_key`] goes before each INSERT, and too few rows at the keys expected are an error.
    AscendingOrForeign,
    /// Nothing: rows with a generated key go in one at a time.
    Unknown,
}
