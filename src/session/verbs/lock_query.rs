//! Queries whose rows are locked.

use diesel::query_builder::QueryFragment;
use hashbrown::HashSet;

use super::query::{Query, Wanted};
use crate::backend::{Backend, Lock};
use crate::entity::Entity;
use crate::error::{Error, Result};
use crate::handle::{Handle, Managed};
use crate::session::core::Core;
use crate::session::{LockAuthority, UnitOfWork};
use crate::statement::{LockClause, Locked, database, sql_of};

impl<'u, 's, 'q, B: Backend, A: ?Sized, E: Entity<B>> Query<'u, 's, 'q, B, A, E> {
    /// Locks the rows that the query gives until the transaction ends. They are taken in as [`lock`](UnitOfWork::lock) does.
    ///
    /// The entity's rows are locked, not those of tables that are joined to it or read in a subquery. MariaDB cannot lock one
    /// table of a join: [`Unsupported`](Error::Unsupported) there, and a subquery says the same. PostgreSQL refuses a lock on a
    /// query with DISTINCT or GROUP BY.
    ///
    /// Rows are locked in the order in which the database reads them, mostly that of the index that it uses. A row that
    /// another transaction changed while it was waited for is given as it is by then, if it still fulfils the query.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// use moored::Lock;
    ///
    /// session.transaction(|tx| {
    ///     let scarce = Book::COPIES.lt(5).order(Book::ID.asc());
    ///     for book in tx.select(scarce).lock(Lock::UPDATE).all()? {
    ///         tx.edit(&book)?.copies += 1;
    ///     }
    ///     Ok(())
    /// })?;
    /// # Ok(())
    /// # }) }
    /// ```
    pub const fn lock(self, lock: Lock) -> LockedQuery<'u, 's, 'q, B, A, E>
    where
        A: LockAuthority,
    {
        LockedQuery { query: self, lock, skip_locked: false }
    }
}

/// A query whose rows are locked, and that has not run yet.
#[must_use = "a query does nothing until `all`, `first` or `one` runs it"]
pub struct LockedQuery<'u, 's, 'q, B: Backend, A: ?Sized, E> {
    query: Query<'u, 's, 'q, B, A, E>,
    lock: Lock,
    skip_locked: bool,
}

impl<'u, 's, 'q, B: Backend, A: ?Sized, E: Entity<B>> LockedQuery<'u, 's, 'q, B, A, E> {
    /// Leaves out rows that another transaction has locked, instead of waiting for them, whatever the lock says of waiting:
    /// how workers each take a job of their own from one table. On SQLite nobody else has a lock, and nothing is left out.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// use moored::Lock;
    ///
    /// session.transaction(|tx| {
    ///     let next = Book::COPIES.gt(0).order(Book::ID.asc());
    ///     let Some(book) = tx.select(next).lock(Lock::UPDATE).skip_locked().first()? else { return Ok(()) };
    ///     tx.edit(&book)?.copies -= 1;
    ///     Ok(())
    /// })?;
    /// # Ok(())
    /// # }) }
    /// ```
    pub const fn skip_locked(mut self) -> Self {
        self.skip_locked = true;
        self
    }

    /// All rows, as [`Query::all`] gives them.
    ///
    /// # Errors
    ///
    /// As [`Query::all`] and [`lock`](UnitOfWork::lock).
    pub fn all(self) -> Result<Vec<Handle<'s, E, Managed>>> {
        let (uow, slots) = self.run(None)?;
        Ok(slots.into_iter().map(|slot| uow.handle(slot)).collect())
    }

    /// The first row, if any, which is the only one that is locked.
    ///
    /// # Errors
    ///
    /// As [`all`](Self::all).
    pub fn first(self) -> Result<Option<Handle<'s, E, Managed>>> {
        let (uow, slots) = self.run(Some(1))?;
        Ok(slots.first().map(|&slot| uow.handle(slot)))
    }

    /// The one row.
    ///
    /// # Errors
    ///
    /// [`NotFound`](Error::NotFound) when there is none, [`NotUnique`](Error::NotUnique) when there are several, of which two
    /// are locked then, and as [`all`](Self::all).
    pub fn one(self) -> Result<Handle<'s, E, Managed>> {
        let (uow, slots) = self.run(Some(2))?;
        let entity = E::meta().name;
        match slots.as_slice() {
            [] => Err(Error::NotFound { entity }),
            [slot] => Ok(uow.handle(*slot)),
            _ => Err(Error::NotUnique { entity }),
        }
    }

    fn run(self, limit: Option<i64>) -> Result<(&'u mut UnitOfWork<'s, B, A>, Vec<u32>)> {
        let Self { query: Query { uow, fragment, mode, .. }, lock, skip_locked } = self;
        let fragment = fragment(Wanted::Rows { limit });
        let clause = LockClause::of_query::<E, B>(uow.core.map.dialect(), lock, skip_locked, &*fragment)?;
        uow.core.flush_before(mode, || sql_of::<B>(&*fragment).map_err(database::<B>))?;
        let slots = uow.core.take_in_locked::<E>(&*fragment, &clause)?;
        Ok((uow, slots))
    }
}

impl<B: Backend, A: ?Sized, E> std::fmt::Debug for LockedQuery<'_, '_, '_, B, A, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LockedQuery")
            .field("lock", &self.lock)
            .field("skip_locked", &self.skip_locked)
            .finish_non_exhaustive()
    }
}

impl<B: Backend> Core<B> {
    /// Runs a query whose rows are locked, and takes them in, each once: all of them, or none when one is stale.
    fn take_in_locked<E: Entity<B>>(
        &mut self,
        query: &dyn QueryFragment<B::Diesel>,
        clause: &LockClause,
    ) -> Result<Vec<u32>> {
        self.check_may_lock()?;
        self.run(|connection, map| {
            let mut rows: Vec<E> = Vec::new();
            clause.around::<B, _>(connection, |connection| {
                E::load(connection, &Locked { query, clause }, &mut |row| {
                    rows.push(row);
                    true
                })
                .map_err(database::<B>)
            })?;
            let arena = map.arena_mut::<E>();
            rows.iter().try_for_each(|row| arena.refuse_moved(row))?;
            let mut slots = Vec::with_capacity(rows.len());
            let mut seen = HashSet::with_capacity(rows.len());
            for row in rows {
                if let Some(slot) = arena.take_in_locked(row, clause.is_ahead)?
                    && seen.insert(slot)
                {
                    slots.push(slot);
                }
            }
            Ok(slots)
        })
    }
}
