//! `update_all`, `delete_all`, `update_where`, `delete_where`: one statement for every row that fulfils a condition.

use std::marker::PhantomData;

use diesel::query_builder::{AsChangeset, IntoUpdateTarget, QueryFragment};

use super::query::Fragment;
use crate::backend::Backend;
use crate::criteria::{Assignments, Criterion};
use crate::entity::{ColumnSet, Entity};
use crate::error::Result;
use crate::observe::Written;
use crate::session::core::Core;
use crate::session::{FlushAuthority, FlushMode, UnitOfWork};
use crate::statement::{SetBased, check_assignments, database, sql_of, version_clause};

impl<'s, B: Backend, A: ?Sized> UnitOfWork<'s, B, A> {
    /// One UPDATE of every row of the table that passes Diesel's filters, whether it is in memory or not.
    ///
    /// What is pending of a table that the statement names is flushed first, as before a query. A version column is moved
    /// on. Rows that are in memory have their new values afterwards; one with edits that wait keeps them.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// let book = session.find::<Book>(1)?.required()?;
    /// let scarce = books::table.filter(books::copies.lt(5));
    /// let updated = session.update_all::<Book>(scarce).set(books::copies.eq(books::copies + 5)).execute()?;
    /// assert_eq!((updated, session[&book].copies), (1, 8)); // UPDATE books SET copies = (copies + ?) .. RETURNING ..
    /// # Ok(())
    /// # }) }
    /// ```
    #[must_use = "nothing is updated until `set` says what and `execute` does it"]
    pub fn update_all<'u, 'q, E: Entity<B>>(
        &'u mut self,
        rows: impl Filter<'q, E, B>,
    ) -> UpdateAll<'u, 's, 'q, B, A, E>
    where
        A: FlushAuthority,
    {
        UpdateAll { uow: self, filter: rows.filter(), _of: PhantomData }
    }

    /// One DELETE of every row of the table that passes Diesel's filters, whether it is in memory or not.
    ///
    /// What is pending of a table that the statement names is flushed first, as before a query. Rows that are in memory are
    /// `Removed` afterwards: their handles can still be read, and whatever is pending of them is gone with them. What the
    /// database deletes or changes with them by itself, by a foreign key or a trigger, memory learns when it reads it again.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// let book = session.find::<Book>(1)?.required()?;
    /// let deleted = session.delete_all::<Book>(books::table.filter(books::copies.lt(5))).execute()?;
    /// assert_eq!(deleted, 1);
    /// assert_eq!(session[&book].title, "A Wizard of Earthsea");
    /// assert!(matches!(session.edit(&book), Err(moored::Error::Removed(_))));
    /// # Ok(())
    /// # }) }
    /// ```
    pub fn delete_all<'u, 'q, E: Entity<B>>(
        &'u mut self,
        rows: impl Filter<'q, E, B>,
    ) -> SetStatement<'u, 's, 'q, B, A, E>
    where
        A: FlushAuthority,
    {
        SetStatement::new(self, What::Delete, rows.filter())
    }

    /// [`update_all`](Self::update_all) by criteria, for code that is generic over the backend.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// let out_of_print = Book::COPIES.lt(5).and(Book::TITLE.like("A%"));
    /// let updated = session.update_where(out_of_print).set(Book::COPIES.to(0)).execute()?;
    /// assert_eq!(updated, 1);
    /// # Ok(())
    /// # }) }
    /// ```
    #[must_use = "nothing is updated until `set` says what and `execute` does it"]
    pub fn update_where<E: Entity<B>>(&mut self, rows: Criterion<E>) -> UpdateWhere<'_, 's, B, A, E>
    where
        A: FlushAuthority,
    {
        UpdateWhere { uow: self, rows }
    }

    /// [`delete_all`](Self::delete_all) by criteria, for code that is generic over the backend.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// assert_eq!(session.delete_where(Book::COPIES.gt(5)).execute()?, 0);
    /// # Ok(())
    /// # }) }
    /// ```
    pub fn delete_where<E: Entity<B>>(&mut self, rows: Criterion<E>) -> SetStatement<'_, 's, 'static, B, A, E>
    where
        A: FlushAuthority,
    {
        SetStatement::new(self, What::Delete, rows.filter())
    }
}

/// Rows of the table of `E`: the table itself, or what is left of it by Diesel's filters.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say which rows of the table of `{E}` are meant",
    label = "not the table of `{E}`, filtered or whole",
    note = "a statement that changes rows has no join, order or limit: pass the table of `{E}` with `filter` alone, and name other tables in a subquery, by `eq_any(..)` or `exists(..)`"
)]
pub trait Filter<'q, E: Entity<B>, B: Backend>: 'q {
    /// The WHERE clause, if there is one.
    #[doc(hidden)]
    fn filter(self) -> Fragment<'q, B>;
}

#[diagnostic::do_not_recommend]
impl<'q, E, B, T> Filter<'q, E, B> for T
where
    E: Entity<B>,
    B: Backend,
    T: IntoUpdateTarget<Table = E::Table, WhereClause: QueryFragment<B::Diesel> + 'q> + 'q,
{
    fn filter(self) -> Fragment<'q, B> {
        Box::new(self.into_update_target().where_clause)
    }
}

/// What Diesel's `set` takes: `column.eq(value)`, a tuple of them, or a struct with `#[derive(AsChangeset)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say what columns of `{E}` are set to",
    label = "expected `column.eq(value)` of a column of `{E}`, or a tuple of them"
)]
pub trait Changes<'q, E: Entity<B>, B: Backend>: 'q {
    /// The assignments.
    #[doc(hidden)]
    fn changes(self) -> Fragment<'q, B>;
}

