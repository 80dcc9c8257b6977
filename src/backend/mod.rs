//! The contract that a backend crate implements: connections, limits, statement shapes, and what an error means.

mod dialect;
mod failure;
mod live;
mod lock;
mod transaction;

use std::time::Duration;

use std::any::TypeId;

use diesel::backend::DieselReserveSpecialization;
use diesel::connection::{CacheSize, Connection, LoadConnection, TransactionManager};
use diesel::query_builder::QueryFragment;
use diesel::sql_types::TypeMetadata;
use diesel::{ConnectionResult, QueryResult};

use crate::entity::ColumnMeta;

pub use crate::statement::{load, number};
pub use dialect::{
    CompositeKeys, Deferrable, Dialect, Incoming, InsertShape, KeyBatches, KeyOrder, KeyedShape, ReadBack,
    Recursion, Returning, Streaming, UnionRows, UpdateShape, UpsertShape,
};
pub use failure::{Failure, FailureKind};
pub use live::{ColumnTypes, Filled, LiveColumn, LiveForeignKey, LiveTable, LiveUnique, OnDelete, TableName};
pub use lock::{Lock, LockWait, Locking, RowLocks};
pub(crate) use lock::{Strength, Wait};
pub use transaction::{Isolation, Propagation, TransactionOptions};

