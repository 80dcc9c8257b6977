//! The clause that locks the rows of a SELECT, and how long it may wait for them.

use std::time::Duration;

use diesel::QueryResult;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};

use super::fragment::Cached;
use super::text::{sql_of, table_name};
use super::write::database;
use crate::backend::{Backend, Dialect, FailureKind, Lock, LockWait, Locking, RowLocks, Strength, Wait};
use crate::entity::Entity;
use crate::error::{Error, Result};

/// The clause of one SELECT.
pub(crate) struct LockClause {
    /// What comes after the query; nothing where the transaction has the whole database.
    pub(super) text: String,
    pub(super) cached: Cached,
    /// How long the connection is to wait, where the text cannot say it.
    wait: Option<Duration>,
    /// Whether a failure leaves nothing but a rollback, which takes back what the connection was set to.
    aborts: bool,
    /// Whether a SELECT without it may show rows as they were before.
    pub(crate) is_ahead: bool,
}

impl LockClause {
    const NONE: Self =
        Self { text: String::new(), cached: Cached::Yes, wait: None, aborts: false, is_ahead: false };

    /// For the row of a key.
    pub(crate) fn of_row<B: Backend>(dialect: &Dialect, lock: Lock) -> Result<Self> {
        let Locking::Rows(rows) = dialect.locking else { return Ok(Self::NONE) };
        Self::write::<B>(dialect, &rows, lock, "", false)
    }

    /// For a query's rows of one entity. Those of other tables that it reads are not locked.
    pub(crate) fn of_query<E: Entity<B>, B: Backend>(
        dialect: &Dialect,
        lock: Lock,
        skip_locked: bool,
        query: &dyn QueryFragment<B::Diesel>,
    ) -> Result<Self> {
        let Locking::Rows(rows) = dialect.locking else { return Ok(Self::NONE) };
        let table = table_name::<E, B>().map_err(database::<B>)?;
        let of = match rows.of {
            Ok(of) => format!("{of}{}", unqualified(&table)),
            Err(what) if reads_more_than::<B>(&table, query)? => return Err(unsupported::<B>(what)),
            Err(_) => String::new(),
        };
        Self::write::<B>(dialect, &rows, lock, &of, skip_locked)
    }

    fn write<B: Backend>(
        dialect: &Dialect,
        rows: &RowLocks,
        lock: Lock,
        of: &str,
        skip_locked: bool,
    ) -> Result<Self> {
        let strength = match lock.strength {
            Strength::Update => Ok(rows.update),
            Strength::NoKeyUpdate => rows.no_key_update,
            Strength::Share => Ok(rows.share),
            Strength::KeyShare => rows.key_share,
        };
        let mut text = format!("{}{of}", strength.map_err(unsupported::<B>)?);
        let (mut cached, mut setting) = (Cached::Yes, None);
        match (lock.wait, rows.wait) {
            _ if skip_locked => text.push_str(rows.skip_locked.map_err(unsupported::<B>)?),
            (Wait::AsSet, _) => {}
            (Wait::No, _) => text.push_str(rows.no_wait.map_err(unsupported::<B>)?),
            (Wait::AtMost(time), LockWait::Clause { before, most }) => {
                text.push_str(&format!("{before}{}", seconds(time).min(most)));
                cached = Cached::No;
            }
            (Wait::AtMost(time), LockWait::Setting) => setting = Some(time),
        }
        let aborts = dialect.failure_aborts_transaction;
        Ok(Self { text, cached, wait: setting, aborts, is_ahead: rows.reads_behind })
    }

    /// Runs the SELECT, with the connection set to wait as long as it should.
    pub(crate) fn around<B: Backend, R>(
        &self,
        connection: &mut B::Connection,
        select: impl FnOnce(&mut B::Connection) -> Result<R>,
    ) -> Result<R> {
        let Some(wait) = self.wait else { return select(connection) };
        B::set_lock_wait(connection, Some(wait)).map_err(database::<B>)?;
        let selected = select(connection);
        let failed = selected.as_ref().err().and_then(Error::failure).map(|failure| failure.kind);
        match failed {
            // No statement is taken any more.
            Some(kind) if self.aborts || kind == FailureKind::LostConnection => {}
            // The first error is the one to report.
            Some(_) => drop(B::set_lock_wait(connection, None)),
            None => B::set_lock_wait(connection, None).map_err(database::<B>)?,
        }
        selected
    }
}

/// A query and the clause after it.
pub(crate) struct Locked<'a, DB> {
    pub(crate) query: &'a dyn QueryFragment<DB>,
    pub(crate) clause: &'a LockClause,
}

impl<DB: diesel::backend::Backend> QueryFragment<DB> for Locked<'_, DB> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if self.clause.cached == Cached::No {
            out.unsafe_to_cache_prepared();
        }
        self.query.walk_ast(out.reborrow())?;
        out.push_sql(&self.clause.text);
        Ok(())
    }
}

/// The texts vary within one Rust type, so the cache has to go by the text.
impl<DB> QueryId for Locked<'_, DB> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

fn unsupported<B: Backend>(what: &'static str) -> Error {
    Error::Unsupported { backend: B::NAME, what }
}

/// Whole seconds, rounded up.
fn seconds(time: Duration) -> u64 {
    time.as_secs().saturating_add(u64::from(time.subsec_nanos() > 0))
}

/// A table's name without its schema: in a clause the table is known by the name that it has in FROM.
fn unqualified(table: &str) -> &str {
    let Some(quote) = table.chars().next() else { return table };
    match table.rfind(&format!("{quote}.{quote}")) {
        Some(at) => table.get(at + quote.len_utf8() + 1..).unwrap_or(table),
        None => table,
    }
}

/// Whether a query reads more than that table: FROM then has a join in parentheses. What subqueries read is not locked.
fn reads_more_than<B: Backend>(table: &str, query: &dyn QueryFragment<B::Diesel>) -> Result<bool> {
    let text = sql_of::<B>(query).map_err(database::<B>)?;
    Ok(!text.split_once(" FROM ").is_some_and(|(_, from)| from.starts_with(table)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_loses_its_schema() {
        for (table, name) in [
            ("\"books\"", "\"books\""),
            ("\"shop\".\"books\"", "\"books\""),
            ("`shop`.`books`", "`books`"),
            ("\"shop.old\".\"books\"", "\"books\""),
            ("", ""),
        ] {
            assert_eq!(unqualified(table), name);
        }
    }

    #[test]
    fn a_part_of_a_second_is_a_second() {
        assert_eq!(seconds(Duration::from_nanos(1)), 1);
        assert_eq!(seconds(Duration::from_millis(2_001)), 3);
        assert_eq!(seconds(Duration::MAX), u64::MAX);
    }
}
