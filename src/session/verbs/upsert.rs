//! `upsert`: rows inserted, or updated where they are there already.

use std::marker::PhantomData;

use crate::backend::Backend;
use crate::criteria::Fields;
use crate::entity::{ColumnSet, Draft, Entity, Links, Model, Pending, PendingLink, Persisted, UniqueSet};
use crate::error::{Error, Result};
use crate::handle::{Handle, Managed};
use crate::observe::Written;
use crate::session::core::Core;
use crate::session::{FlushAuthority, FlushMode, UnitOfWork};
use crate::statement::{
    Conflict, check_next_version, database, fixed_columns, set_columns, table_name, value_of,
};

impl<'s, B: Backend, A: ?Sized> UnitOfWork<'s, B, A> {
    /// Inserts a row at once, or updates the one that has its values in a unique set. No other writer can come between.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// let draft = NewAuthor::new("Octavia").email("octavia@example.org");
    /// let first = session.upsert(draft).on_conflict(Author::BY_EMAIL).update(Author::NAME).execute()?;
    ///
    /// let draft = NewAuthor::new("Octavia Butler").email("octavia@example.org");
    /// let again = session.upsert(draft).on_conflict(Author::BY_EMAIL).update(Author::NAME).execute()?;
    /// assert!(session.same(&first, &again));
    /// assert_eq!((session[&first].name.as_str(), session[&first].version), ("Octavia Butler", 2));
    /// # Ok(())
    /// # }) }
    /// ```
    pub fn upsert<D: Draft<'s>>(&mut self, draft: D) -> Upsert<'_, 's, B, A, D, One>
    where
        D::Entity: Entity<B>,
        A: FlushAuthority,
    {
        Upsert { uow: self, drafts: vec![draft], outcome: PhantomData }
    }

    /// [`upsert`](Self::upsert) of many rows, in few statements. A row that is among them twice is inserted once, and updated
    /// by the later ones in their order.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// let drafts = ["Octavia", "Joanna"].map(|name| NewAuthor::new(name).email(format!("{name}@example.org")));
    /// let authors = session.upsert_many(drafts).on_conflict(Author::BY_EMAIL).keep().execute()?;
    /// assert_eq!(session[&authors[1]].name, "Joanna");
    /// # Ok(())
    /// # }) }
    /// ```
    pub fn upsert_many<D: Draft<'s>>(
        &mut self,
        drafts: impl IntoIterator<Item = D>,
    ) -> Upsert<'_, 's, B, A, D, Many>
    where
        D::Entity: Entity<B>,
        A: FlushAuthority,
    {
        Upsert { uow: self, drafts: drafts.into_iter().collect(), outcome: PhantomData }
    }
}

// Who may flush is asked by the verbs above; what they lead to does not ask again, so that a refusal is said once.

/// An upsert of which it is not known yet what a conflict is.
#[must_use = "nothing is written until `on_conflict`, `update` or `keep`, and `execute` are called"]
pub struct Upsert<'u, 's, B: Backend, A: ?Sized, D, O> {
    uow: &'u mut UnitOfWork<'s, B, A>,
    drafts: Vec<D>,
    outcome: PhantomData<fn() -> O>,
}

impl<'u, 's, B: Backend, A: ?Sized, D: Draft<'s>, O> Upsert<'u, 's, B, A, D, O> {
    /// A row that has the same values in this set is the same row: `Author::BY_EMAIL`, `UniqueSet::KEY`.
    pub fn on_conflict(self, set: UniqueSet<D::Entity>) -> OnConflict<'u, 's, B, A, D, O> {
        OnConflict { upsert: self, set: set.set() }
    }
}

/// An upsert of which it is not known yet what is done about a conflict.
#[must_use = "nothing is written until `update` or `keep`, and `execute` are called"]
pub struct OnConflict<'u, 's, B: Backend, A: ?Sized, D, O> {
    upsert: Upsert<'u, 's, B, A, D, O>,
    set: Option<usize>,
}

