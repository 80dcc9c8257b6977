//! The pragmas of every connection.

use std::time::Duration;

/// What every connection to the database is set to.
///
/// Defaults: foreign keys are enforced, the journal is a write-ahead log, a busy database is waited for five seconds,
/// `synchronous` is `NORMAL`, which together with the write-ahead log survives a crash of the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqliteOptions {
    /// Whether foreign keys are enforced.
    pub foreign_keys: bool,
    /// How the journal is kept. An in-memory database keeps its own.
    pub journal: Journal,
    /// How often SQLite waits for the disk.
    pub synchronous: Synchronous,
    /// How long a connection waits for another's lock.
    pub busy_timeout: Duration,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self {
            foreign_keys: true,
            journal: Journal::Wal,
            synchronous: Synchronous::Normal,
            busy_timeout: Duration::from_secs(5),
        }
    }
}

/// How the journal is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Journal {
    /// A write-ahead log: readers and the writer do not wait for each other.
    Wal,
    /// A rollback journal that is deleted after every transaction.
    Delete,
}

/// How often SQLite waits for the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Synchronous {
    /// Never: a power failure can destroy the database.
    Off,
    /// At the critical moments; with a write-ahead log a power failure can undo the last transactions.
    Normal,
    /// At every transaction.
    Full,
}

impl SqliteOptions {
    pub(crate) fn pragmas(&self, in_memory: bool) -> String {
        let foreign_keys = if self.foreign_keys { "ON" } else { "OFF" };
        let synchronous = match self.synchronous {
            Synchronous::Off => "OFF",
            Synchronous::Normal => "NORMAL",
            Synchronous::Full => "FULL",
        };
        let journal = match (in_memory, self.journal) {
            (true, _) => "",
            (false, Journal::Wal) => "PRAGMA journal_mode = WAL;",
            (false, Journal::Delete) => "PRAGMA journal_mode = DELETE;",
        };
        // The busy time-out first: switching the journal may have to wait as well.
        format!(
            "PRAGMA busy_timeout = {}; {journal} PRAGMA synchronous = {synchronous}; PRAGMA foreign_keys = {foreign_keys};",
            self.busy_timeout.as_millis()
        )
    }
}
