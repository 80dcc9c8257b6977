//! Every message that is told apart, as the servers write it.

use diesel::result::{DatabaseErrorKind, Error};
use moored::backend::{Failure, FailureKind};

use super::classify;

fn failure(message: &str) -> Failure {
    classify(&Error::DatabaseError(DatabaseErrorKind::Unknown, Box::new(message.to_owned())))
}

#[test]
fn messages_have_their_kinds() {
    for (message, kind) in [
        ("Duplicate entry 'x' for key 'email'", FailureKind::Unique),
        ("Column 'name' cannot be null", FailureKind::NotNull),
        ("Field 'name' doesn't have a default value", FailureKind::NotNull),
        ("Check constraint 'positive' is violated.", FailureKind::Check),
        ("CONSTRAINT `positive` failed for `shop`.`books`", FailureKind::Check),
        ("Deadlock found when trying to get lock; try restarting transaction", FailureKind::Deadlock),
        ("Lock wait timeout exceeded; try restarting transaction", FailureKind::LockTimeout),
        ("Record has changed since last read in table 'books'", FailureKind::Serialization),
        ("MySQL server has gone away", FailureKind::LostConnection),
        ("Server has gone away", FailureKind::LostConnection),
        ("Lost connection to MySQL server during query", FailureKind::LostConnection),
        ("Lost connection to server during query", FailureKind::LostConnection),
        ("Cannot execute statement in a READ ONLY transaction", FailureKind::ReadOnly),
        (
            "The MariaDB server is running with the --read-only option so it cannot execute this statement",
            FailureKind::ReadOnly,
        ),
        (
            "The MySQL server is running with the --super-read-only option so it cannot execute this statement",
            FailureKind::ReadOnly,
        ),
        (
            "The MySQL server is running with the --secure-file-priv option so it cannot execute this statement",
            FailureKind::Other,
        ),
        ("Out of range value for column 'pages' at row 1", FailureKind::Conversion),
        ("Data truncated for column 'mood' at row 1", FailureKind::Conversion),
        ("Data too long for column 'title' at row 2", FailureKind::Conversion),
        ("Incorrect date value: 'soon' for column 'day' at row 1", FailureKind::Conversion),
        ("The table 'books' is full", FailureKind::Full),
        ("Disk full (/tmp/#sql); waiting for someone to free some space...", FailureKind::Full),
        ("Got error 28 \"No space left on device\" from storage engine InnoDB", FailureKind::Full),
        ("Unknown column 'a' in 'field list'", FailureKind::Other),
    ] {
        assert_eq!(failure(message).kind, kind, "{message}");
    }
}

/// Diesel rolls back after a COMMIT that failed, which a lost connection refuses as well.
#[test]
fn a_lost_commit_is_told_by_its_own_message() {
    let error = |message: &str| {
        Box::new(Error::DatabaseError(DatabaseErrorKind::Unknown, Box::new(message.to_owned())))
    };
    let lost = Error::RollbackErrorOnCommit {
        rollback_error: error("Server has gone away"),
        commit_error: error("Lost connection to server during query"),
    };
    assert_eq!(classify(&lost).kind, FailureKind::LostConnection);
}

#[test]
fn names_are_taken_out() {
    let unique = failure("Duplicate entry 'it's for key 'b'' for key 'authors.email'");
    assert_eq!((unique.table.as_deref(), unique.constraint.as_deref()), (Some("authors"), Some("email")));
    let foreign = failure(
        "Cannot add or update a child row: a foreign key constraint fails (`shop`.`books`, CONSTRAINT `books_ibfk_1` \
         FOREIGN KEY (`author_id`) REFERENCES `authors` (`id`))",
    );
    assert_eq!(foreign.kind, FailureKind::ForeignKey);
    assert_eq!((foreign.table.as_deref(), foreign.column.as_deref()), (Some("books"), Some("author_id")));
    assert_eq!(foreign.constraint.as_deref(), Some("books_ibfk_1"));
    let check = failure("CONSTRAINT `positive` failed for `shop`.`books`");
    assert_eq!((check.table.as_deref(), check.constraint.as_deref()), (Some("books"), Some("positive")));
    assert_eq!(failure("Column 'name' cannot be null").column.as_deref(), Some("name"));
    for message in [
        "Out of range value for column 'day' at row 1",
        "Data too long for column 'day' at row 1",
        "Incorrect date value: 'x' for column 'y' at row 2' for column 'day' at row 1",
        "Incorrect date value: 'x' for column `shop`.`books`.`day` at row 1",
    ] {
        assert_eq!(failure(message).column.as_deref(), Some("day"), "{message}");
    }
    assert_eq!(failure("The table 'books' is full").table.as_deref(), Some("books"));
}