impl<'u, 's, B: Backend, A: ?Sized, D: Draft<'s>, O> OnConflict<'u, 's, B, A, D, O> {
    /// The row that is there takes these fields over from the draft, and its version moves on. A field with a default that
    /// the draft leaves to the database keeps what the row has.
    pub fn update(self, fields: impl Fields<D::Entity>) -> Ready<'u, 's, B, A, D, O> {
        let fields = fields.columns().into_iter().collect();
        Ready { upsert: self.upsert, set: self.set, update: Some(fields), mode: None }
    }

    /// The row that is there stays as it is, and is what the upsert gives.
    pub fn keep(self) -> Ready<'u, 's, B, A, D, O> {
        Ready { upsert: self.upsert, set: self.set, update: None, mode: None }
    }
}

/// An upsert that has not run yet.
#[must_use = "nothing is written until `execute` is called"]
pub struct Ready<'u, 's, B: Backend, A: ?Sized, D, O> {
    upsert: Upsert<'u, 's, B, A, D, O>,
    set: Option<usize>,
    update: Option<ColumnSet>,
    mode: Option<FlushMode>,
}

impl<'s, B, A, D, O> Ready<'_, 's, B, A, D, O>
where
    B: Backend,
    A: ?Sized,
    D: Draft<'s, Entity: Entity<B>>,
    O: Outcome,
{
    /// When to flush before this statement, whatever the session says.
    pub const fn flush_mode(mut self, mode: FlushMode) -> Self {
        self.mode = Some(mode);
        self
    }

    /// Writes the rows, and gives their handles in the order of the drafts. Rows that are in memory have their new values
    /// afterwards; one with edits that wait keeps them.
    ///
    /// What is pending of the table is flushed first, as before a query, and so are rows that a draft is linked to.
    ///
    /// # Errors
    ///
    /// [`NoConflictTarget`](Error::NoConflictTarget) where a draft has no value in the set;
    /// [`NotSettable`](Error::NotSettable) where a key, a version, a generated column or one of the set is to be updated;
    /// [`NoNextVersion`](Error::NoNextVersion) for a version of a type that the database does not count;
    /// [`Removed`](Error::Removed) or [`AlreadyManaged`](Error::AlreadyManaged) where the row is in memory and its removal
    /// or its INSERT still waits; [`NotWritten`](Error::NotWritten) where a draft is linked to a row that has no key after
    /// the flush; what the database reports, and what a flush returns. Then nothing is written, and memory is as it was.
    pub fn execute(self) -> Result<O::Of<Handle<'s, D::Entity, Managed>>> {
        let Self { upsert: Upsert { uow, drafts, .. }, set, update, mode } = self;
        check_update::<D::Entity, B>(set, update)?;
        let mut rows = Vec::with_capacity(drafts.len());
        for draft in drafts {
            let mut links = Links::new(uow.core.tag, Vec::new());
            let pending = D::State::pending(draft.into_pending(&mut links));
            rows.push((pending, links.into_pending(D::Entity::meta())?));
        }
        let conflict = Conflict { set, update: update.unwrap_or(ColumnSet::EMPTY), most: usize::MAX };
        let slots = uow.core.upsert::<D::Entity>(rows, conflict, mode)?;
        O::of(slots.into_iter().map(|slot| uow.handle(slot)).collect())
            .ok_or(Error::NotFound { entity: D::Entity::meta().name })
    }
}

/// What is known to be wrong before any draft is looked at.
fn check_update<E: Entity<B>, B: Backend>(set: Option<usize>, update: Option<ColumnSet>) -> Result<()> {
    let Some(update) = update else { return Ok(()) };
    let meta = E::meta();
    let target: ColumnSet = set_columns(meta, set).iter().copied().collect();
    let fixed = update & (fixed_columns::<E>() | target);
    match fixed.iter().next().and_then(|column| meta.columns.get(column)) {
        Some(column) => Err(Error::NotSettable { entity: meta.name, column: column.name }),
        None => check_next_version::<E, B>(update),
    }
}

