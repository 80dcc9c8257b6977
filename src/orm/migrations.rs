//! `run_migrations` and `pending_migrations`: the schema brought up to date, by one program at a time.
//!
//! 1. Programs that start at once wait for each other: by the database's own lock, or where it has none by transactions that
//!    begin as those that write. Under either what has been applied is looked up again.
//! 2. The lock is the connection's. If it cannot be given back the connection is closed, which does that as well.
//! 3. One migration after another is applied and recorded. What went through before a failure stays.

use std::error::Error as StdError;
use std::time::Duration;

use diesel::connection::{Connection, TransactionManager};
use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel_migrations::MigrationHarness;

use super::Orm;
use crate::backend::{Backend, FailureKind, MigrationLock, TransactionOptions};
use crate::error::{Error, Result};
use crate::pool::Checkout;
use crate::statement::database;

/// How long to wait before a lock is asked for again.
const PAUSE: Duration = Duration::from_millis(50);

impl<B: Backend> Orm<B>
where
    B::Connection: MigrationHarness<B::Diesel>,
{
    /// Applies the migrations that the database does not have yet, in their order, and gives their versions: those of
    /// `diesel_migrations::embed_migrations!`, or any other source. The feature `migrations` has it.
    ///
    /// Programs that start at the same time wait for each other, as long as it takes, and each migration is applied once. On
    /// PostgreSQL that is an advisory lock and on MySQL and MariaDB one of `GET_LOCK`, both of the session, which does not go
    /// through a proxy that shares connections between transactions. SQLite has the lock of the database: there a migration with
    /// `run_in_transaction = false` is not kept from running beside another program's.
    ///
    /// Each migration is a transaction, and one that fails leaves nothing behind, except on MySQL and MariaDB: a `CREATE` or
    /// `ALTER` commits there by itself. Write one such statement a migration, so that none is ever half applied.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// use diesel_migrations::{EmbeddedMigrations, embed_migrations};
    ///
    /// // The folder is read when the program is compiled.
    /// const MIGRATIONS: EmbeddedMigrations = embed_migrations!("examples/quickstart/migrations");
    ///
    /// # fn main() -> moored::Result<()> {
    /// let orm = Orm::<Sqlite>::connect(":memory:")?;
    /// let applied = orm.run_migrations(MIGRATIONS)?;
    /// assert_eq!(applied, ["20260112080000".into()]);
    /// assert!(orm.run_migrations(MIGRATIONS)?.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Migration`] with the version that failed, and what the database reports. Nothing after that version was
    /// applied.
    pub fn run_migrations(
        &self,
        source: impl MigrationSource<B::Diesel>,
    ) -> Result<Vec<MigrationVersion<'static>>> {
        let migrations = sorted::<B>(&source)?;
        let mut guard = Guard::<B> { checkout: self.connections.check_out()?, is_free: false };
        let lock = guard.lock()?;
        let mut applied = Vec::new();
        for migration in pending::<B>(guard.checkout.connection(), &migrations)? {
            let connection = guard.checkout.connection();
            let is_applied = match lock {
                MigrationLock::Transactions if migration.metadata().run_in_transaction() => {
                    apply_alone::<B>(&self.connections.database.source, connection, migration)?
                }
                _ => apply::<B>(connection, migration)?,
            };
            if is_applied {
                applied.push(migration.name().version().as_owned());
            }
        }
        guard.unlock(lock)?;
        Ok(applied)
    }

    /// The versions of the migrations that the database does not have yet, in their order. It makes the table in which Diesel
    /// records them, if it is not there.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # use diesel_migrations::{EmbeddedMigrations, embed_migrations};
    /// # const MIGRATIONS: EmbeddedMigrations = embed_migrations!("examples/quickstart/migrations");
    /// # fn main() -> moored::Result<()> {
    /// # let orm = Orm::<Sqlite>::connect(":memory:")?;
    /// assert_eq!(orm.pending_migrations(MIGRATIONS)?, ["20260112080000".into()]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// What the database reports.
    pub fn pending_migrations(
        &self,
        source: impl MigrationSource<B::Diesel>,
    ) -> Result<Vec<MigrationVersion<'static>>> {
        let migrations = sorted::<B>(&source)?;
        let mut checkout = self.connections.check_out()?;
        let pending = pending::<B>(checkout.connection(), &migrations)?;
        Ok(pending.into_iter().map(|migration| migration.name().version().as_owned()).collect())
    }
}

type Migrations<B> = Vec<Box<dyn Migration<<B as Backend>::Diesel>>>;

