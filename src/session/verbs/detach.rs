//! `detach`, `attach`, `merge`: values that leave a session and come back to one.

use crate::backend::Backend;
use crate::entity::{Entity, Links, Model};
use crate::error::{Error, Result, RowName};
use crate::handle::{Handle, Managed, New, Removed, State};
use crate::identity::Found;
use crate::session::core::Core;
use crate::session::{Authority, UnitOfWork};

/// A value that left its session, with the snapshot that its edits are compared with. Owned, `Send`, of no session.
///
/// With the feature `serde` it is `Serialize` and `Deserialize` where the entity is, and can come back to another
/// process. A field that the entity skips there has its default in the value and in the snapshot alike, so that `merge`
/// leaves the column alone; a key or a version that is skipped is that of no row.
///
/// # Values from outside
///
/// Whoever held a serialized value can have changed all of it, the snapshot too. `merge` reads the row itself and writes no
/// column in which value and snapshot agree, so that the worst a forged one does is this:
///
/// - It edits *any* row and *any* column but the key, the version and what is generated: ask first whether the sender may
///   edit the row of this [`key`](Model::key), and these [`edited_columns`](Self::edited_columns).
/// - It says that it has seen the newest version, which a sender can learn by reading it: somebody else's change is then
///   overwritten in the columns that it edits. Sign what you send, or keep it on the server, where that must not be.
///
/// A key, a version or a generated column that differs from the snapshot's is an error of `merge` and of `attach`. Never
/// `attach` what comes from outside: memory then shows it as what the database has.
#[derive(Clone, Debug)]
pub struct Detached<E: Model> {
    value: E,
    base: Option<E>,
}

impl<E: Model> Detached<E> {
    /// The value.
    pub const fn get(&self) -> &E {
        &self.value
    }

    /// The value, to be changed; `merge` and `attach` see what changed.
    pub fn get_mut(&mut self) -> &mut E {
        if self.base.is_none() {
            self.base = Some(self.value.clone());
        }
        &mut self.value
    }

    /// The value as the database had it.
    pub fn snapshot(&self) -> &E {
        self.base.as_ref().unwrap_or(&self.value)
    }

    /// The columns that were edited, by their names in SQL: those that `merge` writes, and no others.
    pub fn edited_columns(&self) -> impl Iterator<Item = &'static str> + use<E> {
        let edited = self.value.changes(self.snapshot());
        E::meta()
            .columns
            .iter()
            .enumerate()
            .filter(move |(index, _)| edited.contains(*index))
            .map(|(_, column)| column.name)
    }

    /// The value, without its snapshot.
    pub fn into_value(self) -> E {
        self.value
    }

    #[cfg(feature = "serde")]
    pub(crate) const fn of(value: E, snapshot: E) -> Self {
        Self { value, base: Some(snapshot) }
    }
}

