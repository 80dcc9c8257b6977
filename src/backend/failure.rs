//! What a database's error means, in words that are the same for every database.

use std::fmt;

/// A database's error, classified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What happened.
    pub kind: FailureKind,
    /// The table, where the database names it.
    pub table: Option<Box<str>>,
    /// The column, where the database names it.
    pub column: Option<Box<str>>,
    /// The constraint, where the database names it.
    pub constraint: Option<Box<str>>,
}

impl Failure {
    /// A failure of that kind of which nothing more is known.
    #[must_use]
    pub const fn new(kind: FailureKind) -> Self {
        Self { kind, table: None, column: None, constraint: None }
    }
}

/// The kinds of failure that a database reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureKind {
    /// A value that must be unique is taken.
    Unique,
    /// A row refers to one that does not exist, or a row that others refer to was to be deleted.
    ForeignKey,
    /// NULL in a column that takes none.
    NotNull,
    /// A check constraint does not hold.
    Check,
    /// The database chose this transaction to end a deadlock.
    Deadlock,
    /// The transaction cannot be serialized with others.
    Serialization,
    /// A lock was not granted in time.
    LockTimeout,
    /// The database is busy with another writer.
    Busy,
    /// The transaction, the connection or the database cannot be written to.
    ReadOnly,
    /// The connection is gone.
    LostConnection,
    /// The disk or a quota is full.
    Full,
    /// A value cannot be converted between Rust and the database.
    Conversion,
    /// Anything else; the database's own words are in the error's source.
    Other,
}

impl FailureKind {
    /// Whether the same unit of work, started anew, can succeed without any change to it.
    #[must_use]
    pub const fn is_retryable(self) -> bool {
        matches!(
            self,
            Self::Deadlock | Self::Serialization | Self::LockTimeout | Self::Busy | Self::LostConnection
        )
    }

    /// Whether the database may have ended the whole transaction, whatever a savepoint says.
    #[must_use]
    pub const fn ends_transaction(self) -> bool {
        matches!(self, Self::Deadlock | Self::Serialization | Self::LostConnection | Self::Full)
    }
}

impl fmt::Display for FailureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unique => "a unique constraint was violated",
            Self::ForeignKey => "a foreign key constraint was violated",
            Self::NotNull => "a required column was null",
            Self::Check => "a check constraint was violated",
            Self::Deadlock => "a deadlock was broken at this transaction's expense",
            Self::Serialization => "the transaction could not be serialized",
            Self::LockTimeout => "a lock was not granted in time",
            Self::Busy => "the database was busy",
            Self::ReadOnly => "the database could not be written to",
            Self::LostConnection => "the connection was lost",
            Self::Full => "the database has no space left",
            Self::Conversion => "a value could not be converted",
            Self::Other => "the database reported an error",
        })
    }
}
