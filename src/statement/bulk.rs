//! Set-based UPDATE and DELETE: one statement for every row that fulfils a condition.
//!
//! Where rows of the entity are in memory, the database tells which of them it changed: in a RETURNING clause, or by a SELECT
//! of those in memory, in the same transaction. A row with pending edits is locked and looked at before as well where
//! nothing else tells whether another writer moved it.

use diesel::QueryResult;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use hashbrown::HashSet;

use super::load::execute;
use super::text::{Hold, Text, quoted, sql_of};
use super::write::{Writer, database};
use crate::backend::{Backend, Returning};
use crate::entity::{ColumnSet, Entity};
use crate::error::{Error, Result};
use crate::identity::{Arena, Slot};
use crate::session::Fragment;

/// What a statement did to rows, and which of them are in memory.
pub(crate) struct Changed<R> {
    /// How many rows it changed.
    pub(crate) count: usize,
    pub(crate) known: Vec<R>,
}

/// A slot, its row as the database has it now, and whether no other writer can have moved its version since it was read.
pub(crate) type Written<E> = (u32, E, bool);

/// `UPDATE t SET changes, version = version + 1 WHERE ..`, or `DELETE FROM t WHERE ..`.
pub(crate) struct SetBased<'q, E, B: Backend> {
    pub(crate) changes: Option<Fragment<'q, B>>,
    /// `, version = version + 1`
    pub(crate) version: String,
    /// ` WHERE ..`
    pub(crate) filter: Fragment<'q, B>,
    pub(crate) of: std::marker::PhantomData<fn() -> E>,
}

impl<E: Entity<B>, B: Backend> QueryFragment<B::Diesel> for SetBased<'_, E, B> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, B::Diesel>) -> QueryResult<()> {
        // The condition is the caller's; its text may differ every time.
        out.unsafe_to_cache_prepared();
        out.push_sql(if self.changes.is_some() { "UPDATE " } else { "DELETE FROM " });
        E::push_table(out.reborrow())?;
        if let Some(changes) = &self.changes {
            out.push_sql(" SET ");
            changes.walk_ast(out.reborrow())?;
            out.push_sql(&self.version);
        }
        self.filter.walk_ast(out)
    }
}

/// A statement, and what it gives back.
struct Returned<'a, DB> {
    statement: &'a dyn QueryFragment<DB>,
    clause: String,
}

impl<DB: diesel::backend::Backend> QueryFragment<DB> for Returned<'_, DB> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.statement.walk_ast(out.reborrow())?;
        out.push_sql(&self.clause);
        Ok(())
    }
}

impl<DB> QueryId for Returned<'_, DB> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<E: Entity<B>, B: Backend> Writer<E, B> {
    /// Whether a set-based statement takes others beside it, so that all of them need a transaction.
    pub(crate) fn asks_afterwards(&self, arena: &Arena<E, B>) -> bool {
        matches!(self.database.dialect.returning, Returning::Select(_)) && arena.has_stored()
    }

    /// Updates rows, and reads those of them that are in memory.
    pub(crate) fn update_all(
        &mut self,
        connection: &mut B::Connection,
        arena: &Arena<E, B>,
        statement: &dyn QueryFragment<B::Diesel>,
    ) -> Result<Changed<Written<E>>> {
        let mut known = Vec::new();
        if !arena.has_stored() {
            let count = execute::<B>(connection, statement).map_err(database::<B>)?;
            return Ok(Changed { count, known });
        }
        if self.database.dialect.returning == Returning::Clause {
            let clause = returning::<E, B>(0..E::meta().columns.len()).map_err(database::<B>)?;
            let statement = Returned { statement, clause };
            let mut count = 0;
            // One by one: there may be far more of them than are in memory.
            E::stream(connection, &statement, &mut |row| {
                count += 1;
                if let Some(slot) = row.with_key(|key| arena.written(key)) {
                    known.push((slot, row, true));
                }
                true
            })
            .map_err(database::<B>)?;
            return Ok(Changed { count, known });
        }
        let held = self.hold_pending(connection, arena)?;
        let count = execute::<B>(connection, statement).map_err(database::<B>)?;
        self.load_known(connection, &arena.all_stored(), Hold::No, &mut |slot, row| {
            known.push((slot, row, held.contains(&slot)));
        })?;
        Ok(Changed { count, known })
    }

    /// Deletes rows, and tells which of those in memory they were.
    pub(crate) fn delete_all(
        &mut self,
        connection: &mut B::Connection,
        arena: &Arena<E, B>,
        statement: &dyn QueryFragment<B::Diesel>,
    ) -> Result<Changed<u32>> {
        let mut known = Vec::new();
        if !arena.has_stored() {
            let count = execute::<B>(connection, statement).map_err(database::<B>)?;
            return Ok(Changed { count, known });
        }
        if self.database.dialect.returning == Returning::Clause {
            let clause = returning::<E, B>(E::meta().key.iter().copied()).map_err(database::<B>)?;
            let statement = Returned { statement, clause };
            let mut count = 0;
            E::load_keys(connection, &statement, &mut |key| {
                count += 1;
                known.extend(arena.written(&key));
            })
            .map_err(database::<B>)?;
            return Ok(Changed { count, known });
        }
        // Of what is pending nothing may be lost because another writer deleted its row.
        let held = self.hold_pending(connection, arena)?;
        let pending: HashSet<u32> = arena.stored_and_pending().into_iter().map(|(slot, _)| slot).collect();
        let count = execute::<B>(connection, statement).map_err(database::<B>)?;
        let stored = arena.all_stored();
        let mut there = HashSet::with_capacity(stored.len());
        self.load_known(connection, &stored, Hold::No, &mut |slot, _| {
            there.insert(slot);
        })?;
        let slots = stored.into_iter().map(|(slot, _)| slot);
        known.extend(
            slots.filter(|slot| !there.contains(slot) && (!pending.contains(slot) || held.contains(slot))),
        );
        Ok(Changed { count, known })
    }

    /// Locks the rows of which something is pending, and tells those that are there in the version that memory knows.
    fn hold_pending(&mut self, connection: &mut B::Connection, arena: &Arena<E, B>) -> Result<HashSet<u32>> {
        let pending = arena.stored_and_pending();
        let mut unmoved = HashSet::with_capacity(pending.len());
        if pending.is_empty() {
            return Ok(unmoved);
        }
        let version: ColumnSet = E::meta().version.into_iter().collect();
        self.load_known(connection, &pending, Hold::ForFlush, &mut |slot, row| {
            let known = arena.slot(slot).and_then(Slot::row);
            if known.is_none_or(|known| !row.changes(known.base()).intersects(version)) {
                unmoved.insert(slot);
            }
        })?;
        Ok(unmoved)
    }
}

