//! What can go wrong, in variants by who has to act.

use std::fmt;

use crate::backend::{Failure, FailureKind};
use crate::entity::EntityMeta;
use crate::order::Cycle;
use crate::schema::Difference;

/// The result of a verb.
pub type Result<T, X = Error> = std::result::Result<T, X>;

/// What can go wrong.
///
/// An error loses nothing: memory and database are as they were before the call, unless its variant says otherwise.
/// Errors name entities, keys and columns, never the value of a column.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    // -- the caller's to put right -------------------------------------------------------------------------------
    /// A row that must exist does not.
    #[error("there is no such {entity}")]
    NotFound {
        /// The entity's name.
        entity: &'static str,
    },
    /// A query that must give one row gave several.
    #[error("more than one {entity} was found where exactly one was expected")]
    NotUnique {
        /// The entity's name.
        entity: &'static str,
    },
    /// The row is removed, or scheduled for it, through another handle. `restore` takes the schedule back.
    #[error("{0} is removed")]
    Removed(RowName),
    /// The row left the session through another handle.
    #[error("{0} is detached from this session")]
    Detached(RowName),
    /// The draft was forgotten through another handle.
    #[error("the draft of {entity} was given up")]
    Forgotten {
        /// The entity's name.
        entity: &'static str,
    },
    /// Another value with this key is in the session; it keeps the key. Edit that one, or `merge` a detached one.
    #[error("{0} is in this session already")]
    AlreadyManaged(RowName),
    /// The draft's row was written meanwhile, by a flush before a query. `promote` turns the handle without SQL.
    #[error("the row of this draft of {entity} is written already; promote the handle")]
    AlreadyWritten {
        /// The entity's name.
        entity: &'static str,
    },
    /// The row is not in the database yet. Flush first.
    #[error("this {entity} is not written yet; flush first")]
    NotWritten {
        /// The entity's name.
        entity: &'static str,
    },
    /// The work waits outside of this transaction or scope, which does not write it. Flush it before opening one.
    #[error("this {entity} is pending outside of the transaction or scope; flush it before")]
    PendingOutside {
        /// The entity's name.
        entity: &'static str,
    },
    /// The row waits for the next flush in a way that a value cannot take along: it is linked to a row without a key,
    /// or the database is to compute a column. Flush first.
    #[error("{0} waits for a key or a computed column; flush first")]
    PendingLink(RowName),
    /// A relation leads to a row that is removed. Link to another row, or restore that one.
    #[error("relation {relation} of {entity} leads to {target}, which is removed")]
    RemovedTarget {
        /// The entity that holds the relation.
        entity: &'static str,
        /// The relation.
        relation: &'static str,
        /// The row it leads to.
        target: RowName,
    },
    /// A relation shares a column with another relation, or with a field that the draft supplies itself, and the two say
    /// different things of it. Link to rows that have the same part in their keys.
    #[error("relation {relation} of {entity} disagrees with what else says of one of its columns")]
    LinksDisagree {
        /// The entity that holds the relation.
        entity: &'static str,
        /// The relation.
        relation: &'static str,
    },
    /// A relation leads to a row that was not loaded with it: the column was edited, or the row was linked, since. Load it
    /// again.
    #[error("relation {relation} of {entity} leads to what is not loaded")]
    NotLoaded {
        /// The entity that has the relation.
        entity: &'static str,
        /// The relation.
        relation: &'static str,
    },
    /// A row that a relation leads to is referred to by a key that is spelled otherwise than its own: the same under the
    /// collation of the column, another to memory. Spell it as the row does, or give the columns a binary collation.
    #[error(
        "relation {relation} of {entity} leads to {row} by a key that is spelled otherwise on the other side"
    )]
    KeySpelling {
        /// The entity that holds the column.
        entity: &'static str,
        /// The relation.
        relation: &'static str,
        /// The row that came from the database.
        row: RowName,
    },
    /// The key of a row was edited. A key never changes: remove the row and persist another.
    #[error("the key of {0} was changed")]
    KeyChanged(RowName),
    /// A version or a generated column was edited. Only the library or the database sets it.
    #[error("column {column} of {row} was changed, which only the database or a flush may do")]
    ReadOnlyColumn {
        /// The row.
        row: RowName,
        /// The column.
        column: &'static str,
    },
    /// A column was edited, and the database was to compute it as well. Do one of the two, and flush between them.
    #[error("column {column} of {row} is both edited and computed")]
    SetTwice {
        /// The row.
        row: RowName,
        /// The column.
        column: &'static str,
    },
    /// The column is not one of the entity's: the struct leaves it out.
    #[error("{entity} has no column {column}")]
    UnknownColumn {
        /// The entity's name.
        entity: &'static str,
        /// The column.
        column: &'static str,
    },
    /// A key, a version, a generated column or a column of the conflict target was to be set by a statement of many rows.
    /// Only the library or the database sets it; for another key remove the row and persist another.
    #[error("column {column} of {entity} cannot be set by a set-based update or an upsert")]
    NotSettable {
        /// The entity's name.
        entity: &'static str,
        /// The column.
        column: &'static str,
    },
    /// The unique set that an upsert goes by can tell no conflict: a draft has no value in it, or the database checks it at
    /// the end of the transaction only. Persist the draft, or go by another set.
    #[error("an upsert of {entity} cannot go by {set}: {reason}")]
    NoConflictTarget {
        /// The entity's name.
        entity: &'static str,
        /// The columns of the set.
        set: Box<str>,
        /// Why not.
        reason: &'static str,
    },
    /// A statement of many rows leaves the next version to the database, which cannot work it out for a version of this
    /// type. Load the rows and edit them.
    #[error("the database cannot work out the next version of {entity}")]
    NoNextVersion {
        /// The entity's name.
        entity: &'static str,
    },
    /// The rows of a list cannot be put in order: there is no position after the greatest. Give its rows smaller ones.
    #[error("there is no position after the greatest of {entity}")]
    PositionExhausted {
        /// The entity's name.
        entity: &'static str,
    },
    /// A row is not in the collection that it was to be moved in. Nothing was moved.
    #[error("the collection {relation} of a {entity} has no such row")]
    NotInCollection {
        /// The name of the entity that has the collection.
        entity: &'static str,
        /// The relation.
        relation: &'static str,
    },
    /// The version column has no further value.
    #[error("the version of {0} has no next value")]
    VersionExhausted(RowName),
    /// Rows require each other in a circle, so that none of them can be written first.
    #[error(transparent)]
    Cycle(#[from] Box<Cycle>),
    /// Rows of one entity take each other's unique values in a circle, in columns that cannot be NULL in between, and
    /// the backend has no value to park them with. Give one of them another value and flush, then the wished one.
    #[error("rows of {entity} take each other's unique values in a circle")]
    UniqueCycle {
        /// The entity's name.
        entity: &'static str,
    },
    /// A session or a scope ended well with work that was never flushed. Flush it, or say `discard()`.
    #[error("the session ended with work that was never flushed: {0}")]
    Unflushed(Unflushed),
    /// The handle is of another session. Only a hole in the compiler lets a program get here.
    #[error("a handle of {entity} was used with a session that it is not of")]
    ForeignHandle {
        /// The entity's name.
        entity: &'static str,
    },
    /// One row alone has more values than a statement of this database can carry.
    #[error("a row of {entity} has more values than one statement can carry")]
    RowTooLarge {
        /// The entity's name.
        entity: &'static str,
    },

    /// A subscriber refused what it was told of. Nothing of the flush happened.
    #[error("a subscriber refused: {source}")]
    Vetoed {
        /// Its reason.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Subscribers added to one flush over and over: one of them does what calls it again. Nothing of the flush happened.
    #[error("subscribers still added to the flush after {rounds} rounds")]
    EndlessEvents {
        /// How often they had added to it.
        rounds: usize,
    },

    /// No unit of work of this context is lent to the thread: [`with`](crate::context::with) was called outside of
    /// [`enter`](crate::context::enter), on another thread, or later, by a future. Call it inside, or pass the unit of work.
    #[error("no unit of work is entered as {context} on this thread")]
    NoContext {
        /// The type that names the context.
        context: &'static str,
    },
    /// The thread has entered this context already. Work on in the unit of work that it has, or name the other one by a
    /// [`Context`](crate::context::Context) of its own.
    #[error("a unit of work is entered as {context} already on this thread")]
    ContextEntered {
        /// The type that names the context.
        context: &'static str,
    },
    /// An access to this context called for another one. Hand the unit of work on that the first was given, or end it
    /// before.
    #[error("the unit of work that is entered as {context} is in use further up the stack")]
    ContextInUse {
        /// The type that names the context.
        context: &'static str,
    },

    // -- another writer's doing: reload and decide ---------------------------------------------------------------
    /// Another writer changed the very columns that are edited here, to other values. Take theirs, or keep mine.
    #[error("columns {columns} of {row} were changed here and by another writer")]
    Conflict {
        /// The row.
        row: RowName,
        /// The columns.
        columns: Box<str>,
    },
    /// Another writer changed or deleted the row since it was read. `refresh` takes theirs.
    #[error("{0} was changed or deleted by another writer")]
    Stale(RowName),

    // -- the schema's: migrate it, or change the entity ----------------------------------------------------------
    /// The database is not as entities declare it. Migrate it, or change what they declare.
    #[error("{}", crate::schema::listed(differences))]
    Schema {
        /// All differences of all entities.
        differences: Box<[Difference]>,
    },

    /// A migration failed, or what has been applied could not be found out. On a database whose schema changes are transactions
    /// nothing of it was applied; those before it were.
    #[error("{}", match version { Some(version) => format!("migration {version} failed"), None => "migrations cannot be looked up".into() })]
    Migration {
        /// The version, if it is known which.
        version: Option<Box<str>>,
        /// What the database's refusal means. It is not known of a migration's own SQL.
        failure: Option<Box<Failure>>,
        /// The words of the database, or of Diesel.
        source: Box<dyn std::error::Error + Send + Sync>,
    },

    // -- the database's word -------------------------------------------------------------------------------------
    /// The database refused a statement.
    #[error("{}", failure.kind)]
    Database {
        /// What the refusal means.
        failure: Box<Failure>,
        /// The database's own words.
        source: diesel::result::Error,
    },
    /// The database gave back fewer rows than were inserted, or keys that cannot be matched to them.
    #[error("the database did not say which keys the rows of {entity} got")]
    KeysUnknown {
        /// The entity's name.
        entity: &'static str,
    },
    /// The connection was lost while COMMIT, or a single statement outside of a transaction, was on its way: it may have
    /// happened or not. Look before doing it again; [`Orm::retry_verified`](crate::Orm::retry_verified) does.
    #[error("the connection was lost during commit: the outcome is unknown")]
    CommitUnknown {
        /// The database's own words.
        source: diesel::result::Error,
    },
    /// The transaction failed earlier; nothing but its rollback is possible.
    #[error("the transaction failed earlier and can only be rolled back: {cause}")]
    Doomed {
        /// The first failure.
        cause: Box<str>,
    },
    /// The database cannot do what was asked of it.
    #[error("{backend} does not have {what}")]
    Unsupported {
        /// The database.
        backend: &'static str,
        /// What was asked.
        what: &'static str,
    },
    /// A transaction is open already: its isolation is that with which it began, and what must be committed on its return
    /// cannot be a part of it. Begin this one outside of it.
    #[error("a transaction is open already")]
    TransactionOpen,
    /// A unit of work was to be retried inside a transaction that is open on this thread. It would run on a connection of its
    /// own, wait for what the transaction has locked, which cannot end before it does, and stand when the transaction is undone.
    /// Retry the whole, with [`Orm::retry`](crate::Orm::retry) around the transaction, and hand the transaction on; for work that
    /// is to stand by itself there is [`requires_new`](crate::UnitOfWork::requires_new).
    #[error("a unit of work cannot be retried inside a transaction that is open on this thread")]
    RetryInTransaction,
    /// A transaction was to be open already, and none is.
    #[error("no transaction is open")]
    NoTransaction,
    /// The transaction was committed before; nothing can be sent in it any more.
    #[error("the transaction has been committed")]
    TransactionEnded,
    /// The transaction was set to be rolled back only, and its closure ended well.
    #[error("the transaction was set to be rolled back only")]
    RollbackOnly,
    /// No connection was free in the time configured, or none could be made.
    #[error("no connection to the database: {reason}")]
    NoConnection {
        /// The reason that the pool or the database gave.
        reason: Box<str>,
    },
    /// `Orm::run` did not get a place in the time that it was to wait for one: as many units of work as there may be were
    /// running. Nothing was begun. A server answers 503; where that is the rule, it needs more connections or shorter units.
    #[error("as many units of work are running as there may be")]
    Busy,
    /// The time that `Orm::run` gave a unit of work is over.
    #[error("the unit of work ran out of time{}", if *may_stand { ", and something of it may be committed" } else { "" })]
    TimedOut {
        /// Whether something of it is committed, or may be: look before doing it again. If not, nothing of it was written
        /// and nothing will be.
        may_stand: bool,
    },
    /// Nobody waits for the unit of work any more: the future of `Orm::run` was dropped. Only the unit itself is told, and has
    /// to end; to a caller, it means that the runtime was shut down before the unit began.
    #[error("nobody waits for the unit of work any more{}", if *may_stand { "; something of it may be committed" } else { "" })]
    Cancelled {
        /// Whether something of it is committed, or may be.
        may_stand: bool,
    },
}

impl Error {
    pub(crate) fn links_disagree(entity: &'static EntityMeta, relation: usize) -> Self {
        let relation = entity.relations.get(relation).map_or("", |relation| relation.name);
        Self::LinksDisagree { entity: entity.name, relation }
    }

    /// Whether the same unit of work, started anew in a fresh session, can succeed without any change to it.
    ///
    /// Stale rows are: the next attempt reads the new version. What was busy or took too long is, for whoever has the time.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> {
    /// # let orm = library()?;
    /// let lend = || {
    ///     orm.session(|session| {
    ///         let book = session.find::<Book>(1)?.required()?;
    ///         session.edit(&book)?.copies -= 1;
    ///         session.flush()
    ///     })
    /// };
    /// let mut lent = lend();
    /// for _ in 0..3 {
    ///     match lent {
    ///         Err(error) if error.is_retryable() => lent = lend(),
    ///         _ => break,
    ///     }
    /// }
    /// # lent
    /// # }
    /// ```
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Stale(_) | Self::NoConnection { .. } | Self::Busy => true,
            Self::TimedOut { may_stand } => !may_stand,
            Self::Database { failure, .. } | Self::Migration { failure: Some(failure), .. } => {
                failure.kind.is_retryable()
            }
            _ => false,
        }
    }

    /// What the database's refusal means, if this is one.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Database { failure, .. } | Self::Migration { failure: Some(failure), .. } => Some(failure),
            _ => None,
        }
    }
}

