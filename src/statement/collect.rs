//! Values as a statement takes them: collected beforehand for arrays and where their size matters; and what is done where the
//! database does not take them so.

use std::any::TypeId;

use diesel::query_builder::QueryFragment;
use diesel::sql_types::{BigInt, Bool, Date, Double, Float, Integer, SmallInt, Time, Timestamp};

use super::many::{Layout, Listed, arrays_of};
use super::write::{Writer, database};
use crate::backend::{Backend, Form};
use crate::entity::{Entity, Model};
use crate::error::{Error, Result};

/// Values that were collected; `None` where they are bound as they are.
type Collected<B> = Option<Box<dyn QueryFragment<<B as Backend>::Diesel>>>;

/// Why a statement did not go through.
pub(super) enum Refused {
    /// Its values are more than the database takes at once; nothing was sent.
    TooLarge,
    /// The database has no array of one of its columns; nothing was sent.
    NoArray,
    /// Anything else.
    Error(Error),
}

impl Refused {
    /// What it means of a statement of one row.
    pub(super) fn of_one_row<E: Model>(self) -> Error {
        match self {
            Self::Error(error) => error,
            Self::TooLarge | Self::NoArray => Error::RowTooLarge { entity: E::meta().name },
        }
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl<E: Entity<B>, B: Backend> Writer<E, B> {
    /// Whether a statement of several rows may turn out to be several statements: their values are too large together, or
    /// there is no array of one of them.
    pub(crate) fn may_split(&self) -> bool {
        self.database.limits.rows < usize::MAX
    }

    /// Values of so many rows as a statement takes them: collected beforehand where that is needed to put them into arrays or
    /// to know their size, and otherwise as they are, which is `None`.
    pub(super) fn collect(
        &self,
        connection: &mut B::Connection,
        listed: &Listed<'_, B::Diesel>,
        layout: Layout,
    ) -> Result<Collected<B>, Refused> {
        match layout {
            Layout::Listed if listed.0.rows() == 1 => self.measure(connection, listed),
            Layout::Listed => self.check(connection, listed, self.database.limits.rows),
            Layout::Arrays => {
                let collected = arrays_of::<B>(connection, listed.0).map_err(database::<B>)?;
                match collected {
                    Some(values) if values.bytes > self.database.limits.rows => Err(Refused::TooLarge),
                    Some(values) => Ok(Some(values.values)),
                    None => Err(Refused::NoArray),
                }
            }
        }
    }

    /// The values of one row, collected where that is needed to know their size.
    pub(super) fn measure(
        &self,
        connection: &mut B::Connection,
        values: &dyn QueryFragment<B::Diesel>,
    ) -> Result<Collected<B>, Refused> {
        self.check(connection, values, self.database.limits.row)
    }

    fn check(
        &self,
        connection: &mut B::Connection,
        values: &dyn QueryFragment<B::Diesel>,
        most: usize,
    ) -> Result<Collected<B>, Refused> {
        if !B::COLLECTS && (most == usize::MAX || !can_be_large::<E>()) {
            return Ok(None);
        }
        match B::collect(connection, &[values], Form::Single).map_err(database::<B>)? {
            Some(values) if values.bytes > most => Err(Refused::TooLarge),
            collected => Ok(collected.map(|values| values.values)),
        }
    }

    /// Does again in another way what a statement of several rows, of which nothing was sent, could not do.
    pub(super) fn again<T>(
        &mut self,
        refused: Refused,
        rows: &[T],
        redo: &mut dyn FnMut(&mut Self, &[T]) -> Result<()>,
    ) -> Result<()> {
        match (refused, rows) {
            (Refused::NoArray, _) if !self.has_no_arrays => {
                self.has_no_arrays = true;
                redo(self, rows)
            }
            (Refused::TooLarge, [_, _, ..]) => {
                let (first, rest) = rows.split_at(rows.len() / 2);
                redo(self, first)?;
                redo(self, rest)
            }
            (refused, _) => Err(refused.of_one_row::<E>()),
        }
    }
}

/// Whether an entity has a column that is not of a few bytes by its type.
fn can_be_large<E: Model>() -> bool {
    let small = [
        TypeId::of::<SmallInt>(),
        TypeId::of::<Integer>(),
        TypeId::of::<BigInt>(),
        TypeId::of::<Float>(),
        TypeId::of::<Double>(),
        TypeId::of::<Bool>(),
        TypeId::of::<Date>(),
        TypeId::of::<Time>(),
        TypeId::of::<Timestamp>(),
    ];
    E::meta().columns.iter().any(|column| !small.contains(&(column.sql_type)()))
}
