//! Rows to begin a test with, and what tests of every part need.

use std::sync::{Mutex, MutexGuard, PoisonError};

use moored::backend::{InsertShape, KeyedShape, Returning, Streaming, UpdateShape};
use moored::entity::Model;
use moored::{Backend, Detached, Entity, Error, Key, Orm, Result};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::entities::{Author, Book, NewAuthor, NewBook, NewNote, Note};
pub use crate::harness::{execute, execute_in};

/// A stored author of that name, without an email.
pub fn author<B: Backend>(orm: &Orm<B>, name: &str) -> Key<Author>
where
    Author: Entity<B>,
{
    author_with_email(orm, name, None)
}

/// A stored author of that name and that email.
pub fn author_with_email<B: Backend>(orm: &Orm<B>, name: &str, email: Option<&str>) -> Key<Author>
where
    Author: Entity<B>,
{
    orm.session(|session| {
        let draft = NewAuthor { email: email.map(Into::into), ..NewAuthor::new(name) };
        let author = session.persist(draft)?;
        session.flush()?;
        let author = session.promote(&author)?;
        Ok(session.key(&author))
    })
    .unwrap()
}

/// A stored book of that title by that author.
pub fn book<B: Backend>(orm: &Orm<B>, title: &str, author: Key<Author>) -> Key<Book>
where
    Author: Entity<B>,
    Book: Entity<B>,
{
    orm.session(|session| {
        let book = session.persist(NewBook::new(title, author))?;
        session.flush()?;
        let book = session.promote(&book)?;
        Ok(session.key(&book))
    })
    .unwrap()
}

/// A stored note of that text, without stars.
pub fn note<B: Backend>(orm: &Orm<B>, text: &str) -> Key<Note>
where
    Note: Entity<B>,
{
    orm.session(|session| {
        let note = session.persist(NewNote::new(text, 0))?;
        session.flush()?;
        let note = session.promote(&note)?;
        Ok(session.key(&note))
    })
    .unwrap()
}

/// A detached value as it comes back from somebody who was sent it as JSON, and could edit all of that.
#[must_use]
pub fn sent<E>(detached: &Detached<E>, edit: impl FnOnce(&mut serde_json::Value)) -> Detached<E>
where
    E: Model + Serialize + DeserializeOwned,
{
    let mut json = serde_json::to_value(detached).unwrap();
    edit(&mut json);
    serde_json::from_str(&json.to_string()).unwrap()
}

/// So many stored notes, with keys from 1 on. Sequences do not know of them: no test that calls this inserts notes.
pub fn notes<B: Backend>(orm: &Orm<B>, count: usize) {
    execute(orm, &format!("INSERT INTO notes (id, text, stars) SELECT n, 'note', 0 FROM {}", numbers(count)));
}

/// The numbers from 1 to that, as a table with the one column `n`, in words that every database knows.
#[must_use]
pub fn numbers(count: usize) -> String {
    const DIGITS: &str = "SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 \
         UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9";
    let places = count.to_string().len();
    let tables =
        (0..places).map(|place| format!("({DIGITS}) AS t{place}")).collect::<Vec<_>>().join(" CROSS JOIN ");
    let sum =
        (0..places).map(|place| format!("t{place}.d * 1{:0<place$}", "")).collect::<Vec<_>>().join(" + ");
    format!("(SELECT {sum} AS n FROM {tables}) AS numbers WHERE n BETWEEN 1 AND {count}")
}

/// Whether what the database fills is read back by a SELECT.
pub(crate) fn reads_back<B: Backend>(orm: &Orm<B>) -> bool {
    matches!(orm.dialect().returning, Returning::Select(_))
}

/// The UPDATEs that rows of one shape take: as many as the backend's measured best shape makes of them.
#[must_use]
pub fn updates<B: Backend>(orm: &Orm<B>, shape: &str, rows: usize) -> Vec<String> {
    let size = update_size(orm);
    let statements = match orm.dialect().update {
        UpdateShape::FromValues { .. } => rows / size + rows % size,
        _ => rows.div_ceil(size),
    };
    vec![shape.to_owned(); statements]
}

/// How many rows go into one UPDATE, where they are alike.
#[must_use]
pub fn update_size<B: Backend>(orm: &Orm<B>) -> usize {
    match orm.dialect().update {
        UpdateShape::Row => 1,
        UpdateShape::FromValues { rows }
        | UpdateShape::FromArrays { rows, .. }
        | UpdateShape::Join { rows, .. } => rows,
        other => panic!("how many rows does {other:?} take?"),
    }
}

/// Numbers of rows that are written in different ways: one, few, and more than fit into one statement.
#[must_use]
pub fn sizes<B: Backend>(orm: &Orm<B>, columns: usize) -> Vec<usize> {
    let mut sizes = vec![1, 2, 3, 9, 10, update_size(orm) + 1, insert_size(orm, columns) + 1];
    sizes.sort_unstable();
    sizes.dedup();
    sizes
}

/// An UPDATE of one row with an expression that the database computes: what it came to is read back.
#[must_use]
pub fn computed<B: Backend>(orm: &Orm<B>, update: &str) -> Vec<String> {
    let table = update.split(' ').nth(1).unwrap_or_default();
    let select = reads_back(orm).then(|| format!("SELECT {table}"));
    [Some(update.to_owned()), select].into_iter().flatten().collect()
}