/// A database that sessions can work on: a marker type such as `moored_sqlite::Sqlite`.
///
/// A crate outside this repository can implement it; `docs/backends.md` says how.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a backend",
    label = "expected the marker type of a backend crate, such as `moored_sqlite::Sqlite`"
)]
pub trait Backend: Clone + Sized + Send + Sync + 'static {
    /// Diesel's name for the database.
    type Diesel: diesel::backend::Backend<QueryBuilder: Default>
        + DieselReserveSpecialization
        + Default
        + 'static;
    /// Diesel's connection to it.
    type Connection: diesel::Connection<Backend = Self::Diesel, TransactionManager: TransactionManager<Self::Connection>>
        + LoadConnection
        + LoadConnection<Self::Streaming>
        + 'static;
    /// Diesel's loading mode in which rows are handed out as they come, under [`Streaming::Rows`]; else `DefaultLoadingMode`.
    type Streaming: 'static;
    /// What can be set for every connection: SQLite's pragmas, a server's time-outs.
    type Options: Clone + Default + Send + Sync + 'static;
    /// What connections are made from: an address, options, and whatever must outlive every connection.
    type Source: Send + Sync + 'static;

    /// The database's name in errors: `SQLite`.
    const NAME: &'static str;

    /// Whether the values of every statement go through [`collect`](Self::collect), a caller's queries included, since the
    /// backend binds some of them in another way than Diesel.
    const COLLECTS: bool = false;

    /// Reads the address. No connection has to be made yet.
    ///
    /// # Errors
    ///
    /// An address that no connection can be made from.
    fn open(url: &str, options: Self::Options) -> ConnectionResult<Self::Source>;

    /// Makes one connection, ready for use.
    ///
    /// # Errors
    ///
    /// What the database or the network reports.
    fn establish(source: &Self::Source) -> ConnectionResult<Self::Connection>;

    /// Asks the database for a sign of life, with one round trip.
    ///
    /// # Errors
    ///
    /// A connection that was lost while it sat in the pool.
    fn ping(connection: &mut Self::Connection) -> QueryResult<()>;

    /// Drops the prepared statements of a connection, on both sides of it.
    ///
    /// # Errors
    ///
    /// What the database reports.
    fn forget_statements(connection: &mut Self::Connection) -> QueryResult<()> {
        connection.set_prepared_statement_cache_size(CacheSize::Disabled);
        connection.set_prepared_statement_cache_size(CacheSize::Unbounded);
        Ok(())
    }

    /// What of these options the database cannot do, in words that fit "does not have ..".
    fn lacks(source: &Self::Source, options: &TransactionOptions) -> Option<&'static str>;

    /// Begins a transaction, one that may write unless the options say otherwise. Of the options it [lacks](Self::lacks)
    /// nothing; the propagation is not its business.
    ///
    /// # Errors
    ///
    /// What the database reports; then no transaction is open.
    fn begin(
        source: &Self::Source,
        connection: &mut Self::Connection,
        options: &TransactionOptions,
    ) -> QueryResult<()>;

    /// Takes back what [`begin`](Self::begin) set for longer than the transaction. Called after a transaction with options
    /// ended, in whatever way.
    ///
    /// # Errors
    ///
    /// What the database reports; then the connection is closed.
    fn ended(connection: &mut Self::Connection, options: &TransactionOptions) -> QueryResult<()> {
        let _ = (connection, options);
        Ok(())
    }

    /// Commits the transaction, or releases the innermost savepoint. What is refused is rolled back.
    ///
    /// The default is the transaction manager's; another has to leave the manager knowing the depth.
    ///
    /// # Errors
    ///
    /// What the database reports.
    fn commit(connection: &mut Self::Connection) -> QueryResult<()> {
        <Self::Connection as Connection>::TransactionManager::commit_transaction(connection)
    }

    /// Limits how long the statements that follow wait for a lock, or with `None` puts back what was set before. Called around
    /// a statement of a transaction, under [`LockWait::Setting`]; the time is not zero. What a rollback does not take back is
    /// put back after a failure as well.
    ///
    /// # Errors
    ///
    /// What the database reports.
    fn set_lock_wait(connection: &mut Self::Connection, wait: Option<Duration>) -> QueryResult<()> {
        let _ = (connection, wait);
        Err(diesel::result::Error::QueryBuilderError("the backend does not say how to limit a wait".into()))
    }

    /// Runs a query that gives one number: [`number`], which the core cannot call itself, since it cannot know that
    /// `Diesel` has `BigInt`.
    ///
    /// # Errors
    ///
    /// What the database reports.
    fn count(connection: &mut Self::Connection, query: &dyn QueryFragment<Self::Diesel>) -> QueryResult<i64>;

    /// The limits of the database and the statement shapes that measure best on it.
    ///
    /// Asked once for a pool, after its first connection was made: by then the source can know which of several servers
    /// answered.
    fn dialect(source: &Self::Source) -> &'static Dialect;

    /// How large the values of a statement may be. Where there is a limit, [`collect`](Self::collect) measures them.
    fn limits(source: &Self::Source) -> Limits {
        let _ = source;
        Limits::NONE
    }

    /// Collects values before the statement that they belong to is sent, with the backend's own collector: those of each
    /// fragment one after another, or one array out of those of each fragment. `None` when the database has no such array,
    /// or does not collect.
    ///
    /// # Errors
    ///
    /// A value that cannot be bound.
    fn collect(
        connection: &mut Self::Connection,
        values: &[&dyn QueryFragment<Self::Diesel>],
        form: Form,
    ) -> QueryResult<Option<Collected<Self::Diesel>>> {
        let _ = (connection, values, form);
        Ok(None)
    }

    /// What is known of the keys that one INSERT of several rows generates into a table.
    ///
    /// Asked before the first such INSERT of a session; an answer that takes a statement is best kept in the source.
    /// The default is the dialect's [`keys`](Dialect::keys).
    ///
    /// # Errors
    ///
    /// What the database reports.
    fn key_order(
        source: &Self::Source,
        connection: &mut Self::Connection,
        generated: &GeneratedKey<'_>,
    ) -> QueryResult<KeyOrder> {
        let _ = (connection, generated);
        Ok(Self::dialect(source).keys)
    }

    /// Whether a table made ascending keys for the rows of one INSERT, under [`KeyOrder::Ascending`].
    ///
    /// Asked after an INSERT of several rows whose keys are not plainly consecutive: a trigger may have taken some in
    /// between, or the table may not count at all. With `false` the flush is undone and done again, with one row an INSERT.
    ///
    /// # Errors
    ///
    /// What the database reports.
    fn keys_ascend(
        source: &Self::Source,
        connection: &mut Self::Connection,
        generated: &GeneratedKey<'_>,
    ) -> QueryResult<bool> {
        let _ = (source, connection, generated);
        Ok(true)
    }

    /// The SQL type to which a value has to be cast where it stands in rows that are joined ([`UpdateShape::Join`]), since its
    /// column does not give it one there.
    fn cast(column: &ColumnMeta) -> Option<&'static str> {
        let _ = column;
        None
    }

    /// An SQL expression for a value that no row has in a column, made from the column's quoted name. A row that takes
    /// part in a swap of required unique values has it in between. `None` where the database has no such expression;
    /// then the swap is [`Error::UniqueCycle`](crate::Error::UniqueCycle).
    fn placeholder(name: &str, column: &ColumnMeta) -> Option<String> {
        let _ = (name, column);
        None
    }

    /// An SQL expression for the version after the one that a column holds, made from the column's quoted name. It is used
    /// where a statement changes rows that are not in memory: set-based updates and upserts. `None` where the database has
    /// no such expression; then these are [`Error::NoNextVersion`](crate::Error::NoNextVersion).
    ///
    /// The default counts whole numbers and knows of nothing else.
    fn next_version(name: &str, column: &ColumnMeta) -> Option<String> {
        use diesel::sql_types::{BigInt, Integer, SmallInt};
        let counted = [TypeId::of::<SmallInt>(), TypeId::of::<Integer>(), TypeId::of::<BigInt>()];
        counted.contains(&(column.sql_type)()).then(|| format!("{name} + 1"))
    }

    /// Takes the lock under which migrations are applied, of which a database has one, or finds it taken; at once. It is held
    /// until [`unlock_migrations`](Self::unlock_migrations) or the end of the connection, whatever is committed in between.
    ///
    /// The default has none: every migration is then applied in a transaction, as [`begin`](Self::begin) begins it, which has to
    /// keep out other writers.
    ///
    /// # Errors
    ///
    /// What the database reports.
    fn lock_migrations(connection: &mut Self::Connection) -> QueryResult<MigrationLock> {
        let _ = connection;
        Ok(MigrationLock::Transactions)
    }

    /// Gives the lock back. Called after [`MigrationLock::Held`] alone.
    ///
    /// # Errors
    ///
    /// What the database reports; then the connection is closed.
    fn unlock_migrations(connection: &mut Self::Connection) -> QueryResult<()> {
        let _ = connection;
        Ok(())
    }

    /// What the catalogue says of a table or view, for [`Orm::verify`](crate::Orm::verify). `None` where there is none of that
    /// name.
    ///
    /// # Errors
    ///
    /// What the database reports.
    fn live_table(
        source: &Self::Source,
        connection: &mut Self::Connection,
        table: &TableName,
    ) -> QueryResult<Option<LiveTable>>;

    /// Asks Diesel for types, with whatever it looks them up in: the connection, or `()`.
    fn types(
        connection: &mut Self::Connection,
        ask: ColumnTypes<Self::Diesel>,
    ) -> Vec<Option<<Self::Diesel as TypeMetadata>::TypeMetadata>>;

    /// Whether values of a column's declared type can be written to a column of the database, and read from it, whatever
    /// they are. `declared` is what [`types`](Self::types) gave.
    fn fits(
        column: &ColumnMeta,
        declared: &<Self::Diesel as TypeMetadata>::TypeMetadata,
        live: &LiveColumn,
    ) -> bool;

    /// What an error of the database means.
    fn classify(error: &diesel::result::Error) -> Failure;
}