/// For `?` on plain Diesel inside a session. The classification is Diesel's own, which is coarser than a backend's.
impl From<diesel::result::Error> for Error {
    fn from(source: diesel::result::Error) -> Self {
        Self::Database { failure: Box::new(Failure::of(&source)), source }
    }
}

/// An entity and a key, as an error names a row.
#[derive(Clone, PartialEq, Eq)]
pub struct RowName {
    /// The entity's name.
    pub entity: &'static str,
    /// The key, as its `Debug` shows it.
    pub key: Box<str>,
}

impl RowName {
    pub(crate) fn new(entity: &EntityMeta, key: &dyn fmt::Debug) -> Self {
        Self { entity: entity.name, key: format!("{key:?}").into() }
    }
}

impl fmt::Display for RowName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.entity, self.key)
    }
}

impl fmt::Debug for RowName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Work that was never flushed: how many drafts, edits and removals of each entity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unflushed {
    /// One entry for each entity that has any.
    pub entities: Box<[UnflushedEntity]>,
}

/// The work on one entity that was never flushed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnflushedEntity {
    /// The entity's name.
    pub entity: &'static str,
    /// Rows that were persisted and not written.
    pub new: usize,
    /// Rows that were edited.
    pub edited: usize,
    /// Rows that were to be removed.
    pub removed: usize,
    /// Rows that were expected to be as they are known, and never looked at.
    pub expected: usize,
}