/// ` RETURNING a, b`
fn returning<E: Entity<B>, B: Backend>(columns: impl IntoIterator<Item = usize>) -> QueryResult<String> {
    let mut text = Text::<B>::of::<E>();
    text.sql(" RETURNING ");
    text.names(columns)?;
    Ok(text.finish())
}

/// `version + 1`: what the version is set to where a row is not in memory; `None` where these columns do not move it.
pub(super) fn next_version<E: Entity<B>, B: Backend>(
    columns: ColumnSet,
    name: impl Fn(&str) -> String,
) -> Result<Option<(String, String)>> {
    let version = E::meta().version.filter(|_| E::meta().moves_version(columns));
    let Some(column) = version.and_then(|version| E::meta().columns.get(version)) else {
        return Ok(None);
    };
    let quoted = quoted::<B>(column.name).map_err(database::<B>)?;
    let next =
        B::next_version(&name(&quoted), column).ok_or(Error::NoNextVersion { entity: E::meta().name })?;
    Ok(Some((quoted, next)))
}

/// What has to be set beside a caller's columns: `, version = version + 1`.
pub(crate) fn version_clause<E: Entity<B>, B: Backend>(columns: ColumnSet) -> Result<String> {
    let next = next_version::<E, B>(columns, str::to_owned)?;
    Ok(next.map_or_else(String::new, |(name, next)| format!(", {name} = {next}")))
}

/// Refuses columns that move a version which the database cannot count.
pub(crate) fn check_next_version<E: Entity<B>, B: Backend>(columns: ColumnSet) -> Result<()> {
    next_version::<E, B>(columns, str::to_owned).map(|_| ())
}

/// The columns that a list of assignments sets; none where it is empty.
///
/// # Errors
///
/// One that sets a key, a version or a generated column.
pub(crate) fn check_assignments<E: Entity<B>, B: Backend>(
    changes: &dyn QueryFragment<B::Diesel>,
) -> Result<ColumnSet> {
    let text = sql_of::<B>(changes).map_err(database::<B>)?;
    let meta = E::meta();
    let fixed = fixed_columns::<E>();
    let mut columns = ColumnSet::EMPTY;
    for (number, column) in meta.columns.iter().enumerate() {
        let name = quoted::<B>(column.name).map_err(database::<B>)?;
        if assigned(&text).any(|target| target == name) {
            columns.insert(number);
            if fixed.contains(number) {
                return Err(Error::NotSettable { entity: meta.name, column: column.name });
            }
        }
    }
    if columns.len() < assigned(&text).count() || (columns.is_empty() && !text.trim().is_empty()) {
        // A column of the table that the struct leaves out, or an assignment that cannot be read: whatever it is, it counts.
        columns = ColumnSet::first(meta.columns.len());
    }
    Ok(columns)
}

/// The columns that only the library or the database sets.
pub(crate) fn fixed_columns<E: crate::entity::Model>() -> ColumnSet {
    let meta = E::meta();
    meta.select(|column| column.generated) | meta.key_columns() | meta.version.into_iter().collect()
}

/// What a list of assignments sets: the text before the ` = ` of each, at commas that are in neither parentheses nor quotes.
fn assigned(text: &str) -> impl Iterator<Item = &str> {
    let (mut depth, mut quote) = (0_usize, None);
    let parts = text.split(move |character| {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"' | '`') => quote = Some(character),
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            (None, ',') => return depth == 0,
            (None, _) => {}
        }
        false
    });
    parts.filter_map(|part| part.split_once(" = ")).map(|(target, _)| target.trim())
}

#[cfg(test)]
mod tests {
    use super::assigned;

    #[test]
    fn assignments_are_told_from_what_they_are_made_of() {
        let text = r#""a" = ?, "b, c" = coalesce(?, "id" = 1), "d" = 'x, "id" = 1', `e` = ?"#;
        assert_eq!(assigned(text).collect::<Vec<_>>(), [r#""a""#, r#""b, c""#, r#""d""#, "`e`"]);
        assert_eq!(assigned("").count(), 0);
    }
}