/// All migrations of a source, in their order.
fn sorted<B: Backend>(source: &impl MigrationSource<B::Diesel>) -> Result<Migrations<B>> {
    let mut migrations = source.migrations().map_err(|error| failed::<B>(None, error))?;
    migrations.sort_by(|one, other| one.name().version().cmp(&other.name().version()));
    Ok(migrations)
}

/// Those that are not applied.
fn pending<'a, B>(
    connection: &mut B::Connection,
    migrations: &'a Migrations<B>,
) -> Result<Vec<&'a dyn Migration<B::Diesel>>>
where
    B: Backend<Connection: MigrationHarness<<B as Backend>::Diesel>>,
{
    let applied = patiently(|| connection.applied_migrations().map_err(|error| failed::<B>(None, error)))?;
    let pending = migrations.iter().filter(|migration| !applied.contains(&migration.name().version()));
    Ok(pending.map(|migration| &**migration).collect())
}

/// Applies a migration under the lock that is held.
fn apply<B>(connection: &mut B::Connection, migration: &dyn Migration<B::Diesel>) -> Result<bool>
where
    B: Backend<Connection: MigrationHarness<<B as Backend>::Diesel>>,
{
    let version = migration.name().version().as_owned();
    connection.run_migration(migration).map_err(|error| failed::<B>(Some(&version), error))?;
    Ok(true)
}

/// Applies a migration in a transaction that begins as one that writes, unless another program did meanwhile.
fn apply_alone<B>(
    source: &B::Source,
    connection: &mut B::Connection,
    migration: &dyn Migration<B::Diesel>,
) -> Result<bool>
where
    B: Backend<Connection: MigrationHarness<<B as Backend>::Diesel>>,
{
    patiently(|| B::begin(source, connection, &TransactionOptions::new()).map_err(database::<B>))?;
    let version = migration.name().version().as_owned();
    let applied =
        connection.applied_migrations().map_err(|error| failed::<B>(None, error)).and_then(|applied| {
            if applied.contains(&version) { Ok(false) } else { apply::<B>(connection, migration) }
        });
    match applied {
        Ok(true) => {
            B::commit(connection).map(|()| true).map_err(|error| failed::<B>(Some(&version), error.into()))
        }
        other => {
            // What failed says more than that the rollback failed too; the pool closes the connection then.
            let rolled_back =
                <B::Connection as Connection>::TransactionManager::rollback_transaction(connection);
            other.and_then(|applied| rolled_back.map(|()| applied).map_err(database::<B>))
        }
    }
}

/// Does it again as long as another writer has the database, or makes the table in which migrations are recorded at the very
/// same time, which PostgreSQL calls a unique violation.
fn patiently<R>(mut attempt: impl FnMut() -> Result<R>) -> Result<R> {
    let passes = |kind| matches!(kind, FailureKind::Busy | FailureKind::Unique);
    loop {
        match attempt() {
            Err(error) if error.failure().is_some_and(|failure| passes(failure.kind)) => {
                std::thread::sleep(PAUSE);
            }
            done => return done,
        }
    }
}

/// A connection that holds the lock. Unless it is known to have given it back it is closed, after a panic too.
struct Guard<B: Backend> {
    checkout: Checkout<B>,
    is_free: bool,
}

impl<B: Backend> Guard<B> {
    fn lock(&mut self) -> Result<MigrationLock> {
        loop {
            match B::lock_migrations(self.checkout.connection()).map_err(database::<B>)? {
                MigrationLock::Taken => std::thread::sleep(PAUSE),
                lock => return Ok(lock),
            }
        }
    }

    fn unlock(mut self, lock: MigrationLock) -> Result<()> {
        if lock == MigrationLock::Held {
            B::unlock_migrations(self.checkout.connection()).map_err(database::<B>)?;
        }
        self.is_free = true;
        Ok(())
    }
}

impl<B: Backend> Drop for Guard<B> {
    fn drop(&mut self) {
        if !self.is_free {
            self.checkout.give_up();
        }
    }
}

/// A migration that failed, with what the database's refusal means. Of what a migration's own SQL met Diesel gives the words
/// alone.
fn failed<B: Backend>(
    version: Option<&MigrationVersion<'_>>,
    source: Box<dyn StdError + Send + Sync>,
) -> Error {
    let refusal = source.downcast_ref::<diesel::result::Error>();
    let failure = refusal.map(|error| Box::new(B::classify(error)));
    Error::Migration { version: version.map(|version| version.to_string().into()), failure, source }
}
