//! `query`: any Diesel query of an entity, giving managed rows.

use std::marker::PhantomData;

use diesel::dsl;
use diesel::query_builder::{AsQuery, QueryFragment};
use diesel::query_dsl::methods::{LimitDsl, SelectDsl};
use hashbrown::HashSet;

use crate::backend::Backend;
use crate::criteria::Select;
use crate::entity::Entity;
use crate::error::{Error, Result};
use crate::handle::{Handle, Managed};
use crate::session::core::Core;
use crate::session::{FlushAuthority, FlushMode, UnitOfWork};
use crate::statement::{Count, database, sql_of};

/// A query whose type has been forgotten.
#[expect(unreachable_pub, reason = "it stands in the hidden method of a public trait")]
pub type Fragment<'q, B> = Box<dyn QueryFragment<<B as Backend>::Diesel> + 'q>;

/// What a query gave, with the unit of work to go on with.
type Given<'u, 's, B, A, T> = Result<(&'u mut UnitOfWork<'s, B, A>, T)>;

impl<'s, B: Backend, A: ?Sized> UnitOfWork<'s, B, A> {
    /// A query of an entity: its table, filtered, ordered, limited and joined as Diesel lets you. The library chooses
    /// the selected columns. Values that are bound may be borrowed.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// let title = String::from("A Wizard%");
    /// let by_book = authors::table.inner_join(books::table).filter(books::title.like(&title));
    /// let ursula = session.query::<Author>(by_book).one()?;
    /// assert_eq!(session[&ursula].name, "Ursula");
    ///
    /// let scarce = session.query::<Book>(books::table.filter(books::copies.lt(2)).order(books::title)).all()?;
    /// assert!(scarce.is_empty());
    /// # Ok(())
    /// # }) }
    /// ```
    pub fn query<'u, 'q, E: Entity<B>>(
        &'u mut self,
        query: impl EntityQuery<'q, E, B>,
    ) -> Query<'u, 's, 'q, B, A, E> {
        Query::new(self, move |wanted| match wanted {
            Wanted::Rows { limit } => query.fragment(limit),
            Wanted::Keys => query.keys(),
        })
    }
}

impl<'s, B: Backend, A: ?Sized> UnitOfWork<'s, B, A> {
    /// Rows by criteria on typed fields, for code that is generic over the backend: it needs no bound but
    /// `E: Entity<B>`. Where the backend is known, [`query`](Self::query) takes any Diesel query.
    ///
    /// ```
    /// use moored::prelude::*;
    /// # diesel::table! { authors { id -> Integer, name -> Text, born -> Nullable<Integer> } }
    /// # #[derive(Entity, diesel::Queryable, Clone, Debug)]
    /// # #[diesel(table_name = authors)]
    /// # struct Author { #[entity(key, generated)] id: i32, name: String, born: Option<i32> }
    ///
    /// fn living_legends<'s, B: Backend>(
    ///     uow: &mut UnitOfWork<'s, B>,
    /// ) -> moored::Result<Vec<Handle<'s, Author, Managed>>>
    /// where
    ///     Author: Entity<B>,
    /// {
    ///     let criterion = Author::BORN.is_not_null().and(Author::NAME.like("A%").or(Author::BORN.lt(1930)));
    ///     uow.select(criterion.order(Author::NAME.asc()).limit(10)).all()
    /// }
    /// ```
    pub fn select<E: Entity<B>>(&mut self, select: impl Into<Select<E>>) -> Query<'_, 's, 'static, B, A, E> {
        let select = select.into();
        Query::new(self, move |wanted| match wanted {
            Wanted::Rows { limit } => select.fragment(limit),
            Wanted::Keys => select.keys(),
        })
    }
}

/// What a query is to give.
#[derive(Clone, Copy)]
pub(super) enum Wanted {
    /// Rows, so many at most.
    Rows { limit: Option<i64> },
    /// The keys of the rows.
    Keys,
}

impl Wanted {
    pub(super) const ALL: Self = Self::Rows { limit: None };
}

