//! What the errors of MySQL and MariaDB mean.
//!
//! Diesel keeps the server's message and drops its code; of a few codes it makes a kind, and only for prepared
//! statements, not for BEGIN, COMMIT and ROLLBACK. The rest is told by the messages, which every connection has in
//! English whatever the server's language. Those of the client's own errors always are.

use diesel::result::{DatabaseErrorKind, Error};
use moored::backend::{Failure, FailureKind};

/// How a message begins, and what it means. The code is the server's, for the reader.
const BEGINNINGS: &[(&str, FailureKind)] = &[
    // 1062, 1586
    ("Duplicate entry ", FailureKind::Unique),
    // 1216, 1217, 1451, 1452
    ("Cannot add or update a child row", FailureKind::ForeignKey),
    ("Cannot delete or update a parent row", FailureKind::ForeignKey),
    // 3819; 4025 of MariaDB
    ("Check constraint ", FailureKind::Check),
    ("CONSTRAINT `", FailureKind::Check),
    // 1213, 1614
    ("Deadlock found when trying to get lock", FailureKind::Deadlock),
    ("XA_RBDEADLOCK", FailureKind::Deadlock),
    // 1020 of MariaDB, and 3101 of MySQL's group replication
    ("Record has changed since last read", FailureKind::Serialization),
    ("Plugin instructed the server to rollback", FailureKind::Serialization),
    // 1205; 3572 of MySQL
    ("Lock wait timeout exceeded", FailureKind::LockTimeout),
    ("Statement aborted because lock(s) could not be acquired immediately", FailureKind::LockTimeout),
    // 2006, 2013 and 2055 of the client, in the words of either vendor's
    ("MySQL server has gone away", FailureKind::LostConnection),
    ("Server has gone away", FailureKind::LostConnection),
    ("Lost connection to ", FailureKind::LostConnection),
    // 1927 of MariaDB, 4031 of MySQL, 1053, 1158 to 1161
    ("Connection was killed", FailureKind::LostConnection),
    ("The client was disconnected by the server", FailureKind::LostConnection),
    ("Server shutdown in progress", FailureKind::LostConnection),
    ("Got an error reading communication packets", FailureKind::LostConnection),
    ("Got timeout reading communication packets", FailureKind::LostConnection),
    ("Got an error writing communication packets", FailureKind::LostConnection),
    ("Got timeout writing communication packets", FailureKind::LostConnection),
    // 1792, 1836
    ("Cannot execute statement in a READ ONLY transaction", FailureKind::ReadOnly),
    ("Running in read-only mode", FailureKind::ReadOnly),
    // 1021; 1206 rolls the whole transaction back
    ("Disk full ", FailureKind::Full),
    ("Disk got full ", FailureKind::Full),
    ("The total number of locks exceeds the lock table size", FailureKind::Full),
];

/// The beginning and the end of a message around a name.
const AROUND_NAMES: &[(&str, &str, FailureKind)] = &[
    // 1048
    ("Column '", "' cannot be null", FailureKind::NotNull),
    // 1364
    ("Field '", "' doesn't have a default value", FailureKind::NotNull),
    // 1264, which a NaN is as well; 1265, 1406
    ("Out of range value for column '", "' at row ", FailureKind::Conversion),
    ("Data truncated for column '", "' at row ", FailureKind::Conversion),
    ("Data too long for column '", "' at row ", FailureKind::Conversion),
    // 1292, 1366
    ("Incorrect ", " for column ", FailureKind::Conversion),
    // 1114
    ("The table '", "' is full", FailureKind::Full),
    // 1036
    ("Table '", "' is read only", FailureKind::ReadOnly),
    // 1290, which is of other options as well
    ("The ", "--read-only option so it cannot execute this statement", FailureKind::ReadOnly),
    ("The ", "--super-read-only option so it cannot execute this statement", FailureKind::ReadOnly),
];

