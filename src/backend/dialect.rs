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
    /// Whether INSERT and DELETE can give columns of their rows back.
    pub returning: bool,
    /// What is known of the keys that one INSERT of several rows generates.
    pub keys: KeyOrder,
    /// Whether a statement that fails inside a transaction dooms it up to the last savepoint.
    pub failure_aborts_transaction: bool,
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
}

/// What is known of the keys that one INSERT of several rows generates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyOrder {
    /// Each row's key is greater than that of the row before it in VALUES.
    ///
    /// The rows that the database gives back are then sorted by key: their order in the answer means nothing.
    Ascending,
    /// Nothing: rows with a generated key go in one at a time.
    Unknown,
}