/// A query of an entity that has not run yet.
#[must_use = "a query does nothing until `all`, `first`, `one`, `count`, `exists` or `stream` runs it"]
pub struct Query<'u, 's, 'q, B: Backend, A: ?Sized, E> {
    pub(super) uow: &'u mut UnitOfWork<'s, B, A>,
    pub(super) fragment: Box<dyn FnOnce(Wanted) -> Fragment<'q, B> + 'q>,
    pub(super) mode: Option<FlushMode>,
    _of: PhantomData<fn() -> E>,
}

/// A Diesel query that an entity can be read from.
///
/// Implemented for every query whose FROM clause has the entity's columns: the table itself, filters, orders, limits,
/// joins, subqueries, boxed and distinct queries.
#[diagnostic::on_unimplemented(
    message = "`{E}` cannot be read from this query on `{B}`",
    label = "not a query of the table of `{E}`",
    note = "pass the table of `{E}`, filtered or joined as you like, without a `select` of your own"
)]
pub trait EntityQuery<'q, E: Entity<B>, B: Backend>: 'q {
    /// The query with the entity's columns selected, and limited to so many rows if a limit is given.
    #[doc(hidden)]
    fn fragment(self, limit: Option<i64>) -> Fragment<'q, B>;

    /// The query with the columns of the entity's key selected.
    #[doc(hidden)]
    fn keys(self) -> Fragment<'q, B>;
}

#[diagnostic::do_not_recommend]
impl<'q, E, B, Q> EntityQuery<'q, E, B> for Q
where
    E: Entity<B>,
    B: Backend,
    Q: SelectDsl<E::Columns> + SelectDsl<E::KeyColumns> + 'q,
    dsl::Select<Q, E::Columns>: AsQuery<Query: QueryFragment<B::Diesel> + 'q>,
    dsl::Select<Q, E::Columns>: LimitDsl<Output: QueryFragment<B::Diesel> + 'q>,
    dsl::Select<Q, E::KeyColumns>: AsQuery<Query: QueryFragment<B::Diesel> + 'q>,
{
    fn fragment(self, limit: Option<i64>) -> Fragment<'q, B> {
        let selected = SelectDsl::select(self, E::columns());
        match limit {
            Some(rows) => Box::new(selected.limit(rows)),
            None => Box::new(selected.as_query()),
        }
    }

    fn keys(self) -> Fragment<'q, B> {
        Box::new(SelectDsl::select(self, E::key_columns()).as_query())
    }
}

impl<'u, 's, 'q, B: Backend, A: ?Sized, E: Entity<B>> Query<'u, 's, 'q, B, A, E> {
    pub(super) fn new(
        uow: &'u mut UnitOfWork<'s, B, A>,
        fragment: impl FnOnce(Wanted) -> Fragment<'q, B> + 'q,
    ) -> Self {
        Self { uow, fragment: Box::new(fragment), mode: None, _of: PhantomData }
    }

    /// When to flush before this query, whatever the session says. Asking for a flush takes the authority to flush.
    pub const fn flush_mode(mut self, mode: FlushMode) -> Self
    where
        A: FlushAuthority,
    {
        self.mode = Some(mode);
        self
    }