impl<'s, B: Backend, A: ?Sized> UnitOfWork<'s, B, A> {
    /// `Managed` or `Removed` -> [`Detached`]: the value leaves the session, edits and all; a scheduled removal is
    /// cancelled. `New` -> the draft, which can be persisted again.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> {
    /// # let orm = library()?;
    /// let mut book = orm.session(|session| {
    ///     let book = session.find::<Book>(1)?.required()?;
    ///     session.detach(book)
    /// })?;
    /// book.get_mut().copies = 5; // in a form, in another thread, minutes later
    /// orm.session(|session| {
    ///     let book = session.merge(&book)?;
    ///     session.flush()?;
    ///     assert_eq!(session[&book].copies, 5);
    ///     Ok(())
    /// })?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotWritten`](Error::NotWritten) for a full value before its INSERT, [`PendingLink`](Error::PendingLink) for a
    /// row that was linked to one without a key; flush first. [`Removed`](Error::Removed) for a row that a flush
    /// deleted.
    pub fn detach<E: Entity<B>, S: Detachable>(&mut self, handle: Handle<'s, E, S>) -> Result<S::Left<'s, E>>
    where
        A: Authority,
    {
        self.own(&handle)?;
        S::detach(&mut self.core, handle)
    }

    /// [`Detached`] -> `Managed` without asking the database: the snapshot is trusted, and the edits are pending.
    ///
    /// # Errors
    ///
    /// [`AlreadyManaged`](Error::AlreadyManaged) when the row is in this session, [`KeyChanged`](Error::KeyChanged)
    /// when the detached value's key was edited, [`ReadOnlyColumn`](Error::ReadOnlyColumn) when its version or a generated
    /// column was.
    pub fn attach<E: Entity<B>>(&mut self, detached: &Detached<E>) -> Result<Handle<'s, E, Managed>>
    where
        A: Authority,
    {
        check(detached)?;
        let now = self.core.map.tick();
        let base = detached.base.clone();
        let slot = self.core.map.arena_mut::<E>().attach(detached.value.clone(), base, now)?;
        Ok(self.handle(slot))
    }

    /// [`Detached`] -> `Managed`: what was changed while detached is applied to the row, which is read first, with one
    /// SELECT, even when it is in memory. Columns that only the database changed keep the database's value.
    ///
    /// # Errors
    ///
    /// [`Stale`](Error::Stale) when the row is gone, or its version is not the detached value's; it is never inserted
    /// anew. [`KeyChanged`](Error::KeyChanged) when the detached value's key was edited,
    /// [`ReadOnlyColumn`](Error::ReadOnlyColumn) when its version or a generated column was.
    pub fn merge<E: Entity<B>>(&mut self, detached: &Detached<E>) -> Result<Handle<'s, E, Managed>>
    where
        A: Authority,
    {
        check(detached)?;
        let base = detached.snapshot();
        let key = base.key();
        let stale = || Error::Stale(RowName::new(E::meta(), &key));
        if self.core.map.arena_mut::<E>().find(&key) == Found::Leaving {
            return Err(Error::Removed(RowName::new(E::meta(), &key)));
        }
        let slot = self.core.run(|connection, map| {
            let store = map.store_mut::<E>();
            let row = store.load_now(connection, &key)?;
            let row = row.ok_or_else(stale)?;
            let moved_on = E::meta().version.is_some_and(|version| row.changes(base).contains(version));
            if moved_on {
                return Err(stale());
            }
            store.arena.take_in_newest(row)?.ok_or_else(stale)
        })?;
        let mine = detached.value.changes(base);
        if !mine.is_empty() {
            let now = self.core.map.tick();
            self.core.map.arena_mut::<E>().edit(slot, now)?.value.copy_columns(&detached.value, mine);
        }
        Ok(self.handle(slot))
    }
}

/// Refuses edits that a flush would refuse, before they are in the session: a value from outside may have any.
fn check<E: Model>(detached: &Detached<E>) -> Result<()> {
    let (meta, base) = (E::meta(), detached.snapshot());
    let row = || RowName::new(meta, &base.key());
    if !detached.value.with_key(|key| base.with_key(|base| key == base)) {
        return Err(Error::KeyChanged(row()));
    }
    let edited = detached.value.changes(base);
    let read_only = |&column: &usize| {
        meta.version == Some(column) || meta.columns.get(column).is_some_and(|column| column.generated)
    };
    match edited.iter().find(read_only).and_then(|column| meta.columns.get(column)) {
        Some(column) => Err(Error::ReadOnlyColumn { row: row(), column: column.name }),
        None => Ok(()),
    }
}

/// A state out of which a value can leave its session: [`Managed`], [`Removed`] or [`New`].
#[diagnostic::on_unimplemented(
    message = "an entity that is `{Self}` cannot be detached",
    label = "there is no value to take along"
)]
pub trait Detachable: State + Sized {
    /// What leaves: the value of a row, or the draft of a new one.
    type Left<'s, E: Model>;

    #[doc(hidden)]
    fn detach<'s, B: Backend, E: Entity<B>>(
        core: &mut Core<B>,
        handle: Handle<'s, E, Self>,
    ) -> Result<Self::Left<'s, E>>;
}

impl Detachable for Managed {
    type Left<'s, E: Model> = Detached<E>;

    fn detach<'s, B: Backend, E: Entity<B>>(
        core: &mut Core<B>,
        handle: Handle<'s, E, Self>,
    ) -> Result<Detached<E>> {
        let (value, base) = core.map.arena_mut::<E>().detach(handle.slot())?;
        Ok(Detached { value, base })
    }
}

impl Detachable for Removed {
    type Left<'s, E: Model> = Detached<E>;

    fn detach<'s, B: Backend, E: Entity<B>>(
        core: &mut Core<B>,
        handle: Handle<'s, E, Self>,
    ) -> Result<Detached<E>> {
        let (value, base) = core.map.arena_mut::<E>().detach(handle.slot())?;
        Ok(Detached { value, base })
    }
}

impl Detachable for New {
    type Left<'s, E: Model> = E::Draft<'s>;

    fn detach<'s, B: Backend, E: Entity<B>>(
        core: &mut Core<B>,
        handle: Handle<'s, E, Self>,
    ) -> Result<E::Draft<'s>> {
        let draft = core.map.arena_mut::<E>().forget(handle.slot())?;
        let mut links = Links::new(core.tag, draft.links);
        Ok(E::draft(draft.record, &mut links))
    }
}
