//! The text of INSERT that meets rows which are there already, and of SELECT by the values of a unique set.

use diesel::QueryResult;

use super::{Count, Hold, Text};
use crate::backend::{Backend, Dialect, Incoming, Returning, UpsertShape};
use crate::entity::{ColumnSet, Entity};
use crate::statement::bulk::next_version;

/// Stands in what the database says of an upsert that met a row by another unique value than the target's: databases repeat
/// the expression that is out of range, in whatever language they speak.
pub(crate) const MET_ANOTHER: &str = "moored upsert met another row";

impl<B: Backend> Text<B> {
    /// `INSERT .. ON CONFLICT (a) DO UPDATE SET b = excluded.b, version = t.version + 1 RETURNING ..`
    pub(super) fn upsert<E: Entity<B>>(
        &mut self,
        columns: ColumnSet,
        rows: Count,
        target: &[usize],
        update: ColumnSet,
        dialect: &Dialect,
    ) -> QueryResult<()> {
        self.sql("INSERT INTO ");
        self.table::<E>()?;
        self.sql(match dialect.upsert {
            UpsertShape::OnConflict => " AS t (",
            UpsertShape::OnDuplicateKey(_) => " (",
        });
        self.names(columns.iter())?;
        self.sql(") ");
        self.rows(columns, ColumnSet::EMPTY, rows)?;
        match dialect.upsert {
            UpsertShape::OnConflict => self.on_conflict::<E>(target, update)?,
            UpsertShape::OnDuplicateKey(incoming) => self.on_duplicate_key::<E>(target, update, incoming)?,
        }
        if dialect.upsert == UpsertShape::OnConflict && dialect.returning == Returning::Clause {
            self.sql(" RETURNING ");
            self.names(0..self.meta.columns.len())?;
        }
        Ok(())
    }

    fn on_conflict<E: Entity<B>>(&mut self, target: &[usize], update: ColumnSet) -> QueryResult<()> {
        self.sql(" ON CONFLICT (");
        self.names(target.iter().copied())?;
        self.sql(") DO ");
        if update.is_empty() {
            self.sql("NOTHING");
            return Ok(());
        }
        self.sql("UPDATE SET ");
        self.separated(", ", update.iter(), |text, column| {
            text.name(column)?;
            text.sql(" = excluded.");
            text.name(column)
        })?;
        if let Some((version, next)) =
            next_version::<E, B>(update, |name| format!("t.{name}")).map_err(unwritten)?
        {
            self.sql(&format!(", {version} = {next}"));
        }
        Ok(())
    }

    /// ` ON DUPLICATE KEY UPDATE b = CASE WHEN is_target THEN VALUES(b) ELSE t.b END, c = VALUES(c), version = t.version + 1`
    ///
    /// A row that took another unique value is a conflict, too: it fails the statement, whatever else is assigned.
    fn on_duplicate_key<E: Entity<B>>(
        &mut self,
        target: &[usize],
        update: ColumnSet,
        incoming: Incoming,
    ) -> QueryResult<()> {
        self.sql(match incoming {
            Incoming::Values => " ON DUPLICATE KEY UPDATE ",
            Incoming::Alias => " AS v ON DUPLICATE KEY UPDATE ",
        });
        let Some(first) = update.iter().next().or_else(|| target.first().copied()) else { return Ok(()) };
        self.name(first)?;
        self.sql(" = CASE WHEN ");
        self.is_target::<E>(target, incoming)?;
        self.sql(" THEN ");
        match update.is_empty() {
            true => self.held::<E>(first)?,
            false => self.incoming(first, incoming)?,
        }
        self.sql(" ELSE ");
        self.held::<E>(first)?;
        self.sql(" END");
        for column in update.iter().skip(1) {
            self.sql(", ");
            self.name(column)?;
            self.sql(" = ");
            self.incoming(column, incoming)?;
        }
        let mut table = Self::of::<E>();
        table.table::<E>()?;
        let table = table.finish();
        let held = |name: &str| format!("{table}.{name}");
        if let Some((version, next)) = next_version::<E, B>(update, held).map_err(unwritten)? {
            self.sql(&format!(", {version} = {next}"));
        }
        Ok(())
    }

    /// `CASE WHEN t.a = VALUES(a) AND t.b = VALUES(b) THEN 1 ELSE ~0 + LENGTH('..') END`: true, or out of the range of numbers,
    /// which is an error in every SQL mode. Only the branch that is taken is computed.
    fn is_target<E: Entity<B>>(&mut self, target: &[usize], incoming: Incoming) -> QueryResult<()> {
        self.sql("CASE WHEN ");
        self.separated(" AND ", target.iter().copied(), |text, column| {
            text.held::<E>(column)?;
            text.sql(" = ");
            text.incoming(column, incoming)
        })?;
        self.sql(&format!(" THEN 1 ELSE ~0 + LENGTH('{MET_ANOTHER}') END"));
        Ok(())
    }

    /// A column of the row that is there.
    fn held<E: Entity<B>>(&mut self, column: usize) -> QueryResult<()> {
        self.table::<E>()?;
        self.sql(".");
        self.name(column)
    }

    /// A column of the row that was to be inserted.
    fn incoming(&mut self, column: usize, incoming: Incoming) -> QueryResult<()> {
        match incoming {
            Incoming::Values => {
                self.sql("VALUES(");
                self.name(column)?;
                self.sql(")");
                Ok(())
            }
            Incoming::Alias => {
                self.sql("v.");
                self.name(column)
            }
        }
    }

    /// `SELECT .. FROM t WHERE a IN (?, ?)`, `.. WHERE (a = ? AND b = ?) OR (a = ? AND b = ?)`
    pub(super) fn select_unique<E: Entity<B>>(
        &mut self,
        set: &[usize],
        rows: usize,
        dialect: &Dialect,
    ) -> QueryResult<()> {
        self.sql("SELECT ");
        self.names(0..self.meta.columns.len())?;
        self.sql(" FROM ");
        self.table::<E>()?;
        self.sql(" WHERE ");
        if let &[column] = set {
            self.name(column)?;
            self.sql(" IN (");
            self.placeholders(rows)?;
            self.sql(")");
        } else {
            self.separated(" OR ", 0..rows, |text, _| {
                text.sql("(");
                text.separated(" AND ", set.iter().copied(), |text, column| {
                    text.name(column)?;
                    text.sql(" = ");
                    text.placeholder();
                    Ok(())
                })?;
                text.sql(")");
                Ok(())
            })?;
        }
        self.hold(Hold::ForFlush, dialect);
        Ok(())
    }
}

/// A version that cannot be counted is refused before any text is written.
fn unwritten(error: crate::error::Error) -> diesel::result::Error {
    diesel::result::Error::QueryBuilderError(error.to_string().into())
}