/// Whether a connection may apply migrations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MigrationLock {
    /// It has the lock.
    Held,
    /// Another connection has it.
    Taken,
    /// There is no such lock: transactions that begin as those that write keep each other out.
    Transactions,
}

/// A column in which a table generates its keys.
#[derive(Clone, Copy, Debug)]
pub struct GeneratedKey<'a> {
    /// The table, quoted, with its schema if `diesel::table!` names one.
    pub table: &'a str,
    /// The column, quoted.
    pub quoted: &'a str,
    /// What is known of the column.
    pub column: &'static ColumnMeta,
}

/// How many bytes the values of a statement may have. What is larger is split, or refused before it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// In a statement of several rows.
    pub rows: usize,
    /// In a statement of one row.
    pub row: usize,
}

impl Limits {
    /// As many as one likes.
    pub const NONE: Self = Self { rows: usize::MAX, row: usize::MAX };
}

/// In what form values are collected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Each by itself.
    Single,
    /// All values of a fragment in one array.
    Arrays,
}

/// Values that were collected.
pub struct Collected<DB: diesel::backend::Backend> {
    /// A fragment that pushes them, and no placeholders:
    /// [`AstPass::push_bind_collector_data`](diesel::query_builder::AstPass::push_bind_collector_data).
    pub values: Box<dyn QueryFragment<DB>>,
    /// How many bytes they have.
    pub bytes: usize,
}

impl<DB: diesel::backend::Backend> std::fmt::Debug for Collected<DB> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Collected").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}
