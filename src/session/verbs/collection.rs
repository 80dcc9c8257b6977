//! `collection`: the rows that a relation to many leads to, changed from the side that does not hold the column.

use std::any::TypeId;
use std::fmt;
use std::marker::PhantomData;

use hashbrown::HashSet;

use super::link::Linkable;
use super::query::{Query, Wanted};
use crate::backend::Backend;
use crate::criteria::{Related, Select};
use crate::entity::{Draft, Entity, Link, Model};
use crate::error::{Error, Result};
use crate::handle::{Handle, Managed};
use crate::relation::{Adds, Members, Relation, Releases};
use crate::session::{Authority, FlushAuthority, UnitOfWork};

impl<'s, B: Backend, A: ?Sized> UnitOfWork<'s, B, A> {
    /// The rows that a relation to many of this row leads to, as a collection. No SQL.
    ///
    /// The row may be written or not, and the relation loaded or not. Rows are added to what is not loaded without a SELECT;
    /// what has to know all rows loads them first, with the statements of [`populate`](Self::populate), and once.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// let octavia = session.persist(NewAuthor::new("Octavia"))?;
    /// session.collection(&octavia, Author::books()).add_with(|author| NewBook::new("Kindred", author))?;
    /// session.flush()?; // INSERT authors, INSERT books
    /// let octavia = session.promote(&octavia)?;
    ///
    /// let earthsea = session.find::<Book>(1)?.required()?;
    /// let mut books = session.collection(&octavia, Author::books());
    /// books.add(&earthsea)?; // it was another author's
    /// assert_eq!(books.count()?, 2);
    /// session.flush()?; // UPDATE books SET author_id = ?
    /// # Ok(())
    /// # }) }
    /// ```
    pub fn collection<R, S>(
        &mut self,
        owner: &Handle<'s, R::Owner, S>,
        relation: R,
    ) -> Collection<'_, 's, B, A, R>
    where
        R: Relation<Kind: Members<R, B>>,
        S: Linkable,
    {
        let _ = relation;
        // One of another session is of nobody here.
        let owner = if owner.tag() == self.core.tag { owner.slot() } else { u32::MAX };
        Collection { uow: self, owner, _of: PhantomData }
    }
}

/// The collection of one row. It has the unit of work for itself, so that nothing else changes it meanwhile.
pub struct Collection<'u, 's, B: Backend, A: ?Sized, R> {
    pub(super) uow: &'u mut UnitOfWork<'s, B, A>,
    pub(super) owner: u32,
    _of: PhantomData<fn() -> R>,
}

/// The entity whose rows refer to the owner.
pub(super) type Held<R, B> = <<R as Relation>::Kind as Members<R, B>>::Held;

