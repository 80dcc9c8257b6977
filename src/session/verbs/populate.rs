//! `populate`, `related`, `nested`, `loaded`: relations brought into memory for many rows at once, and read from there.

use std::any::TypeId;

use crate::backend::Backend;
use crate::criteria::Select;
use crate::entity::{Entity, Model};
use crate::error::{Error, Result};
use crate::handle::{Handle, Managed};
use crate::relation::{
    Kind, Loaded, LoadedWith, Members, Populate, Relation, Rows, Run, With, Witnessed, not_loaded,
};
use crate::session::UnitOfWork;

/// A list for each row.
type RowsOfEach<'s, E> = Vec<Vec<Handle<'s, E, Managed>>>;

impl<'s, B: Backend, A: ?Sized> UnitOfWork<'s, B, A> {
    /// Loads relations for all these rows: one statement for each relation in the plan, however many rows there are. Rows that
    /// are in memory already are the same instances, and keep their edits.
    ///
    /// What comes back are the same rows, with what was loaded in their types. Nothing is flushed first: what is pending is in
    /// memory and counts.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// let authors = session.query::<Author>(authors::table).all()?;
    /// let authors = session.populate(&authors, Author::books())?; // one SELECT
    /// for author in &authors {
    ///     for book in session.related(author, Author::books()) {
    ///         println!("{} wrote {}", session[author].name, session[&book].title);
    ///     }
    /// }
    /// # Ok(())
    /// # }) }
    /// ```
    ///
    /// A plan is a relation, a path `Author::books().then(Book::editor())`, or a tuple of those. The statements go by the keys of
    /// the rows, as many in each as the database takes; a relation by a column of these rows asks for those alone that are not
    /// in memory; one through rows in between takes two.
    ///
    /// # Errors
    ///
    /// What the database reports; [`KeySpelling`](Error::KeySpelling) where the collation of a column takes two keys for one that
    /// are not the same in memory. Rows that came in until then stay.
    pub fn populate<T, P>(&mut self, rows: &T, plan: P) -> Result<T::Loaded<P>>
    where
        T: Rows<'s> + ?Sized,
        P: Run<T::Entity, B>,
    {
        let slots = self.slots_of(rows)?;
        plan.run(&mut self.core, &slots)?;
        Ok(rows.loaded::<P>())
    }

    /// Of the rows that a relation to many leads to, those that fulfil criteria, for each of these rows: one statement, however
    /// many there are, and a limit counts for each by itself. A relation through rows in between takes a second one for the
    /// targets that are not in memory.
    ///
    /// The database is asked whether the relation is loaded or not, and what is pending is flushed before as before a
    /// [`select`](Self::select). What comes back is no more than it says: a list for each row, in the order of `rows`.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// let authors = session.query::<Author>(authors::table).all()?;
    /// let latest = Book::COPIES.gt(0).order(Book::ID.desc()).limit(3);
    /// let latest = session.select_each(&authors, Author::books(), latest)?; // the latest three of each
    /// for (author, books) in authors.iter().zip(&latest) {
    ///     println!("{}: {}", session[author].name, books.len());
    /// }
    /// # Ok(())
    /// # }) }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`populate`](Self::populate), and what a flush returns.
    pub fn select_each<T, R>(
        &mut self,
        rows: &T,
        relation: R,
        select: impl Into<Select<R::Target>>,
    ) -> Result<RowsOfEach<'s, R::Target>>
    where
        T: Rows<'s, Entity = R::Owner> + ?Sized,
        R: Relation<Target: Entity<B>, Kind: Members<R, B>>,
    {
        let _ = relation;
        let slots = self.slots_of(rows)?;
        let chosen = <R::Kind as Members<R, B>>::choose(&mut self.core, &slots, select.into())?;
        let handles = |slots: Vec<u32>| slots.into_iter().map(|slot| self.handle(slot)).collect();
        Ok(chosen.into_iter().map(handles).collect())
    }

    fn slots_of<T: Rows<'s> + ?Sized>(&self, rows: &T) -> Result<Vec<u32>> {
        let tag = self.core.tag;
        let mut slots = Vec::new();
        let mut is_foreign = false;
        rows.each(&mut |row| {
            is_foreign |= row.tag() != tag;
            slots.push(row.slot());
        });
        match is_foreign {
            true => Err(Error::ForeignHandle { entity: T::Entity::meta().name }),
            false => Ok(slots),
        }
    }

    /// The rows that a loaded relation leads to, as memory has it now, in the order in which they came into memory. No SQL.
    ///
    /// Rows that are linked to this one, or edited to refer to it, are among them; those that are removed, or refer to another
    /// row by now, are not. A draft is not either, before it is written and promoted, nor is a row that was detached: it has left.
    ///
    /// Where the other side holds the column this cannot fail: it gives a `Vec`, or an `Option` of a relation to one. Where this
    /// row holds it, it gives a `Result`.
    ///
    /// # Errors
    ///
    /// [`NotLoaded`](Error::NotLoaded) where the column refers by now to a row that nobody loaded,
    /// [`NotWritten`](Error::NotWritten) where it is linked to a draft, [`Removed`](Error::Removed) where that row is on its way
    /// out.
    pub fn related<L, R>(&self, row: &L, relation: R) -> <R::Kind as Kind<R>>::Rows<'s>
    where
        L: Witnessed<'s>,
        R: LoadedWith<L, Kind: Populate<R, B>>,
    {
        let _ = relation;
        <R::Kind as Populate<R, B>>::rows(&self.core, row.place(self.core.tag.number()))
    }

    /// The rows that [`related`](Self::related) gives, each with what was loaded with it.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// let ursula = session.find::<Author>(1)?.required()?;
    /// let ursula = session.populate(&ursula, Author::books().then(Book::editor()))?;
    /// for book in session.nested(&ursula, Author::books())? {
    ///     let editor = session.related(&book, Book::editor())?;
    ///     assert!(editor.is_none());
    /// }
    /// # Ok(())
    /// # }) }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`related`](Self::related), and [`NotLoaded`](Error::NotLoaded) where a row came in since, by a link or an edit, that
    /// was not loaded with so much.
    pub fn nested<L, R>(&self, row: &L, relation: R) -> Result<<R::Kind as Kind<R>>::Nested<'s, R::Each>>
    where
        L: Witnessed<'s>,
        R: LoadedWith<L, Kind: Populate<R, B>>,
    {
        let _ = relation;
        <R::Kind as Populate<R, B>>::nested(&self.core, row.place(self.core.tag.number()))
    }

    /// The witness of a row that was loaded with the relation elsewhere. No SQL.
    ///
    /// # Errors
    ///
    /// [`NotLoaded`](Error::NotLoaded) when it was not.
    pub fn loaded<R>(
        &self,
        row: &Handle<'s, R::Owner, Managed>,
        relation: R,
    ) -> Result<Loaded<'s, R::Owner, With<R>>>
    where
        R: Relation<Owner: Entity<B>>,
    {
        let _ = relation;
        let slot = self.own(row)?;
        match self.core.is_complete::<R::Owner>(TypeId::of::<R>(), slot) {
            true => Ok(Loaded::new(row.alias())),
            false => Err(not_loaded::<R>()),
        }
    }
}
