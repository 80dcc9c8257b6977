//! INSERT of rows that may be there already, and what became of each.
//!
//! 1. Rows are told apart by their values in the unique set that the caller names, never by the order of an answer. Where the
//!    database spells a value in another way, the statement is undone and done again with one row at a time.
//! 2. No statement has two rows of the same values: the second would meet the first. It comes in a later one.
//! 3. Where any unique value is a conflict (`UpsertShape::OnDuplicateKey`), whether the entity declares it or not, the statement
//!    itself fails if it meets another row than that of the caller's set. It is refused as the constraint would have.

use diesel::result::DatabaseErrorKind;
use hashbrown::{HashMap, HashSet};

use super::collect::Refused;
use super::fragment::{Cached, Statement};
use super::load::execute;
use super::many::{Inserted, Layout, Listed, listed};
use super::text::{Count, MET_ANOTHER, Shape};
use super::write::{Writer, database};
use crate::backend::{Backend, Returning, UpsertShape};
use crate::entity::{Bind, ColumnSet, Entity, EntityMeta, Model, Pending, Record, References, UniqueKey};
use crate::error::{Error, Result};

/// What is done about rows that are there already.
#[derive(Clone, Copy)]
pub(crate) struct Conflict {
    /// The unique set of [`EntityMeta::uniques`]; `None` is the primary key.
    pub(crate) set: Option<usize>,
    /// The columns that the row that is there takes over, if the draft has them. None of them: it stays as it is.
    pub(crate) update: ColumnSet,
    /// The most rows in one statement.
    pub(crate) most: usize,
}

/// A row to insert, and its place among those of the caller.
type Placed<'a, E> = (usize, &'a Pending<E>);

