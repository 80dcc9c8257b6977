//! The text of SELECT and DELETE by key.

use diesel::QueryResult;

use super::{Count, Hold, Selected, Text};
use crate::backend::{Backend, CompositeKeys, Dialect, KeyedShape, Locking, ReadBack, Returning};
use crate::entity::Entity;

impl<B: Backend> Text<B> {
    /// `DELETE FROM t WHERE ..`, giving back the keys of many rows where the database can.
    pub(super) fn delete<E: Entity<B>>(
        &mut self,
        rows: Count,
        check: bool,
        dialect: &Dialect,
    ) -> QueryResult<()> {
        self.sql("DELETE FROM ");
        self.table::<E>()?;
        let joined = rows == Count::Arrays && (check || self.meta.key.len() > 1);
        if joined {
            let known: Vec<usize> = self.meta.key.iter().copied().chain(self.version(check)).collect();
            self.sql(" AS t USING ");
            self.unnest(known.len())?;
            self.sql(" WHERE ");
            self.equal_to_v(&known)?;
        } else {
            self.sql(" WHERE ");
            self.keys(self.meta.key, rows, check, dialect.keyed)?;
        }
        if rows != Count::ONE && dialect.returning == Returning::Clause {
            let key = self.meta.key.iter().copied();
            self.sql(" RETURNING ");
            if joined { self.names_of_t(key)? } else { self.names(key)? }
        }
        Ok(())
    }

    /// `SELECT a, b FROM t WHERE ..`
    pub(super) fn select<E: Entity<B>>(
        &mut self,
        columns: Selected,
        rows: Count,
        lock: Hold,
        dialect: &Dialect,
    ) -> QueryResult<()> {
        let columns = self.selected(columns);
        self.select_where::<E>(columns, self.meta.key, rows, dialect)?;
        self.hold(lock, dialect);
        Ok(())
    }

    /// `SELECT a, b FROM t WHERE author_id IN (?, ?)`
    pub(super) fn select_referring<E: Entity<B>>(
        &mut self,
        relation: usize,
        rows: Count,
        dialect: &Dialect,
    ) -> QueryResult<()> {
        let columns = self.selected(Selected::Row);
        self.select_where::<E>(columns, self.columns_of(relation), rows, dialect)
    }

    /// `WITH RECURSIVE moored_tree (c0) AS (SELECT id FROM t WHERE parent_id IN (?) UNION SELECT t.id FROM t AS t JOIN
    /// moored_tree ON t.parent_id = moored_tree.c0) SELECT t.id, t.name FROM t AS t JOIN moored_tree ON t.id = moored_tree.c0`
    ///
    /// UNION takes each row once, so that one which is above itself ends the search. The name hides a table of the user's that
    /// is called the same.
    pub(super) fn select_all_levels<E: Entity<B>>(
        &mut self,
        relation: usize,
        rows: Count,
        dialect: &Dialect,
    ) -> QueryResult<()> {
        let (key, holder) = (self.meta.key, self.columns_of(relation));
        self.sql(dialect.recursion.before);
        self.sql("WITH RECURSIVE moored_tree (");
        self.separated(", ", 0..key.len(), |text, place| {
            text.sql(&format!("c{place}"));
            Ok(())
        })?;
        self.sql(") AS (");
        self.select_where::<E>(key.to_vec(), holder, rows, dialect)?;
        self.sql(" UNION ");
        self.select_joined_to_tree::<E>("", key.to_vec(), holder)?;
        self.sql(") ");
        self.select_joined_to_tree::<E>(dialect.recursion.hint, self.selected(Selected::Row), key)
    }

    /// `SELECT t.a, t.b FROM t AS t JOIN moored_tree ON t.id = moored_tree.c0`
    fn select_joined_to_tree<E: Entity<B>>(
        &mut self,
        hint: &str,
        columns: Vec<usize>,
        on: &[usize],
    ) -> QueryResult<()> {
        self.sql("SELECT ");
        self.sql(hint);
        self.names_of_t(columns)?;
        self.sql(" FROM ");
        self.table::<E>()?;
        self.sql(" AS t JOIN moored_tree ON ");
        self.separated(" AND ", on.iter().enumerate(), |text, (place, &column)| {
            text.sql("t.");
            text.name(column)?;
            text.sql(&format!(" = moored_tree.c{place}"));
            Ok(())
        })
    }

    /// `SELECT a, b FROM t WHERE ..`, or a join with arrays of keys that have several columns.
    fn select_where<E: Entity<B>>(
        &mut self,
        columns: Vec<usize>,
        known: &'static [usize],
        rows: Count,
        dialect: &Dialect,
    ) -> QueryResult<()> {
        if rows == Count::Arrays && known.len() > 1 {
            self.sql("SELECT ");
            self.names_of_t(columns)?;
            self.sql(" FROM ");
            self.table::<E>()?;
            self.sql(" AS t JOIN ");
            self.unnest(known.len())?;
            self.sql(" ON ");
            return self.equal_to_v(known);
        }
        self.select_from::<E>(columns)?;
        self.keys(known, rows, false, dialect.keyed)
    }

