//! The text of UPDATE: one row, many rows, columns that the database computes, and rows that are parked.

use diesel::QueryResult;

use super::name::quoted;
use super::{Count, Text};
use crate::backend::{Backend, Returning, UnionRows};
use crate::entity::{ColumnSet, Entity};
use crate::identity::Expression;

impl<B: Backend> Text<B> {
    /// `UPDATE t SET a = ?, b = NULL, version = ? WHERE id = ? AND version = ?`
    pub(super) fn update<E: Entity<B>>(
        &mut self,
        columns: ColumnSet,
        postponed: ColumnSet,
        check: bool,
    ) -> QueryResult<()> {
        self.sql("UPDATE ");
        self.table::<E>()?;
        self.sql(" SET ");
        self.assignments(columns, postponed, check)?;
        self.sql(" WHERE ");
        self.key_and_version(check)
    }

    /// `a = ?, b = NULL, version = ?`
    fn assignments(&mut self, columns: ColumnSet, postponed: ColumnSet, check: bool) -> QueryResult<()> {
        let version = self.version(check);
        self.separated(", ", columns.iter().chain(version), |text, column| {
            text.name(column)?;
            text.sql(" = ");
            text.value(column, postponed);
            Ok(())
        })
    }

    /// `UPDATE t AS t SET a = v.c2 FROM (..) AS v WHERE t.id = v.c0 AND t.version = v.c1`, where `v` has each row's key, its
    /// version in the database, and the columns that are set.
    pub(super) fn update_many<E: Entity<B>>(
        &mut self,
        columns: ColumnSet,
        check: bool,
        rows: Count,
    ) -> QueryResult<()> {
        let (known, set) = self.known_and_set(columns, check);
        let width = known.len() + set.len();
        self.sql("UPDATE ");
        self.table::<E>()?;
        self.sql(" AS t SET ");
        // The columns of VALUES have names already.
        let (name, first) = match rows {
            Count::Listed(_) => ("column", 1),
            Count::Arrays => ("c", 0),
        };
        self.separated(", ", set.iter().zip(known.len()..), |text, (&column, place)| {
            text.name(column)?;
            text.sql(&format!(" = v.{name}{}", place + first));
            Ok(())
        })?;
        self.sql(" FROM ");
        match rows {
            Count::Listed(rows) => {
                self.sql("(VALUES ");
                self.separated(", ", 0..rows, |text, _| {
                    text.sql("(");
                    text.placeholders(width)?;
                    text.sql(")");
                    Ok(())
                })?;
                self.sql(") AS v");
            }
            Count::Arrays => self.unnest(width)?,
        }
        self.sql(" WHERE ");
        self.separated(" AND ", known.iter().zip(first..), |text, (&column, place)| {
            text.sql("t.");
            text.name(column)?;
            text.sql(&format!(" = v.{name}{place}"));
            Ok(())
        })
    }

    /// ``UPDATE t AS t JOIN (SELECT id AS c0, a AS c1 FROM t WHERE FALSE UNION ALL ..) AS v ON t.id = v.c0 SET t.a = v.c1``
    ///
    /// The first of the UNION gives no row. It gives the rows that follow the types and the collations of the columns:
    /// without it a placeholder has those of the connection, and two of them cannot be compared.
    pub(super) fn update_join<E: Entity<B>>(
        &mut self,
        columns: ColumnSet,
        check: bool,
        rows: usize,
        union: UnionRows,
    ) -> QueryResult<()> {
        let (known, set) = self.known_and_set(columns, check);
        self.sql("UPDATE ");
        self.table::<E>()?;
        self.sql(" AS t JOIN (SELECT ");
        self.separated(", ", known.iter().chain(&set).enumerate(), |text, (place, &column)| {
            text.name(column)?;
            text.sql(&format!(" AS c{place}"));
            Ok(())
        })?;
        self.sql(" FROM ");
        self.table::<E>()?;
        self.sql(" WHERE FALSE UNION ALL ");
        let (before, between, after) = match union {
            UnionRows::Selects => ("SELECT ", " UNION ALL SELECT ", ""),
            UnionRows::Values => ("VALUES ROW(", "), ROW(", ")"),
        };
        self.sql(before);
        let casts = self.casts(known.iter().chain(&set));
        self.separated(between, 0..rows, |text, _| text.cast_placeholders(&casts))?;
        self.sql(after);
        self.sql(") AS v ON ");
        self.equal_to_v(&known)?;
        self.sql(" SET ");
        self.separated(", ", set.iter().zip(known.len()..), |text, (&column, place)| {
            text.sql("t.");
            text.name(column)?;
            text.sql(&format!(" = v.c{place}"));
            Ok(())
        })
    }