impl<E: Entity<B>, B: Backend> Writer<E, B> {
    /// Inserts rows or updates those that are there. Gives each as the database has it, in the order of `rows`, and whether it
    /// was updated if it was there.
    pub(crate) fn upsert(
        &mut self,
        connection: &mut B::Connection,
        rows: &[Pending<E>],
        conflict: Conflict,
    ) -> Result<Vec<(E, bool)>> {
        let mut done: Vec<(usize, E)> = Vec::with_capacity(rows.len());
        let mut rest: Vec<Placed<'_, E>> = rows.iter().enumerate().collect();
        while !rest.is_empty() {
            let mut met = HashSet::new();
            let (round, later): (Vec<_>, Vec<_>) = rest
                .into_iter()
                .partition(|(_, row)| value_of(row, conflict.set).is_none_or(|value| met.insert(value)));
            rest = later;
            let mut alike: Vec<(ColumnSet, Vec<Placed<'_, E>>)> = Vec::new();
            for placed in round {
                let columns = columns_of(placed.1);
                match alike.iter_mut().find(|(other, _)| *other == columns) {
                    Some((_, rows)) => rows.push(placed),
                    None => alike.push((columns, vec![placed])),
                }
            }
            for (columns, rows) in alike {
                let size = self.upsert_size(columns).min(conflict.most).max(1);
                for chunk in rows.chunks(size) {
                    self.upsert_chunk(connection, chunk, columns, conflict, &mut done)?;
                }
            }
        }
        done.sort_by_key(|(place, _)| *place);
        let updates = |row: &Pending<E>| !(conflict.update & columns_of(row)).is_empty();
        Ok(done.into_iter().zip(rows).map(|((_, written), row)| (written, updates(row))).collect())
    }

    /// Keys are not matched by the order in which they are made, so rows with generated ones go together as well.
    fn upsert_size(&self, columns: ColumnSet) -> usize {
        match self.insert_layout(columns, ColumnSet::EMPTY) {
            (Layout::Arrays, rows) => rows,
            (Layout::Listed, rows) => rows.min(self.database.dialect.max_binds / columns.len().max(1)),
        }
    }

    fn upsert_chunk(
        &mut self,
        connection: &mut B::Connection,
        rows: &[Placed<'_, E>],
        columns: ColumnSet,
        conflict: Conflict,
        done: &mut Vec<(usize, E)>,
    ) -> Result<()> {
        if columns.len() > self.database.dialect.max_binds {
            return Err(Error::RowTooLarge { entity: E::meta().name });
        }
        match self.upsert_rows(connection, rows, columns, conflict) {
            Ok(mut written) => {
                done.append(&mut written);
                Ok(())
            }
            Err(refused) => self.again(refused, rows, &mut |writer, rows| {
                writer.upsert_chunk(connection, rows, columns, conflict, done)
            }),
        }
    }

    fn upsert_rows(
        &mut self,
        connection: &mut B::Connection,
        rows: &[Placed<'_, E>],
        columns: ColumnSet,
        conflict: Conflict,
    ) -> Result<Vec<(usize, E)>, Refused> {
        let (layout, most) = match rows {
            [_] => (Layout::Listed, 1),
            _ => self.insert_layout(columns, ColumnSet::EMPTY),
        };
        let (count, cached) = match layout {
            Layout::Listed => (Count::Listed(rows.len()), Cached::of(rows.len(), most)),
            Layout::Arrays => (Count::Arrays, Cached::Yes),
        };
        let update = conflict.update & columns;
        let text = self.text(Shape::Upsert { columns, rows: count, set: conflict.set, update })?;
        let values = Inserted::<B::Diesel> {
            rows: rows.iter().map(|(_, row)| bound::<E, B>(row)).collect(),
            columns: listed(columns),
        };
        let listed = Listed(&values);
        let collected = self.collect(connection, &listed, layout)?;
        let statement = Statement { text: &text, cached, values: collected.as_deref().unwrap_or(&listed) };
        if self.database.dialect.upsert != UpsertShape::OnConflict
            || self.database.dialect.returning != Returning::Clause
        {
            let met_another = match execute::<B>(connection, &statement) {
                Ok(_) => false,
                Err(error) if is_of_another(&error) => true,
                Err(error) => return Err(database::<B>(error).into()),
            };
            if met_another && !update.is_empty() {
                return Err(taken::<B>().into());
            }
            if met_another && rows.len() > 1 {
                // Which of them is not known, and none was written.
                return Err(unknown::<E>().into());
            }
            // A row that is kept is there, whatever else the draft met.
            let found = self.load_unique(connection, rows, conflict.set)?;
            if met_another && found.is_empty() {
                return Err(taken::<B>().into());
            }
            return Ok(all_of(rows, matched(rows, found, conflict.set)?)?);
        }
        let mut given = Vec::with_capacity(rows.len());
        E::load(connection, &statement, &mut |row| {
            given.push(row);
            true
        })
        .map_err(database::<B>)?;
        let mut written = matched(rows, given, conflict.set)?;
        if update.is_empty() {
            let kept = without(rows, &written);
            let found = self.load_unique(connection, &kept, conflict.set)?;
            written.append(&mut matched(&kept, found, conflict.set)?);
        }
        Ok(all_of(rows, written)?)
    }

    /// The rows that have the values of those in a unique set, in the database's order.
    fn load_unique(
        &mut self,
        connection: &mut B::Connection,
        rows: &[Placed<'_, E>],
        set: Option<usize>,
    ) -> Result<Vec<E>> {
        let columns = set_columns(E::meta(), set);
        let (_, size) = self.keyed();
        let size = size.min(500).min(self.database.dialect.max_binds / columns.len().max(1)).max(1);
        let mut found = Vec::with_capacity(rows.len());
        for chunk in rows.chunks(size) {
            let text = self.text(Shape::SelectUnique { set, rows: chunk.len() })?;
            let values = Inserted::<B::Diesel> {
                rows: chunk.iter().map(|(_, row)| bound::<E, B>(row)).collect(),
                columns: columns.to_vec(),
            };
            let cached = Cached::of(chunk.len(), size);
            let query = Statement { text: &text, cached, values: &Listed(&values) };
            E::load(connection, &query, &mut |row| {
                found.push(row);
                true
            })
            .map_err(database::<B>)?;
        }
        Ok(found)
    }

    /// Whether rows are upserted by more than one statement, so that all of them need a transaction.
    pub(crate) fn upserts_in_several(&self, rows: usize) -> bool {
        rows > 1 || matches!(self.database.dialect.returning, Returning::Select(_))
    }
}

/// The columns of a unique set.
pub(crate) fn set_columns(meta: &'static EntityMeta, set: Option<usize>) -> &'static [usize] {
    match set {
        Some(set) => meta.uniques.get(set).map_or(&[], |unique| unique.columns),
        None => meta.key,
    }
}

/// What a row has in a unique set; `None` where that is NULL, or the database's to fill.
pub(crate) fn value_of<E: Model>(row: &Pending<E>, set: Option<usize>) -> Option<UniqueKey> {
    match (row, set) {
        (Pending::Draft(record), Some(set)) => record.unique_value(set),
        (Pending::Draft(record), None) => record.key().map(UniqueKey::new),
        (Pending::Row(row), set) => value_in(row, set),
    }
}

fn value_in<E: Model>(row: &E, set: Option<usize>) -> Option<UniqueKey> {
    match set {
        Some(set) => row.unique_value(set),
        None => Some(UniqueKey::new(row.key())),
    }
}

fn columns_of<E: Model>(row: &Pending<E>) -> ColumnSet {
    match row {
        Pending::Draft(record) => record.columns(),
        Pending::Row(_) => ColumnSet::first(E::meta().columns.len()),
    }
}

fn bound<E: Entity<B>, B: Backend>(row: &Pending<E>) -> &dyn Bind<B::Diesel> {
    match row {
        Pending::Draft(record) => record,
        Pending::Row(row) => row,
    }
}

/// The rows that were given, with the places of those that they are.
fn matched<E: Model>(rows: &[Placed<'_, E>], given: Vec<E>, set: Option<usize>) -> Result<Vec<(usize, E)>> {
    if let [(place, _)] = rows {
        return Ok(given.into_iter().take(1).map(|row| (*place, row)).collect());
    }
    let mut places: HashMap<UniqueKey, usize> =
        rows.iter().filter_map(|(place, row)| Some((value_of(row, set)?, *place))).collect();
    let matched = given.into_iter().map(|row| {
        let place = value_in(&row, set).and_then(|value| places.remove(&value));
        place.map(|place| (place, row)).ok_or_else(unknown::<E>)
    });
    matched.collect()
}

fn without<'a, E: Model>(rows: &[Placed<'a, E>], matched: &[(usize, E)]) -> Vec<Placed<'a, E>> {
    let there: HashSet<usize> = matched.iter().map(|(place, _)| *place).collect();
    rows.iter().copied().filter(|(place, _)| !there.contains(place)).collect()
}

/// All rows were found. Where one was not, the database may spell it otherwise.
fn all_of<E: Model>(rows: &[Placed<'_, E>], matched: Vec<(usize, E)>) -> Result<Vec<(usize, E)>> {
    match rows.len() {
        found if found == matched.len() => Ok(matched),
        _ => Err(unknown::<E>()),
    }
}

fn unknown<E: Model>() -> Error {
    Error::KeysUnknown { entity: E::meta().name }
}

/// Whether a statement failed because it met a row by another unique value than the target's.
fn is_of_another(error: &diesel::result::Error) -> bool {
    matches!(error, diesel::result::Error::DatabaseError(_, said) if said.message().contains(MET_ANOTHER))
}

/// What a unique constraint would have said.
fn taken<B: Backend>() -> Error {
    let said = "a unique value outside of the conflict target is another row's".to_owned();
    database::<B>(diesel::result::Error::DatabaseError(DatabaseErrorKind::UniqueViolation, Box::new(said)))
}
