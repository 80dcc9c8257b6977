//! The values of many rows: one after another, or in an array for every column.

use diesel::QueryResult;
use diesel::query_builder::{AstPass, QueryFragment};

use crate::backend::{Backend, Collected, Form};
use crate::entity::{Bind, ColumnSet, Entity};

/// Values in rows and columns, each bound by its place.
pub(crate) trait Many<DB: diesel::backend::Backend> {
    /// How many rows.
    fn rows(&self) -> usize;
    /// How many values in a row.
    fn width(&self) -> usize;
    /// Pushes one value without a placeholder.
    fn bind<'b>(&'b self, row: usize, place: usize, out: AstPass<'_, 'b, DB>) -> QueryResult<()>;
}

/// How the values stand in a statement.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Layout {
    /// Row by row.
    Listed,
    /// An array for every column.
    Arrays,
}

/// Every value by itself, row by row.
pub(crate) struct Listed<'a, DB>(pub(crate) &'a dyn Many<DB>);

impl<DB: diesel::backend::Backend> QueryFragment<DB> for Listed<'_, DB> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        for row in 0..self.0.rows() {
            for place in 0..self.0.width() {
                self.0.bind(row, place, out.reborrow())?;
            }
        }
        Ok(())
    }
}

/// The values of one column.
struct Column<'a, DB>(&'a dyn Many<DB>, usize);

impl<DB: diesel::backend::Backend> QueryFragment<DB> for Column<'_, DB> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        (0..self.0.rows()).try_for_each(|row| self.0.bind(row, self.1, out.reborrow()))
    }
}

/// Collects an array for every column. `None` when there is no array of one of them.
pub(super) fn arrays_of<B: Backend>(
    connection: &mut B::Connection,
    many: &dyn Many<B::Diesel>,
) -> QueryResult<Option<Collected<B::Diesel>>> {
    let columns: Vec<_> = (0..many.width()).map(|place| Column(many, place)).collect();
    let columns: Vec<&dyn QueryFragment<_>> = columns.iter().map(|column| column as _).collect();
    B::collect(connection, &columns, Form::Arrays)
}

/// Rows that go in: the same columns of each.
pub(crate) struct Inserted<'a, DB> {
    pub(crate) rows: Vec<&'a dyn Bind<DB>>,
    pub(crate) columns: Vec<usize>,
}

impl<DB: diesel::backend::Backend> Many<DB> for Inserted<'_, DB> {
    fn rows(&self) -> usize {
        self.rows.len()
    }

    fn width(&self) -> usize {
        self.columns.len()
    }

    fn bind<'b>(&'b self, row: usize, place: usize, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        match (self.rows.get(row), self.columns.get(place)) {
            (Some(row), Some(&column)) => row.bind(column, out),
            _ => Ok(()),
        }
    }
}

/// Rows that change: what each is known by, its key and its version in the database, and then its new values.
pub(crate) struct Updated<'a, DB> {
    /// The row as it is to be, and as the database has it.
    pub(crate) rows: Vec<(&'a dyn Bind<DB>, &'a dyn Bind<DB>)>,
    pub(crate) known: Vec<usize>,
    pub(crate) set: Vec<usize>,
}

impl<DB: diesel::backend::Backend> Many<DB> for Updated<'_, DB> {
    fn rows(&self) -> usize {
        self.rows.len()
    }

    fn width(&self) -> usize {
        self.known.len() + self.set.len()
    }

    fn bind<'b>(&'b self, row: usize, place: usize, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let Some((now, base)) = self.rows.get(row) else { return Ok(()) };
        match (self.known.get(place), self.set.get(place.wrapping_sub(self.known.len()))) {
            (Some(&column), _) => base.bind(column, out),
            (None, Some(&column)) => now.bind(column, out),
            (None, None) => Ok(()),
        }
    }
}

/// Rows, and the column of their version.
pub(crate) type Versions<'a, DB> = (Vec<&'a dyn Bind<DB>>, usize);

/// Rows by their keys and, where it is checked, the version that the database has.
pub(crate) struct Keyed<'a, E: Entity<B>, B: Backend> {
    pub(crate) keys: &'a [E::Key],
    pub(crate) versions: Option<Versions<'a, B::Diesel>>,
}

impl<E: Entity<B>, B: Backend> Many<B::Diesel> for Keyed<'_, E, B> {
    fn rows(&self) -> usize {
        self.keys.len()
    }

    fn width(&self) -> usize {
        E::meta().key.len() + usize::from(self.versions.is_some())
    }

    fn bind<'b>(&'b self, row: usize, place: usize, out: AstPass<'_, 'b, B::Diesel>) -> QueryResult<()> {
        if place < E::meta().key.len() {
            return self.keys.get(row).map_or(Ok(()), |key| E::bind_key(key, place, out));
        }
        match &self.versions {
            Some((rows, column)) => rows.get(row).map_or(Ok(()), |row| row.bind(*column, out)),
            None => Ok(()),
        }
    }
}

/// The columns of a set, ascending.
pub(super) fn listed(columns: ColumnSet) -> Vec<usize> {
    columns.iter().collect()
}