    /// What the values of columns have to be cast to.
    fn casts<'c>(&self, columns: impl Iterator<Item = &'c usize>) -> Vec<Option<&'static str>> {
        columns.map(|&column| self.meta.columns.get(column).and_then(B::cast)).collect()
    }

    /// `?, CAST(? AS DATETIME(6))`
    fn cast_placeholders(&mut self, casts: &[Option<&'static str>]) -> QueryResult<()> {
        self.separated(", ", casts, |text, cast| {
            text.sql(if cast.is_some() { "CAST(" } else { "" });
            text.placeholder();
            if let Some(sql_type) = cast {
                text.sql(&format!(" AS {sql_type})"));
            }
            Ok(())
        })
    }

    /// What a row is known by, and what is set in it.
    fn known_and_set(&self, columns: ColumnSet, check: bool) -> (Vec<usize>, Vec<usize>) {
        let version = self.version(check);
        let known = self.meta.key.iter().copied().chain(version).collect();
        (known, columns.iter().chain(version).collect())
    }

    pub(super) fn park<E: Entity<B>>(&mut self, columns: ColumnSet) -> QueryResult<()> {
        self.sql("UPDATE ");
        self.table::<E>()?;
        self.sql(" SET ");
        self.separated(", ", columns.iter(), |text, column| {
            text.name(column)?;
            text.sql(" = ");
            text.sql(&parked::<E, B>(column)?);
            Ok(())
        })?;
        self.sql(" WHERE ");
        self.key_and_version(false)
    }
}

/// What a column holds while its row is parked.
fn parked<E: Entity<B>, B: Backend>(column: usize) -> QueryResult<String> {
    let column = E::meta().columns.get(column);
    let value = match column {
        Some(column) => B::placeholder(&quoted::<B>(column.name)?, column),
        None => None,
    };
    value.ok_or_else(|| diesel::result::Error::QueryBuilderError("no placeholder".into()))
}

/// The text of an UPDATE some of whose columns are expressions, in pieces: an expression stands between each two.
///
/// Expressions write their own text when the statement is walked. The pieces come out of one text that was written
/// with them, since a numbered placeholder counts those of the expressions before it. Expressions come first: MySQL
/// assigns from left to right, and an expression means the row as it was before the UPDATE.
pub(in crate::statement) fn pieces_around<E: Entity<B>, B: Backend>(
    returning: Returning,
    columns: ColumnSet,
    expressions: &[Expression<B>],
    check: bool,
) -> QueryResult<Vec<String>> {
    // No SQL contains a NUL.
    const CUT: &str = "\0";
    let mut text = Text::<B>::of::<E>();
    text.sql("UPDATE ");
    text.table::<E>()?;
    text.sql(" SET ");
    text.separated(", ", expressions, |text, expression| {
        text.name(expression.column)?;
        text.sql(" = ");
        text.sql(CUT);
        expression.sql.to_sql(&mut text.builder, &B::Diesel::default())?;
        text.sql(CUT);
        Ok(())
    })?;
    let binds_any = !columns.is_empty() || text.version(check).is_some();
    if binds_any && !expressions.is_empty() {
        text.sql(", ");
    }
    text.assignments(columns, ColumnSet::EMPTY, check)?;
    text.sql(" WHERE ");
    text.key_and_version(check)?;
    if returning == Returning::Clause {
        text.sql(" RETURNING ");
        text.names(0..text.meta.columns.len())?;
    }
    Ok(text.finish().split(CUT).step_by(2).map(Into::into).collect())
}