impl<'s, B, A, R> Collection<'_, 's, B, A, R>
where
    B: Backend,
    A: ?Sized,
    R: Relation<Owner: Entity<B>, Target: Entity<B>, Kind: Members<R, B>>,
{
    /// Adds a row, written or not. No SQL, and nothing where it is in already.
    ///
    /// Of a `has_many` it is [`link`](UnitOfWork::link) seen from the other side: the row leaves the collection that it was in.
    /// Of a `many_to_many` it persists a row in between.
    ///
    /// # Errors
    ///
    /// As [`link`](UnitOfWork::link) and [`persist`](UnitOfWork::persist).
    pub fn add<S: Linkable>(&mut self, member: &Handle<'s, R::Target, S>) -> Result<&mut Self>
    where
        R::Kind: Adds<R, B>,
        A: Authority,
    {
        let member = self.uow.own(member)?;
        // Of the rows that refer to the owner themselves, one that does so already stays as it is.
        if <R::Kind as Members<R, B>>::TELLS || !self.holds(member) {
            <R::Kind as Adds<R, B>>::put_in(&mut self.uow.core, self.owner, member)?;
        }
        Ok(self)
    }

    /// Persists what the closure makes of this row: a draft that refers to it, or the row in between.
    ///
    /// # Errors
    ///
    /// As [`persist`](UnitOfWork::persist).
    pub fn add_with<D>(
        &mut self,
        make: impl FnOnce(Link<'s, R::Owner>) -> D,
    ) -> Result<Handle<'s, D::Entity, D::State>>
    where
        D: Draft<'s, Entity = Held<R, B>>,
        A: Authority,
    {
        let link = Link::at(self.uow.core.tag, self.owner);
        self.uow.persist(make(link))
    }

    /// Takes a row out, if it is in. Its column becomes NULL, or it is removed where the relation says `orphans = remove`; of a
    /// `many_to_many` the row in between is removed.
    ///
    /// To give a row to another owner, add it there: that is one UPDATE, and no orphan.
    ///
    /// # Errors
    ///
    /// As [`link`](UnitOfWork::link) and [`remove`](UnitOfWork::remove), and what the database reports where the rows in between
    /// had to be loaded.
    pub fn remove<S: Linkable>(&mut self, member: &Handle<'s, R::Target, S>) -> Result<&mut Self>
    where
        R::Kind: Releases<R, B>,
        A: Authority,
    {
        let member = self.uow.own(member)?;
        if !<R::Kind as Members<R, B>>::TELLS {
            self.load()?;
        }
        self.take_out(|target| target == member)?;
        Ok(self)
    }

    /// Makes these rows the collection: others are taken out, and those that are missing added. What does not change is not
    /// written.
    ///
    /// # Errors
    ///
    /// As [`add`](Self::add) and [`remove`](Self::remove). What was done until then stays to be seen, and is undone by
    /// `discard`, or with its transaction.
    pub fn set<'h, S: Linkable + 'h>(
        &mut self,
        members: impl IntoIterator<Item = &'h Handle<'s, R::Target, S>>,
    ) -> Result<&mut Self>
    where
        's: 'h,
        R::Kind: Adds<R, B> + Releases<R, B>,
        A: Authority,
    {
        let members = members.into_iter().map(|member| self.uow.own(member));
        let members = members.collect::<Result<Vec<u32>>>()?;
        self.make(members)
    }

    /// Makes these rows the collection as [`set`](Self::set) does, and does not load it: what is not among them is taken out with
    /// one statement, at once.
    ///
    /// It is a statement for rows whether they are in memory or not, as [`delete_where`](UnitOfWork::delete_where): what is pending
    /// is flushed before it, versions of those rows are not compared, no subscriber is called for them, and it stands when the
    /// flush that adds the missing ones fails, unless a transaction is around both. Which of a `many_to_many` are missing is then
    /// asked with one SELECT of those that stay. Where the collection is loaded, where the relation says what becomes of rows that
    /// refer to those which are taken out, and for more rows than a statement has placeholders, it is `set`.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// # let author = session.find::<Author>(1)?.required()?;
    /// # let book = session.find::<Book>(1)?.required()?;
    /// session.collection(&author, Author::edited()).replace([&book])?; // UPDATE books SET editor_id = NULL WHERE ..
    /// session.flush()?; // UPDATE books SET editor_id = ?
    /// # Ok(())
    /// # }) }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`set`](Self::set), and what the database reports; rows that cannot be deleted because others refer to them, for one.
    /// Then it is as it was.
    pub fn replace<'h, S: Linkable + 'h>(
        &mut self,
        members: impl IntoIterator<Item = &'h Handle<'s, R::Target, S>>,
    ) -> Result<&mut Self>
    where
        's: 'h,
        R::Kind: Adds<R, B> + Releases<R, B>,
        A: FlushAuthority + Authority,
    {
        let members = members.into_iter().map(|member| self.uow.own(member));
        let members = members.collect::<Result<Vec<u32>>>()?;
        let (owner, is_unknown, core) = (self.owner, self.is_unknown(), &mut self.uow.core);
        if is_unknown && <R::Kind as Releases<R, B>>::take_out_others(core, owner, &members)? {
            // Those that are in by now are among these: of a `many_to_many` the rows in between tell which.
            if <R::Kind as Members<R, B>>::TELLS {
                self.uow.core.map.arena_mut::<R::Owner>().complete(TypeId::of::<R>(), &[owner]);
            }
        }
        self.make(members)
    }

    /// Takes every row out.
    ///
    /// # Errors
    ///
    /// As [`remove`](Self::remove).
    pub fn clear(&mut self) -> Result<&mut Self>
    where
        R::Kind: Releases<R, B>,
        A: Authority,
    {
        self.load()?;
        self.take_out(|_| true)?;
        Ok(self)
    }

    /// Whether a row is in. Of a `has_many` the row itself tells, without SQL.
    ///
    /// # Errors
    ///
    /// What the database reports where the rows in between had to be loaded.
    pub fn contains<S: Linkable>(&mut self, member: &Handle<'s, R::Target, S>) -> Result<bool> {
        let member = self.uow.own(member)?;
        if !<R::Kind as Members<R, B>>::TELLS {
            self.load()?;
        }
        Ok(self.holds(member))
    }

    /// How many rows are in, drafts among them.
    ///
    /// # Errors
    ///
    /// What the database reports where they had to be loaded.
    pub fn count(&mut self) -> Result<usize> {
        self.load()?;
        Ok(self.targets().len())
    }

    /// The rows that are in and written.
    ///
    /// # Errors
    ///
    /// What the database reports where they had to be loaded.
    pub fn rows(&mut self) -> Result<Vec<Handle<'s, R::Target, Managed>>> {
        self.load()?;
        let mut members = self.targets();
        members.retain(|&slot| self.uow.core.is_row::<R::Target>(slot));
        Ok(members.into_iter().map(|slot| self.uow.handle(slot)).collect())
    }

    /// A query of the rows that are in, by criteria: filtered, ordered, a page of them. Loaded or not, the database is asked, and
    /// what is pending is flushed before as before any [`select`](UnitOfWork::select).
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// let ursula = session.find::<Author>(1)?.required()?;
    /// let mut books = session.collection(&ursula, Author::books());
    /// let page = books.select(Book::COPIES.gt(0).order(Book::TITLE.asc()).limit(10).offset(0))?.all()?;
    /// assert_eq!(page.len(), 1); // SELECT .. WHERE author_id = ? AND copies > ? ORDER BY title LIMIT 10
    /// # Ok(())
    /// # }) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotWritten`](Error::NotWritten) where the owner is a draft: the database knows nothing of it.
    pub fn select(
        &mut self,
        select: impl Into<Select<R::Target>>,
    ) -> Result<Query<'_, 's, 'static, B, A, R::Target>> {
        let core = &mut self.uow.core;
        let key = match core.is_row::<R::Owner>(self.owner) {
            true => core.map.arena_mut::<R::Owner>().key_of(self.owner),
            false => None,
        };
        let key = key.ok_or_else(|| Error::NotWritten { entity: R::Owner::meta().name })?;
        let dialect = core.map.dialect();
        let mut select = select.into();
        Ok(Query::new(self.uow, move |wanted| {
            let way = <R::Kind as Members<R, B>>::way();
            let related = |select, columns: &mut dyn Iterator<Item = usize>| {
                Related::<R::Target, R::Owner, B>::of_one(select, &way, key, columns, dialect)
            };
            let meta = R::Target::meta();
            Box::new(match wanted {
                Wanted::Rows { limit } => {
                    select.limit_to(limit);
                    related(select, &mut (0..meta.columns.len()))
                }
                Wanted::Keys => related(select, &mut meta.key.iter().copied()),
            })
        }))
    }

    /// Makes these rows the collection.
    fn make(&mut self, members: Vec<u32>) -> Result<&mut Self>
    where
        R::Kind: Adds<R, B> + Releases<R, B>,
    {
        self.load()?;
        let there: HashSet<u32> = self.targets().into_iter().collect();
        let wanted: HashSet<u32> = members.iter().copied().collect();
        self.take_out(|target| !wanted.contains(&target))?;
        let mut seen = HashSet::new();
        for member in members {
            if !there.contains(&member) && seen.insert(member) {
                <R::Kind as Adds<R, B>>::put_in(&mut self.uow.core, self.owner, member)?;
            }
        }
        Ok(self)
    }

    fn take_out(&mut self, which: impl Fn(u32) -> bool) -> Result<()>
    where
        R::Kind: Releases<R, B>,
    {
        for (held, target) in self.members() {
            if which(target) {
                <R::Kind as Releases<R, B>>::take_out(&mut self.uow.core, held)?;
            }
        }
        Ok(())
    }

    fn holds(&self, member: u32) -> bool {
        self.members().iter().any(|(_, target)| *target == member)
    }

    pub(super) fn members(&self) -> Vec<(u32, u32)> {
        <R::Kind as Members<R, B>>::members(&self.uow.core, self.owner)
    }

    /// The members, each once.
    fn targets(&self) -> Vec<u32> {
        let mut seen = HashSet::new();
        self.members().into_iter().map(|(_, target)| target).filter(|target| seen.insert(*target)).collect()
    }

    /// Loads the rows, unless they are or the owner is not written.
    pub(super) fn load(&mut self) -> Result<()> {
        if !self.is_unknown() {
            return Ok(());
        }
        self.uow.core.populate::<R>(&[self.owner]).map(drop)
    }

    /// Whether the database may have rows that are in and not in memory.
    fn is_unknown(&self) -> bool {
        let core = &self.uow.core;
        core.is_row::<R::Owner>(self.owner) && !core.is_complete::<R::Owner>(TypeId::of::<R>(), self.owner)
    }
}

impl<B: Backend, A: ?Sized, R: Relation> fmt::Debug for Collection<'_, '_, B, A, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Collection({})", R::NAME)
    }
}
