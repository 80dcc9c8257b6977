//! The text of INSERT.

use diesel::QueryResult;

use super::{Count, Text};
use crate::backend::{Backend, Dialect, Returning};
use crate::entity::{ColumnSet, Entity};

impl<B: Backend> Text<B> {
    pub(super) fn insert<E: Entity<B>>(
        &mut self,
        columns: ColumnSet,
        postponed: ColumnSet,
        rows: Count,
        dialect: &Dialect,
    ) -> QueryResult<()> {
        self.sql("INSERT INTO ");
        self.table::<E>()?;
        self.sql(" ");
        if columns.is_empty() {
            self.sql(dialect.empty_row);
        } else {
            self.sql("(");
            self.names(columns.iter())?;
            self.sql(") ");
            self.rows(columns, postponed, rows)?;
        }
        let returned = self.meta.returned();
        if !returned.is_empty() && dialect.returning == Returning::Clause {
            self.sql(" RETURNING ");
            self.names(returned.iter())?;
        }
        Ok(())
    }

    /// The rows that go in.
    pub(super) fn rows(&mut self, columns: ColumnSet, postponed: ColumnSet, rows: Count) -> QueryResult<()> {
        match rows {
            Count::Listed(rows) => self.values(columns, postponed, rows),
            Count::Arrays => self.values_of_arrays(columns, postponed),
        }
    }

    /// `VALUES (?, NULL), (?, NULL)`
    fn values(&mut self, columns: ColumnSet, postponed: ColumnSet, rows: usize) -> QueryResult<()> {
        self.sql("VALUES ");
        self.separated(", ", 0..rows, |text, _| {
            text.sql("(");
            text.separated(", ", columns.iter(), |text, column| {
                text.value(column, postponed);
                Ok(())
            })?;
            text.sql(")");
            Ok(())
        })
    }

    /// `SELECT v.c0, NULL FROM unnest(?) WITH ORDINALITY AS v(c0, n) ORDER BY v.n`
    ///
    /// Defaults are computed after the sort, so that the keys of a sequence ascend with the rows:
    /// <https://www.postgresql.org/docs/9.6/release-9-6.html>, "the evaluation order of functions in the SELECT list".
    fn values_of_arrays(&mut self, columns: ColumnSet, postponed: ColumnSet) -> QueryResult<()> {
        self.sql("SELECT ");
        let mut place = 0;
        self.separated(", ", columns.iter(), |text, column| {
            if postponed.contains(column) {
                text.sql("NULL");
            } else {
                text.sql(&format!("v.c{place}"));
                place += 1;
            }
            Ok(())
        })?;
        self.sql(" FROM unnest(");
        self.placeholders(place)?;
        self.sql(") WITH ORDINALITY AS v(");
        for column in 0..place {
            self.sql(&format!("c{column}, "));
        }
        self.sql("n) ORDER BY v.n");
        Ok(())
    }

    /// A place for a value, or NULL for now.
    pub(super) fn value(&mut self, column: usize, postponed: ColumnSet) {
        if postponed.contains(column) { self.sql("NULL") } else { self.placeholder() }
    }
}