/// How many rows of so many columns go into one INSERT.
#[must_use]
pub fn insert_size<B: Backend>(orm: &Orm<B>, columns: usize) -> usize {
    match orm.dialect().insert {
        InsertShape::Values { rows } => rows.min(orm.dialect().max_binds / columns),
        InsertShape::Arrays { rows, .. } => rows,
        other => panic!("how many rows does {other:?} take?"),
    }
}

/// The INSERTs that so many rows of so many columns take.
#[must_use]
pub fn inserts<B: Backend>(orm: &Orm<B>, table: &str, rows: usize, columns: usize) -> Vec<String> {
    vec![format!("INSERT {table}"); rows.div_ceil(insert_size(orm, columns))]
}

/// How many rows with a key of one column and without a version go into one DELETE, and into one SELECT by their keys.
#[must_use]
pub fn keyed_size<B: Backend>(orm: &Orm<B>) -> usize {
    match orm.dialect().keyed {
        KeyedShape::List { rows, .. } => rows.min(orm.dialect().max_binds),
        KeyedShape::Arrays { rows, .. } => rows,
        other => panic!("how many rows does {other:?} take?"),
    }
}

/// The DELETEs that so many rows with a key of one column and without a version take. Where the database does not say
/// which rows it deleted, several at once are locked before, so that a missing one is known by its key.
#[must_use]
pub fn deletes<B: Backend>(orm: &Orm<B>, table: &str, rows: usize) -> Vec<String> {
    let size = keyed_size(orm);
    let chunks = (0..rows).step_by(size).map(|done| size.min(rows - done));
    let statements = chunks.flat_map(|chunk| {
        let locks = reads_back(orm) && chunk > 1;
        [locks.then(|| format!("SELECT {table}")), Some(format!("DELETE {table}"))]
    });
    statements.flatten().collect()
}

/// The SELECTs that streaming a few rows takes.
#[must_use]
pub fn stream<B: Backend>(orm: &Orm<B>, table: &str) -> Vec<String> {
    let selects = match orm.dialect().streaming {
        Streaming::Rows => 1,
        // The keys, and then the rows.
        Streaming::Pages { .. } => 2,
        other => panic!("how many statements does {other:?} take?"),
    };
    vec![format!("SELECT {table}"); selects]
}

/// What a flush of so many rows sends outside of a transaction: one of its own around several rows, whose number has to be
/// right, and around several statements.
#[must_use]
pub fn flush(statements: Vec<String>, rows: usize) -> Vec<String> {
    if rows > 1 || statements.len() > 1 { in_transaction(statements) } else { statements }
}

/// Those statements in a transaction.
#[must_use]
pub fn in_transaction(statements: Vec<String>) -> Vec<String> {
    let mut all = vec!["B".to_owned()];
    all.extend(statements);
    all.push("C".to_owned());
    all
}

/// A flush of one statement that a caller asks for inside a transaction: a savepoint around it only where a failure would
/// doom the transaction, or where an INSERT is two statements.
#[must_use]
pub fn flush_inside<B: Backend>(orm: &Orm<B>, statement: &str) -> Vec<String> {
    let two_statements = reads_back(orm) && statement.starts_with("INSERT");
    if orm.dialect().failure_aborts_transaction || two_statements {
        ["SP", statement, "RELEASE"].map(str::to_owned).to_vec()
    } else {
        vec![statement.to_owned()]
    }
}

/// A set-based UPDATE or DELETE while rows of the table are in memory: where the database does not say which rows it
/// changed, they are read afterwards.
#[must_use]
pub fn set_based<B: Backend>(orm: &Orm<B>, statement: &str) -> Vec<String> {
    let table = statement.split(' ').nth(1).unwrap_or_default();
    if reads_back(orm) {
        in_transaction(vec![statement.to_owned(), format!("SELECT {table}")])
    } else {
        vec![statement.to_owned()]
    }
}

/// An upsert of one row that is known by one unique set and has values in so many others: where the database does not give
/// the row back, it is read afterwards, with those that hold the other values.
#[must_use]
pub fn upsert<B: Backend>(orm: &Orm<B>, table: &str, others: usize) -> Vec<String> {
    let insert = format!("INSERT {table}");
    if reads_back(orm) {
        let mut all = vec![insert];
        all.extend(vec![format!("SELECT {table}"); 1 + others]);
        in_transaction(all)
    } else {
        vec![insert]
    }
}

/// Keeps tests apart that fill much memory or measure it. Hold it while that matters.
pub fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    // Nothing is behind it that a failed test could leave half done.
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How many bytes of memory this process has, its libraries' included; `None` where the system does not say.
#[must_use]
pub fn memory() -> Option<usize> {
    let pages = std::fs::read_to_string("/proc/self/statm").ok()?;
    Some(pages.split_whitespace().nth(1)?.parse::<usize>().ok()? * 4096)
}

/// What a closure returns to have its work undone.
///
/// # Errors
///
/// Always.
pub fn give_up<T>() -> Result<T> {
    Err(Error::NotFound { entity: "reason to go on" })
}