impl fmt::Display for Unflushed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for entry in &self.entities {
            let counts = [
                (entry.new, "new"),
                (entry.edited, "edited"),
                (entry.removed, "removed"),
                (entry.expected, "expected"),
            ];
            for (count, what) in counts {
                if count > 0 {
                    write!(f, "{separator}{count} {what} {}", entry.entity)?;
                    separator = ", ";
                }
            }
        }
        Ok(())
    }
}

impl Failure {
    /// What Diesel itself can tell of an error; backends know more.
    #[must_use]
    pub fn of(error: &diesel::result::Error) -> Self {
        use diesel::result::{DatabaseErrorKind as Kind, Error as E};
        let kind = match error {
            E::DatabaseError(Kind::UniqueViolation, _) => FailureKind::Unique,
            E::DatabaseError(Kind::ForeignKeyViolation, _) => FailureKind::ForeignKey,
            E::DatabaseError(Kind::NotNullViolation, _) => FailureKind::NotNull,
            E::DatabaseError(Kind::CheckViolation, _) => FailureKind::Check,
            E::DatabaseError(Kind::SerializationFailure, _) => FailureKind::Serialization,
            E::DatabaseError(Kind::ReadOnlyTransaction, _) => FailureKind::ReadOnly,
            E::DatabaseError(Kind::ClosedConnection, _) | E::BrokenTransactionManager => {
                FailureKind::LostConnection
            }
            E::DeserializationError(_) | E::SerializationError(_) => FailureKind::Conversion,
            _ => FailureKind::Other,
        };
        let mut failure = Self::new(kind);
        if let E::DatabaseError(_, information) = error {
            failure.table = information.table_name().map(Into::into);
            failure.column = information.column_name().map(Into::into);
            failure.constraint = information.constraint_name().map(Into::into);
        }
        failure
    }
}