#[diagnostic::do_not_recommend]
impl<'q, E, B, T> Changes<'q, E, B> for T
where
    E: Entity<B>,
    B: Backend,
    T: AsChangeset<Target = E::Table, Changeset: QueryFragment<B::Diesel> + 'q> + 'q,
{
    fn changes(self) -> Fragment<'q, B> {
        Box::new(self.as_changeset())
    }
}

// Who may flush is asked by the verbs above; what they lead to does not ask again, so that a refusal is said once.

/// A set-based UPDATE of which it is known which rows it is about.
#[must_use = "nothing is updated until `set` says what and `execute` does it"]
pub struct UpdateAll<'u, 's, 'q, B: Backend, A: ?Sized, E> {
    uow: &'u mut UnitOfWork<'s, B, A>,
    filter: Fragment<'q, B>,
    _of: PhantomData<fn() -> E>,
}

impl<'u, 's, 'q, B: Backend, A: ?Sized, E: Entity<B>> UpdateAll<'u, 's, 'q, B, A, E> {
    /// What the rows are set to.
    pub fn set(self, changes: impl Changes<'q, E, B>) -> SetStatement<'u, 's, 'q, B, A, E> {
        SetStatement::new(self.uow, What::Update(changes.changes()), self.filter)
    }
}

/// A set-based UPDATE by criteria of which it is known which rows it is about.
#[must_use = "nothing is updated until `set` says what and `execute` does it"]
pub struct UpdateWhere<'u, 's, B: Backend, A: ?Sized, E> {
    uow: &'u mut UnitOfWork<'s, B, A>,
    rows: Criterion<E>,
}

impl<'u, 's, B: Backend, A: ?Sized, E: Entity<B>> UpdateWhere<'u, 's, B, A, E> {
    /// What the rows are set to.
    pub fn set(self, to: Assignments<E>) -> SetStatement<'u, 's, 'static, B, A, E> {
        let (changes, filter) = self.rows.with(to);
        SetStatement::new(self.uow, What::Update(changes), filter)
    }
}

/// What is done to the rows.
enum What<'q, B: Backend> {
    Update(Fragment<'q, B>),
    Delete,
}

/// A set-based UPDATE or DELETE that has not run yet.
#[must_use = "nothing happens until `execute` is called"]
pub struct SetStatement<'u, 's, 'q, B: Backend, A: ?Sized, E> {
    uow: &'u mut UnitOfWork<'s, B, A>,
    what: What<'q, B>,
    filter: Fragment<'q, B>,
    mode: Option<FlushMode>,
    _of: PhantomData<fn() -> E>,
}

impl<'u, 's, 'q, B: Backend, A: ?Sized, E: Entity<B>> SetStatement<'u, 's, 'q, B, A, E> {
    const fn new(uow: &'u mut UnitOfWork<'s, B, A>, what: What<'q, B>, filter: Fragment<'q, B>) -> Self {
        Self { uow, what, filter, mode: None, _of: PhantomData }
    }

    /// When to flush before this statement, whatever the session says.
    pub const fn flush_mode(mut self, mode: FlushMode) -> Self {
        self.mode = Some(mode);
        self
    }

    /// Runs the statement, and says how many rows it changed. Setting nothing is no SQL, and no row.
    ///
    /// # Errors
    ///
    /// [`NotSettable`](crate::Error::NotSettable) where a key, a version or a generated column is set,
    /// [`NoNextVersion`](crate::Error::NoNextVersion) for a version of a type that the database does not count, what the
    /// database reports, and what a flush returns. Then nothing is changed, in the database or in memory.
    pub fn execute(self) -> Result<u64> {
        let Self { uow, what, filter, mode, .. } = self;
        let (changes, version) = match what {
            What::Update(changes) => match check_assignments::<E, B>(&*changes)? {
                ColumnSet::EMPTY => return Ok(0),
                columns => (Some(changes), version_clause::<E, B>(columns)?),
            },
            What::Delete => (None, String::new()),
        };
        let statement = SetBased::<E, B> { changes, version, filter, of: PhantomData };
        uow.core.flush_before(mode, || sql_of::<B>(&statement).map_err(database::<B>))?;
        uow.core.execute_set_based(&statement)
    }
}

impl<B: Backend> Core<B> {
    pub(crate) fn execute_set_based<E: Entity<B>>(&mut self, statement: &SetBased<'_, E, B>) -> Result<u64> {
        let store = self.map.store_mut::<E>();
        let several = store.writer.asks_afterwards(&store.arena);
        let count = if statement.changes.is_some() {
            let changed = self.write(several, |connection, map| {
                let store = map.store_mut::<E>();
                store.writer.update_all(connection, &store.arena, statement)
            })?;
            let arena = self.map.arena_mut::<E>();
            changed.known.iter().for_each(|(slot, row, is_ours)| arena.take_written(*slot, row, *is_ours));
            self.note_rows(Written { updated: changed.count as u64, ..Written::default() });
            changed.count
        } else {
            let changed = self.write(several, |connection, map| {
                let store = map.store_mut::<E>();
                store.writer.delete_all(connection, &store.arena, statement)
            })?;
            let arena = self.map.arena_mut::<E>();
            changed.known.iter().for_each(|&slot| arena.take_deleted(slot));
            self.note_rows(Written { deleted: changed.count as u64, ..Written::default() });
            changed.count
        };
        Ok(u64::try_from(count).unwrap_or(u64::MAX))
    }
}

macro_rules! debug {
    ($($name:ident < $($part:tt),+ >;)+) => {$(
        impl<$($part,)+ B: Backend, A: ?Sized, E> std::fmt::Debug for $name<$($part,)+ B, A, E> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                // Never a column's value.
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )+};
}

debug! {
    UpdateAll<'u, 's, 'q>;
    UpdateWhere<'u, 's>;
    SetStatement<'u, 's, 'q>;
}
