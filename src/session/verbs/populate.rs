//! `populate`, `related`, `nested`, `loaded`: relations brought into memory for many rows at once, and read from there.

use std::any::TypeId;

use crate::backend::Backend;
use crate::entity::{Entity, Model};
use crate::error::{Error, Result};
use crate::handle::{Handle, Managed};
use crate::relation::{Kind, Loaded, LoadedWith, Populate, Relation, Rows, Run, With, Witnessed, not_loaded};
use crate::session::UnitOfWork;

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
        let tag = self.core.tag;
        let mut slots = Vec::new();
        let mut is_foreign = false;
        rows.each(&mut |row| {
            is_foreign |= row.tag() != tag;
            slots.push(row.slot());
        });
        if is_foreign {
            return Err(Error::ForeignHandle { entity: T::Entity::meta().name });
        }
        plan.run(&mut self.core, &slots)?;
        Ok(rows.loaded::<P>())
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