impl<B: Backend> Core<B> {
    fn upsert<E: Entity<B>>(
        &mut self,
        rows: Vec<(Pending<E>, Vec<PendingLink>)>,
        conflict: Conflict,
        mode: Option<FlushMode>,
    ) -> Result<Vec<u32>> {
        let is_linked = rows.iter().any(|(_, links)| !links.is_empty());
        if is_linked && mode.unwrap_or(self.flush_mode) != FlushMode::Commit {
            // What a draft is linked to may have no row yet.
            self.flush()?;
        }
        self.flush_before(mode, || table_name::<E, B>().map_err(database::<B>))?;
        let rows = self.resolve_upserted(rows)?;
        check_target::<E, B>(self, &rows, conflict.set)?;
        let written = match self.write_upserted(&rows, conflict) {
            // The database may spell a value otherwise; of a single row there is no doubt.
            Err(Error::KeysUnknown { .. }) if rows.len() > 1 => {
                self.write_upserted(&rows, Conflict { most: 1, ..conflict })?
            }
            written => written?,
        };
        self.note_rows(Written { upserted: written.len() as u64, ..Written::default() });
        let arena = self.map.arena_mut::<E>();
        let slots = written.into_iter().map(|(row, updated)| {
            arena.take_upserted(row, updated)?.ok_or(Error::NotFound { entity: E::meta().name })
        });
        slots.collect()
    }

    fn write_upserted<E: Entity<B>>(
        &mut self,
        rows: &[Pending<E>],
        conflict: Conflict,
    ) -> Result<Vec<(E, bool)>> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let store = self.map.store_mut::<E>();
        let several = store.writer.upserts_in_several(rows.len()) || store.arena.waits();
        self.write(several, |connection, map| {
            let store = map.store_mut::<E>();
            let written = store.writer.upsert(connection, rows, conflict)?;
            written.iter().try_for_each(|(row, _)| store.arena.check_upserted(&row.key()))?;
            Ok(written)
        })
    }

    /// Gives drafts the keys of the rows that they are linked to.
    fn resolve_upserted<E: Entity<B>>(
        &self,
        rows: Vec<(Pending<E>, Vec<PendingLink>)>,
    ) -> Result<Vec<Pending<E>>> {
        let resolved = rows.into_iter().map(|(mut row, mut links)| {
            if let Pending::Draft(record) = &mut row {
                self.give_keys(E::meta(), record, &mut links)?;
            }
            match links.iter().all(|link| link.keyed) {
                true => Ok(row),
                false => Err(Error::NotWritten { entity: E::meta().name }),
            }
        });
        resolved.collect()
    }
}

fn check_target<E: Entity<B>, B: Backend>(
    core: &Core<B>,
    rows: &[Pending<E>],
    set: Option<usize>,
) -> Result<()> {
    let meta = E::meta();
    let is_deferred = set.and_then(|set| meta.uniques.get(set)).is_some_and(|unique| unique.deferred);
    let reason = if is_deferred && core.map.dialect().deferrable.uniques {
        "the database checks it at the end of the transaction"
    } else if rows.iter().any(|row| value_of(row, set).is_none()) {
        "a draft has no value in it"
    } else {
        return Ok(());
    };
    let names = set_columns(meta, set).iter().filter_map(|&column| meta.columns.get(column));
    let set = names.map(|column| column.name).collect::<Vec<_>>().join(", ").into();
    Err(Error::NoConflictTarget { entity: meta.name, set, reason })
}

/// Whether an upsert gives one handle or many.
pub trait Outcome: sealed::Sealed {
    /// What it gives.
    type Of<H>;

    #[doc(hidden)]
    fn of<H>(handles: Vec<H>) -> Option<Self::Of<H>>;
}

/// One handle.
#[derive(Debug)]
pub struct One;

/// A handle for each draft.
#[derive(Debug)]
pub struct Many;

impl Outcome for One {
    type Of<H> = H;

    fn of<H>(handles: Vec<H>) -> Option<H> {
        handles.into_iter().next()
    }
}

impl Outcome for Many {
    type Of<H> = Vec<H>;

    fn of<H>(handles: Vec<H>) -> Option<Vec<H>> {
        Some(handles)
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::One {}
    impl Sealed for super::Many {}
}

macro_rules! debug {
    ($($name:ident)+) => {$(
        impl<B: Backend, A: ?Sized, D, O> std::fmt::Debug for $name<'_, '_, B, A, D, O> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                // Never a column's value.
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )+};
}

debug!(Upsert OnConflict Ready);