    /// What at the end of a SELECT keeps its rows.
    pub(super) fn hold(&mut self, lock: Hold, dialect: &Dialect) {
        self.sql(match (lock, dialect.returning, dialect.locking) {
            (Hold::ForFlush, Returning::Select(read_back), _) => read_back.lock,
            (Hold::Shared, _, Locking::Rows(locks)) => locks.share,
            _ => "",
        });
    }

    /// What the database filled into the rows of the last INSERT.
    pub(super) fn select_inserted<E: Entity<B>>(
        &mut self,
        rows: usize,
        returning: Returning,
    ) -> QueryResult<()> {
        let columns = self.selected(Selected::Returned);
        self.select_from::<E>(columns)?;
        match returning {
            Returning::Select(read_back) => self.last_keys(read_back, rows),
            Returning::Clause => Ok(()),
        }
    }

    fn selected(&self, columns: Selected) -> Vec<usize> {
        match columns {
            Selected::Row => (0..self.meta.columns.len()).collect(),
            Selected::Key => self.meta.key.to_vec(),
            Selected::Returned => self.meta.returned().iter().collect(),
        }
    }

    /// `SELECT a, b FROM t WHERE `
    fn select_from<E: Entity<B>>(&mut self, columns: Vec<usize>) -> QueryResult<()> {
        self.sql("SELECT ");
        self.names(columns)?;
        self.sql(" FROM ");
        self.table::<E>()?;
        self.sql(" WHERE ");
        Ok(())
    }

    /// `id BETWEEN first AND first + 9 * step AND MOD(id, step) = MOD(first, step)`: the keys that one INSERT made.
    ///
    /// The range alone is what an index serves; the rest leaves out what another writer put between two steps.
    fn last_keys(&mut self, read_back: ReadBack, rows: usize) -> QueryResult<()> {
        let ReadBack { first_key, key_step, .. } = read_back;
        let generated = |part: &&usize| self.meta.columns.get(**part).is_some_and(|column| column.generated);
        let Some(&column) = self.meta.key.iter().find(generated) else { return Ok(()) };
        self.name(column)?;
        if rows == 1 {
            self.sql(&format!(" = {first_key}"));
            return Ok(());
        }
        self.sql(&format!(" BETWEEN {first_key} AND {first_key} + {} * {key_step} AND MOD(", rows - 1));
        self.name(column)?;
        self.sql(&format!(", {key_step}) = MOD({first_key}, {key_step})"));
        Ok(())
    }

    /// That columns are those of so many keys.
    pub(crate) fn keyed(&mut self, columns: &[usize], rows: usize, dialect: &Dialect) -> QueryResult<()> {
        self.keys(columns, Count::Listed(rows), false, dialect.keyed)
    }

    /// `id IN (?, ?)`, `(a, b) IN (VALUES (?, ?), (?, ?))` or `(a = ? AND b = ?) OR (a = ? AND b = ?)`, and `id = ANY(?)`
    /// for an array of keys.
    ///
    /// One tuple in IN is a full scan on MariaDB, and tuples are a syntax error on SQLite without VALUES.
    pub(super) fn keys(
        &mut self,
        key: &[usize],
        rows: Count,
        check: bool,
        keyed: KeyedShape,
    ) -> QueryResult<()> {
        let version = self.version(check);
        match (key, rows) {
            (_, Count::ONE) => self.equal_to(key.iter().copied().chain(version)),
            ([column], Count::Arrays) => {
                self.name(*column)?;
                self.sql(" = ANY(");
                self.placeholder();
                self.sql(")");
                Ok(())
            }
            ([column], Count::Listed(rows)) if version.is_none() => {
                self.name(*column)?;
                self.sql(" IN (");
                self.placeholders(rows)?;
                self.sql(")");
                Ok(())
            }
            (_, Count::Listed(rows))
                if matches!(keyed, KeyedShape::List { composite: CompositeKeys::Values, .. }) =>
            {
                let known: Vec<usize> = key.iter().copied().chain(version).collect();
                self.sql("(");
                self.names(known.iter().copied())?;
                self.sql(") IN (VALUES ");
                self.separated(", ", 0..rows, |text, _| {
                    text.sql("(");
                    text.placeholders(known.len())?;
                    text.sql(")");
                    Ok(())
                })?;
                self.sql(")");
                Ok(())
            }
            (_, Count::Listed(rows)) => self.separated(" OR ", 0..rows, |text, _| {
                text.sql("(");
                text.equal_to(key.iter().copied().chain(version))?;
                text.sql(")");
                Ok(())
            }),
            (_, Count::Arrays) => Ok(()),
        }
    }

    /// `a = ? AND b = ? AND version = ?`
    pub(super) fn key_and_version(&mut self, check: bool) -> QueryResult<()> {
        let version = self.version(check);
        self.equal_to(self.meta.key.iter().copied().chain(version))
    }

    /// `a = ? AND b = ?`
    fn equal_to(&mut self, columns: impl IntoIterator<Item = usize>) -> QueryResult<()> {
        self.separated(" AND ", columns, |text, column| {
            text.name(column)?;
            text.sql(" = ");
            text.placeholder();
            Ok(())
        })
    }
}
