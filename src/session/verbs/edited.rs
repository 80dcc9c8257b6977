//! `original`, `edited_columns`: what is pending of a row.

use crate::backend::Backend;
use crate::entity::Entity;
use crate::handle::{Handle, Managed};
use crate::identity::Row;
use crate::session::UnitOfWork;

impl<'s, B: Backend, A: ?Sized> UnitOfWork<'s, B, A> {
    /// The row as it was before the edits that are pending; the row itself where none are.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// let book = session.find::<Book>(1)?.required()?;
    /// session.edit(&book)?.copies += 1;
    /// assert_eq!((session.original(&book).copies, session[&book].copies), (3, 4));
    /// assert_eq!(session.edited_columns(&book).collect::<Vec<_>>(), ["copies"]);
    /// # session.discard();
    /// # Ok(())
    /// # }) }
    /// ```
    ///
    /// In a transaction it is the row as it was at its beginning: edits that wait outside are not among those of inside.
    #[must_use]
    pub fn original<E: Entity<B>>(&self, handle: &Handle<'s, E, Managed>) -> &E {
        self.row_of(handle).map_or_else(|| self.get(handle), Row::base)
    }

    /// The names of the columns that the next flush writes of the row: edited, linked to another row, or computed.
    pub fn edited_columns<E: Entity<B>>(
        &self,
        handle: &Handle<'s, E, Managed>,
    ) -> impl Iterator<Item = &'static str> + use<E, B, A> {
        let columns = self.row_of(handle).map(Row::set).unwrap_or_default();
        E::meta()
            .columns
            .iter()
            .enumerate()
            .filter(move |(number, _)| columns.contains(*number))
            .map(|(_, c)| c.name)
    }

    fn row_of<E: Entity<B>>(&self, handle: &Handle<'s, E, Managed>) -> Option<&Row<E, B>> {
        let slot = self.own(handle).ok()?;
        self.core.map.arena::<E>()?.slot(slot)?.row()
    }
}
