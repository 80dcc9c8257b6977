//! What SQLite's errors mean.

use diesel::result::{DatabaseErrorKind, Error};
use moored::backend::{Failure, FailureKind};

/// Diesel names the constraint errors; the rest is told by SQLite's fixed messages (`sqlite3_errstr`).
pub(crate) fn classify(error: &Error) -> Failure {
    let mut failure = Failure::of(error);
    let Error::DatabaseError(kind, information) = error else { return failure };
    let message = information.message();
    match kind {
        DatabaseErrorKind::UniqueViolation | DatabaseErrorKind::NotNullViolation => {
            name_columns(message, &mut failure);
        }
        DatabaseErrorKind::CheckViolation => {
            failure.constraint = message.strip_prefix("CHECK constraint failed: ").map(Into::into);
        }
        DatabaseErrorKind::Unknown => {
            failure.kind = match message {
                "database is locked" | "database table is locked" => FailureKind::Busy,
                "attempt to write a readonly database" => FailureKind::ReadOnly,
                "database or disk is full" | "disk I/O error" | "out of memory" => FailureKind::Full,
                message if message.starts_with("database is locked") => FailureKind::Busy,
                message if message.starts_with("database table is locked") => FailureKind::Busy,
                _ => failure.kind,
            };
        }
        _ => {}
    }
    failure
}

/// `UNIQUE constraint failed: books.shelf, books.position`
fn name_columns(message: &str, failure: &mut Failure) {
    let Some((_, columns)) = message.split_once("constraint failed: ") else { return };
    let mut names = columns.split(", ").filter_map(|column| column.split_once('.'));
    if let Some((table, column)) = names.next() {
        failure.table = Some(table.into());
        let columns: Vec<&str> = std::iter::once(column).chain(names.map(|(_, column)| column)).collect();
        failure.column = Some(columns.join(", ").into());
    }
}