    /// All rows, each once however often the database gives it, in the order in which it gave them first.
    ///
    /// A row that is in memory keeps what was edited and takes the database's value for the rest. Rows whose removal is
    /// scheduled are left out.
    ///
    /// # Errors
    ///
    /// What the database reports, and what a flush returns.
    pub fn all(self) -> Result<Vec<Handle<'s, E, Managed>>> {
        self.all_in().map(|(_, rows)| rows)
    }

    /// The first row, if any.
    ///
    /// # Errors
    ///
    /// As [`all`](Self::all).
    pub fn first(self) -> Result<Option<Handle<'s, E, Managed>>> {
        self.first_in().map(|(_, row)| row)
    }

    /// The one row.
    ///
    /// # Errors
    ///
    /// [`NotFound`](Error::NotFound) when there is none, [`NotUnique`](Error::NotUnique) when there are several, and as
    /// [`all`](Self::all).
    pub fn one(self) -> Result<Handle<'s, E, Managed>> {
        self.one_in().map(|(_, row)| row)
    }

    /// How many rows the query gives. Nothing is loaded.
    ///
    /// # Errors
    ///
    /// As [`all`](Self::all).
    pub fn count(self) -> Result<u64> {
        let (uow, fragment) = self.prepare(Wanted::ALL)?;
        uow.core.count(&*fragment)
    }

    /// Whether the query gives any row. Nothing is loaded.
    ///
    /// # Errors
    ///
    /// As [`all`](Self::all).
    pub fn exists(self) -> Result<bool> {
        let (uow, fragment) = self.prepare(Wanted::Rows { limit: Some(1) })?;
        uow.core.count(&*fragment).map(|count| count > 0)
    }

    pub(super) fn all_in(self) -> Given<'u, 's, B, A, Vec<Handle<'s, E, Managed>>> {
        let (uow, slots) = self.run(Wanted::ALL)?;
        let rows = slots.into_iter().map(|slot| uow.handle(slot)).collect();
        Ok((uow, rows))
    }

    pub(super) fn first_in(self) -> Given<'u, 's, B, A, Option<Handle<'s, E, Managed>>> {
        let (uow, slots) = self.run(Wanted::Rows { limit: Some(1) })?;
        let row = slots.first().map(|&slot| uow.handle(slot));
        Ok((uow, row))
    }

    pub(super) fn one_in(self) -> Given<'u, 's, B, A, Handle<'s, E, Managed>> {
        let (uow, slots) = self.run(Wanted::Rows { limit: Some(2) })?;
        let entity = E::meta().name;
        match *slots.as_slice() {
            [] => Err(Error::NotFound { entity }),
            [slot] => {
                let row = uow.handle(slot);
                Ok((uow, row))
            }
            _ => Err(Error::NotUnique { entity }),
        }
    }

    fn run(self, wanted: Wanted) -> Given<'u, 's, B, A, Vec<u32>> {
        let (uow, fragment) = self.prepare(wanted)?;
        let slots = uow.core.take_in::<E>(&*fragment)?;
        Ok((uow, slots))
    }

    /// Flushes if the mode says so.
    pub(super) fn prepare(self, wanted: Wanted) -> Given<'u, 's, B, A, Fragment<'q, B>> {
        let Query { uow, fragment, mode, .. } = self;
        let fragment = fragment(wanted);
        uow.core.flush_before(mode, || sql_of::<B>(&*fragment).map_err(database::<B>))?;
        Ok((uow, fragment))
    }
}

impl<B: Backend, A: ?Sized, E> std::fmt::Debug for Query<'_, '_, '_, B, A, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Query").field("mode", &self.mode).finish_non_exhaustive()
    }
}

impl<B: Backend> Core<B> {
    /// Runs a query and takes its rows into the identity map, each once.
    fn take_in<E: Entity<B>>(&mut self, query: &dyn QueryFragment<B::Diesel>) -> Result<Vec<u32>> {
        self.run(|connection, map| {
            let arena = map.arena_mut::<E>();
            let first_new = arena.len();
            let mut slots = Vec::new();
            let mut seen = HashSet::new();
            let mut refused = Ok(());
            E::load(connection, query, &mut |row| {
                let before = arena.len();
                match arena.take_in(row) {
                    // Made just now, so not seen before.
                    Ok(Some(slot)) if slot >= before => slots.push(slot),
                    // Made by this query: seen.
                    Ok(Some(slot)) if slot >= first_new => {}
                    Ok(Some(slot)) => {
                        if seen.insert(slot) {
                            slots.push(slot);
                        }
                    }
                    Ok(None) => {}
                    Err(error) => refused = Err(error),
                }
                refused.is_ok()
            })
            .map_err(database::<B>)?;
            refused?;
            map.store_mut::<E>().catch_up(connection)?;
            Ok(slots)
        })
    }

    fn count(&mut self, query: &dyn QueryFragment<B::Diesel>) -> Result<u64> {
        self.run(|connection, _| {
            let count = B::count(connection, &Count(query)).map_err(database::<B>)?;
            Ok(u64::try_from(count).unwrap_or(0))
        })
    }
}
