//! What PostgreSQL's errors mean.
//!
//! Diesel makes kinds of a few of the server's codes and drops the others. Those are told by the messages, which are
//! English on every connection whose role may choose that; <https://www.postgresql.org/docs/15/errcodes-appendix.html>.

use diesel::result::{DatabaseErrorKind, Error};
use moored::backend::{Failure, FailureKind};

/// How a message begins, and what it means. The code is the server's, for the reader.
const BEGINNINGS: &[(&str, FailureKind)] = &[
    // 40P01
    ("deadlock detected", FailureKind::Deadlock),
    // 55P03, of NOWAIT and of lock_timeout
    ("could not obtain lock on", FailureKind::LockTimeout),
    ("canceling statement due to lock timeout", FailureKind::LockTimeout),
    // 25006, 57P04 and others
    ("cannot execute ", FailureKind::ReadOnly),
    // 53100, 53200 and the file system's words
    ("could not extend file", FailureKind::Full),
    ("could not write to file", FailureKind::Full),
    ("out of memory", FailureKind::Full),
    ("out of shared memory", FailureKind::Full),
    ("temporary file size exceeds temp_file_limit", FailureKind::Full),
    // 22001, 22003, 22P02
    ("value too long for type ", FailureKind::Conversion),
    ("smallint out of range", FailureKind::Conversion),
    ("integer out of range", FailureKind::Conversion),
    ("bigint out of range", FailureKind::Conversion),
    ("numeric field overflow", FailureKind::Conversion),
    ("invalid input value for enum ", FailureKind::Conversion),
    // 22P05 of a JSON with \u0000
    ("unsupported Unicode escape sequence", FailureKind::Conversion),
    // 22021, 22P05: a NUL, or a character that the database's encoding has not
    ("invalid byte sequence for encoding", FailureKind::Conversion),
    ("character with byte sequence", FailureKind::Conversion),
    // 57P01, 57P02, 57P03, 08P01 and libpq's own
    ("terminating connection", FailureKind::LostConnection),
    ("server closed the connection unexpectedly", FailureKind::LostConnection),
    ("could not receive data from server", FailureKind::LostConnection),
    ("could not send data to server", FailureKind::LostConnection),
    ("no connection to the server", FailureKind::LostConnection),
    ("SSL connection has been closed unexpectedly", FailureKind::LostConnection),
    ("SSL SYSCALL error", FailureKind::LostConnection),
];

pub(crate) fn classify(error: &Error) -> Failure {
    let mut failure = Failure::of(error);
    match error {
        Error::DatabaseError(kind, information) => {
            if let DatabaseErrorKind::Unknown | DatabaseErrorKind::UnableToSendCommand = kind {
                failure.kind = kind_of(information.message());
            }
            if let DatabaseErrorKind::RestrictViolation = kind {
                failure.kind = FailureKind::ForeignKey;
            }
            if let (FailureKind::Unique | FailureKind::ForeignKey, None) = (failure.kind, &failure.column) {
                failure.column = information.details().and_then(columns);
            }
        }
        // COMMIT failed, and so did the ROLLBACK after it.
        Error::RollbackErrorOnCommit { commit_error, .. } => return classify(commit_error),
        _ => {}
    }
    failure
}

fn kind_of(message: &str) -> FailureKind {
    let begins = BEGINNINGS.iter().find(|(beginning, _)| message.starts_with(beginning));
    match begins {
        Some(&(_, FailureKind::ReadOnly))
            if !(message.contains("read-only") || message.ends_with("during recovery")) =>
        {
            FailureKind::Other
        }
        Some(&(_, kind)) => kind,
        None if message.contains("No space left on device") => FailureKind::Full,
        None => FailureKind::Other,
    }
}

/// `Key (shelf, "position")=(1, 2) already exists.`: the names, and not the values.
///
/// Where other rows refer to the key, the error's table is theirs and the columns are not.
fn columns(details: &str) -> Option<Box<str>> {
    let (names, rest) = details.strip_prefix("Key (")?.split_once(")=(")?;
    if rest.contains(" is still referenced from table ") || rest.contains(" is referenced from table ") {
        return None;
    }
    let names: Vec<&str> = names.split(", ").map(|name| name.trim_matches('"')).collect();
    Some(names.join(", ").into())
}

#[cfg(test)]
mod tests;
