//! How an entity meets a database: binding one column at a time, and loading rows.

use std::any::Any;

use diesel::query_builder::{AstPass, QueryFragment};
use diesel::row::Row;
use diesel::{QueryResult, deserialize};

use super::Model;
use crate::backend::Backend;
use crate::error::Result;
use crate::schema::Outline;
use crate::session::Cascade;

/// Binds the columns of a row, by number, into a Diesel statement.
///
/// The statement nodes of the library work on `&dyn Bind<DB>`, so their code exists once and not once per entity.
pub trait Bind<DB: diesel::backend::Backend> {
    /// Pushes the value of `column` and no placeholder: the statement's text is already written.
    ///
    /// # Errors
    ///
    /// A column that this row has no value for, which is a mistake of the library.
    fn bind<'b>(&'b self, column: usize, out: AstPass<'_, 'b, DB>) -> QueryResult<()>;
}

/// An entity that the backend `B` can store: the one bound that generic code has to name.
///
/// ```
/// use moored::prelude::*;
///
/// fn forget<'s, B: Backend, E: Entity<B>>(
///     uow: &mut UnitOfWork<'s, B>,
///     row: Handle<'s, E, Managed>,
/// ) -> moored::Result<()> {
///     uow.remove(row)?;
///     Ok(())
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an entity of the backend `{B}`",
    label = "`{Self}` must implement `Entity<{B}>`",
    note = "in generic code add the bound `where {Self}: Entity<B>`; otherwise derive `Entity` and check that the backend has the SQL types of all its columns"
)]
pub trait Entity<B: Backend>: Model<Record: Bind<B::Diesel>> + Bind<B::Diesel> {
    /// Whether something becomes of the rows that refer to one which is removed.
    #[doc(hidden)]
    const CASCADES: bool = false;

    /// What becomes of the rows that refer to these, which are about to be removed.
    #[doc(hidden)]
    #[expect(unused_variables, reason = "nothing becomes of them")]
    fn cascade(cascade: &mut Cascade<'_, B>, slots: &[u32]) -> Result<()> {
        Ok(())
    }

    /// What the entity says of its table, for [`Orm::verify`](crate::Orm::verify).
    #[doc(hidden)]
    fn outline() -> QueryResult<Outline<B>>;

    /// Pushes the value of one part of a key, without a placeholder.
    ///
    /// # Errors
    ///
    /// A part that the key does not have, which is a mistake of the library.
    fn bind_key<'b>(key: &'b Self::Key, part: usize, out: AstPass<'_, 'b, B::Diesel>) -> QueryResult<()>;

    /// Pushes a value of one column, of the type of its field, without a placeholder.
    ///
    /// # Errors
    ///
    /// A value of another type, which is a mistake of the library.
    fn bind_value<'b>(column: usize, value: &'b dyn Any, out: AstPass<'_, 'b, B::Diesel>) -> QueryResult<()>;

    /// Pushes the table's name, quoted and with its schema, as it stands in a FROM clause.
    ///
    /// # Errors
    ///
    /// What Diesel's query builder reports.
    fn push_table(out: AstPass<'_, '_, B::Diesel>) -> QueryResult<()>;

    /// Reads one row of [`Model::Columns`].
    ///
    /// # Errors
    ///
    /// What the conversion of a value reports.
    #[doc(hidden)]
    fn read<'r>(row: &impl Row<'r, B::Diesel>) -> deserialize::Result<Self>;

    /// Runs a query that selects [`Model::Columns`] and hands each row to `each`, until it says stop with `false`.
    ///
    /// # Errors
    ///
    /// What the database or the conversion of a value reports.
    fn load(
        connection: &mut B::Connection,
        query: &dyn QueryFragment<B::Diesel>,
        each: &mut dyn FnMut(Self) -> bool,
    ) -> QueryResult<()>;

    /// Runs a query that selects [`Model::Columns`] and hands out each row as it comes, until `each` says stop with `false`.
    ///
    /// # Errors
    ///
    /// What the database or the conversion of a value reports.
    fn stream(
        connection: &mut B::Connection,
        query: &dyn QueryFragment<B::Diesel>,
        each: &mut dyn FnMut(Self) -> bool,
    ) -> QueryResult<()>;

    /// Runs a statement that gives back the columns of [`EntityMeta::returned`](super::EntityMeta::returned).
    ///
    /// # Errors
    ///
    /// What the database or the conversion of a value reports.
    fn load_returned(
        connection: &mut B::Connection,
        statement: &dyn QueryFragment<B::Diesel>,
        each: &mut dyn FnMut(Self::Returned),
    ) -> QueryResult<()>;

    /// Runs a statement that gives back the columns of the primary key.
    ///
    /// # Errors
    ///
    /// What the database or the conversion of a value reports.
    fn load_keys(
        connection: &mut B::Connection,
        statement: &dyn QueryFragment<B::Diesel>,
        each: &mut dyn FnMut(Self::Key),
    ) -> QueryResult<()>;
}
