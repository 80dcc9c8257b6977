//! Rows to begin a test with, and what tests of every part need.

use moored::backend::{InsertShape, KeyedShape, UpdateShape};
use moored::{Backend, Entity, Error, Key, Orm, Result};

use crate::entities::{Author, Book, NewAuthor, NewBook, NewNote, Note};
pub use crate::harness::execute;

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

/// So many stored notes, with keys from 1 on. Sequences do not know of them: no test that calls this inserts notes.
pub fn notes<B: Backend>(orm: &Orm<B>, count: usize) {
    execute(
        orm,
        &format!(
            "INSERT INTO notes (id, text, stars)
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
             SELECT i, 'note', 0 FROM n"
        ),
    );
}

/// The UPDATEs that rows of one shape take: as many as the backend's measured best shape makes of them.
#[must_use]
pub fn updates<B: Backend>(orm: &Orm<B>, shape: &str, rows: usize) -> Vec<String> {
    let statements = match orm.dialect().update {
        UpdateShape::Row => rows,
        UpdateShape::FromValues { rows: batch } => rows / batch + rows % batch,
        UpdateShape::FromArrays { rows: batch, .. } | UpdateShape::Join { rows: batch, .. } => {
            rows.div_ceil(batch)
        }
        other => panic!("how many statements does {other:?} take?"),
    };
    vec![shape.to_owned(); statements]
}

/// How many rows of so many columns go into one INSERT.
#[must_use]
pub fn insert_size<B: Backend>(orm: &Orm<B>, columns: usize) -> usize {
    match orm.dialect().insert {
        InsertShape::Values { rows } => rows.min(orm.dialect().max_binds / columns),
        InsertShape::Arrays { rows, .. } => rows,
        other => panic!("how many rows has {other:?}?"),
    }
}

/// How many rows with a key of one column and without a version go into one DELETE.
#[must_use]
pub fn delete_size<B: Backend>(orm: &Orm<B>) -> usize {
    match orm.dialect().keyed {
        KeyedShape::List { rows, .. } => rows.min(orm.dialect().max_binds),
        KeyedShape::Arrays { rows, .. } => rows,
        other => panic!("how many rows has {other:?}?"),
    }
}

/// What a flush of so many rows sends: nothing, one statement of one row, or statements of so many rows in a transaction.
#[must_use]
pub fn chunked(shape: &str, rows: usize, size: usize) -> Vec<String> {
    let statements = vec![shape.to_owned(); rows.div_ceil(size)];
    if rows > 1 { in_transaction(statements) } else { statements }
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
/// doom the transaction.
#[must_use]
pub fn flush_inside<B: Backend>(orm: &Orm<B>, statement: &str) -> Vec<String> {
    if orm.dialect().failure_aborts_transaction {
        ["SP", statement, "RELEASE"].map(str::to_owned).to_vec()
    } else {
        vec![statement.to_owned()]
    }
}

/// What a closure returns to have its work undone.
///
/// # Errors
///
/// Always.
pub fn give_up<T>() -> Result<T> {
    Err(Error::NotFound { entity: "reason to go on" })
}
