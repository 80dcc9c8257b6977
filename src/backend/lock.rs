//! Locks on rows: what can be asked for, and what a database has for it.

use std::time::Duration;

/// A lock on a row: what others may still do with the row, and what becomes of one who has to wait for it.
///
/// It is held until the transaction ends. Without more said, a lock that another transaction stands in the way of is waited
/// for as long as the connection is set to.
///
/// ```
/// use std::time::Duration;
/// use moored::Lock;
///
/// let patient = Lock::UPDATE.wait_at_most(Duration::from_secs(2));
/// assert_ne!(patient, Lock::UPDATE.no_wait());
/// assert_eq!(Lock::SHARE.wait_at_most(Duration::ZERO), Lock::SHARE.no_wait());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lock {
    pub(crate) strength: Strength,
    pub(crate) wait: Wait,
}

/// What others may still do with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Strength {
    Update,
    NoKeyUpdate,
    Share,
    KeyShare,
}

/// What becomes of one who has to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Wait {
    /// As long as the connection is set to.
    AsSet,
    No,
    AtMost(Duration),
}

impl Lock {
    /// Nobody else locks, changes or deletes the row: it is going to be changed or deleted. `FOR UPDATE`.
    pub const UPDATE: Self = Self::of(Strength::Update);
    /// As [`UPDATE`](Self::UPDATE), but rows that refer to this one can still be inserted: its key stays as it is.
    /// PostgreSQL's `FOR NO KEY UPDATE`, which is what an UPDATE of other columns takes there by itself.
    pub const NO_KEY_UPDATE: Self = Self::of(Strength::NoKeyUpdate);
    /// Nobody changes or deletes the row; others may lock it for the same. `FOR SHARE`.
    pub const SHARE: Self = Self::of(Strength::Share);
    /// Nobody deletes the row or changes its key; its other columns may change. PostgreSQL's `FOR KEY SHARE`, which is what
    /// an INSERT of a row that refers to this one takes there by itself.
    pub const KEY_SHARE: Self = Self::of(Strength::KeyShare);

    const fn of(strength: Strength) -> Self {
        Self { strength, wait: Wait::AsSet }
    }

    /// Does not wait: a row that is locked by another is [`LockTimeout`](crate::backend::FailureKind::LockTimeout) at once.
    #[must_use]
    pub const fn no_wait(mut self) -> Self {
        self.wait = Wait::No;
        self
    }

    /// Waits no longer than that for each row, and is [`LockTimeout`](crate::backend::FailureKind::LockTimeout) then.
    ///
    /// PostgreSQL counts in milliseconds, MySQL and MariaDB in seconds: what is finer is rounded up. Nothing at all is
    /// [`no_wait`](Self::no_wait).
    #[must_use]
    pub const fn wait_at_most(mut self, time: Duration) -> Self {
        self.wait = if time.is_zero() { Wait::No } else { Wait::AtMost(time) };
        self
    }
}

/// How a database locks the rows that a transaction reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Locking {
    /// There are no locks on rows, and nobody else to lock them for: a transaction that may write has the database for
    /// itself from its beginning. A lock reads the row and sends no clause, and none ever waits.
    Database,
    /// With a clause at the end of a SELECT.
    Rows(RowLocks),
}

/// The clauses that lock the rows of a SELECT.
///
/// Those that a database may lack are `Err` with what it lacks, in words that fit "does not have ..": they are
/// [`Error::Unsupported`](crate::Error::Unsupported).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowLocks {
    /// ` FOR UPDATE`
    pub update: &'static str,
    /// ` FOR SHARE`
    pub share: &'static str,
    /// ` FOR NO KEY UPDATE`
    pub no_key_update: Result<&'static str, &'static str>,
    /// ` FOR KEY SHARE`
    pub key_share: Result<&'static str, &'static str>,
    /// What comes before the name of the one table whose rows are locked: ` OF `. Without it a query of several tables
    /// cannot be locked.
    pub of: Result<&'static str, &'static str>,
    /// ` NOWAIT`
    pub no_wait: Result<&'static str, &'static str>,
    /// ` SKIP LOCKED`
    pub skip_locked: Result<&'static str, &'static str>,
    /// How the time to wait is limited.
    pub wait: LockWait,
    /// Whether a SELECT without a clause can show a row as it was before one with a clause of the same transaction saw it.
    /// Rows that are locked are then read anew with `share` wherever they turn out to differ.
    pub reads_behind: bool,
}

/// How the time that a SELECT waits for locks is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LockWait {
    /// By the clause, in whole seconds.
    Clause {
        /// What comes before their number: ` WAIT `.
        before: &'static str,
        /// The most that the database takes.
        most: u64,
    },
    /// By what [`Backend::set_lock_wait`](super::Backend::set_lock_wait) sets before, and takes back after.
    Setting,
}
