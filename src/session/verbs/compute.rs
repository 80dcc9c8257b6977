//! `compute`: a column whose new value the database works out.

use std::sync::Arc;

use diesel::expression::{AppearsOnTable, AsExpression};
use diesel::query_builder::QueryFragment;
use diesel::sql_types::{SingleValue, SqlType};
use diesel::{Column, Expression as DieselExpression};

use crate::backend::Backend;
use crate::entity::Entity;
use crate::error::Result;
use crate::handle::{Handle, Live};
use crate::identity::Expression;
use crate::session::{Authority, UnitOfWork};

impl<'s, B: Backend, A: ?Sized> UnitOfWork<'s, B, A> {
    /// Sets a column to an expression that the database works out in the next flush's UPDATE:
    /// `session.compute(&account, accounts::balance, accounts::balance + 5)`.
    ///
    /// No update of another writer is lost on the way, and the value is read back. Until then memory shows the old one.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// let book = session.find::<Book>(1)?.required()?;
    /// session.compute(&book, books::copies, books::copies + 5)?;
    /// session.flush()?; // UPDATE books SET copies = (copies + ?) .. RETURNING ..
    /// assert_eq!(session[&book].copies, 8);
    /// # Ok(())
    /// # }) }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`edit`](Self::edit), and [`NotWritten`](crate::Error::NotWritten) for a full value before its INSERT.
    pub fn compute<E, S, C, X>(&mut self, handle: &Handle<'s, E, S>, column: C, expression: X) -> Result<()>
    where
        E: Entity<B>,
        S: Live,
        C: Column<Table = E::Table>,
        <C as DieselExpression>::SqlType: SqlType + SingleValue,
        X: AsExpression<<C as DieselExpression>::SqlType>,
        X::Expression: QueryFragment<B::Diesel> + AppearsOnTable<E::Table> + 'static,
        A: Authority,
    {
        let _ = column;
        let slot = self.own(handle)?;
        let Some(column) = E::meta().columns.iter().position(|meta| meta.name == C::NAME) else {
            return Err(crate::Error::UnknownColumn { entity: E::meta().name, column: C::NAME });
        };
        let sql = Arc::new(expression.as_expression());
        let now = self.core.map.tick();
        self.core.map.arena_mut::<E>().add_expression(slot, Expression { column, sql }, now)
    }
}