pub(crate) fn classify(error: &Error) -> Failure {
    // COMMIT failed, and so did the ROLLBACK after it.
    if let Error::RollbackErrorOnCommit { commit_error, .. } = error {
        return classify(commit_error);
    }
    let mut failure = Failure::of(error);
    let Error::DatabaseError(kind, information) = error else { return failure };
    let message = information.message();
    match kind {
        // 1213, of which Diesel speaks as PostgreSQL does.
        DatabaseErrorKind::SerializationFailure => failure.kind = FailureKind::Deadlock,
        DatabaseErrorKind::Unknown => failure.kind = kind_of(message),
        _ => {}
    }
    name(message, &mut failure);
    failure
}

fn kind_of(message: &str) -> FailureKind {
    let begins =
        BEGINNINGS.iter().find(|(beginning, _)| message.starts_with(beginning)).map(|&(_, kind)| kind);
    let around = || {
        let named =
            |&&(start, end, _): &&(&str, &str, _)| message.starts_with(start) && message.contains(end);
        AROUND_NAMES.iter().find(named).map(|&(_, _, kind)| kind)
    };
    // Errors of files and of storage engines say it anywhere in the message.
    let no_space = || message.contains("No space left on device").then_some(FailureKind::Full);
    begins.or_else(around).or_else(no_space).unwrap_or(FailureKind::Other)
}

/// The table, the column and the constraint, as far as the message names them.
fn name(message: &str, failure: &mut Failure) {
    match failure.kind {
        FailureKind::Unique => {
            // Duplicate entry 'a@w.example' for key 'authors.email'; MariaDB leaves the table out. The entry is a
            // column's value and can hold anything.
            let Some((_, key)) = message.rsplit_once(" for key '") else { return };
            let key = key.trim_end_matches('\'');
            let (table, key) = key.split_once('.').map_or((None, key), |(table, key)| (Some(table), key));
            failure.table = table.map(Into::into);
            failure.constraint = Some(key.into());
        }
        FailureKind::ForeignKey => {
            // .. fails (`shop`.`books`, CONSTRAINT `books_ibfk_1` FOREIGN KEY (`author_id`) REFERENCES `authors` (`id`))
            failure.table = between(message, "`.`", "`");
            failure.constraint = between(message, "CONSTRAINT `", "`");
            failure.column =
                between(message, "FOREIGN KEY (`", "`)").map(|list| list.replace("`, `", ", ").into());
        }
        FailureKind::NotNull => {
            failure.column =
                between(message, "Column '", "' cannot").or_else(|| between(message, "Field '", "' doesn't"));
        }
        FailureKind::Check => {
            // Check constraint 'positive' is violated.  CONSTRAINT `positive` failed for `shop`.`books`
            failure.constraint = between(message, "constraint '", "' is violated")
                .or_else(|| between(message, "CONSTRAINT `", "` failed for"));
            failure.table = between(message, "`.`", "`");
        }
        FailureKind::Full | FailureKind::ReadOnly => {
            failure.table = between(message, "able '", "' is");
        }
        FailureKind::Serialization => {
            failure.table = between(message, "in table '", "'");
        }
        FailureKind::Conversion => {
            // Incorrect date value: 'x' for column 'day' at row 1; MariaDB has it as `shop`.`books`.`day`. The value is a
            // column's and can hold anything.
            let Some((_, column)) = message.rsplit_once(" for column ") else { return };
            let Some((column, _)) = column.rsplit_once(" at row ") else { return };
            let quotes = ['\'', '`'];
            failure.column = column.trim_matches(quotes).rsplit(quotes).next().map(Into::into);
        }
        _ => {}
    }
}

fn between(message: &str, start: &str, end: &str) -> Option<Box<str>> {
    let (_, rest) = message.split_once(start)?;
    rest.split_once(end).map(|(name, _)| name.into())
}

#[cfg(test)]
mod tests;
