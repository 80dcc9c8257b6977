//! Every message that is told apart, as the server and libpq write it.

use diesel::result::{DatabaseErrorKind, Error};
use moored::backend::FailureKind;

use super::{classify, columns};

#[test]
fn messages_have_their_kinds() {
    for (message, kind) in [
        ("deadlock detected", FailureKind::Deadlock),
        ("could not obtain lock on row in relation \"books\"", FailureKind::LockTimeout),
        ("canceling statement due to lock timeout", FailureKind::LockTimeout),
        ("canceling statement due to statement timeout", FailureKind::Other),
        ("cannot execute INSERT in a read-only transaction", FailureKind::ReadOnly),
        ("cannot execute INSERT during recovery", FailureKind::ReadOnly),
        ("cannot execute COPY FROM on a table with rules", FailureKind::Other),
        ("could not extend file \"base/1/2\": No space left on device", FailureKind::Full),
        ("could not create file \"x\": No space left on device", FailureKind::Full),
        ("invalid byte sequence for encoding \"UTF8\": 0x00", FailureKind::Conversion),
        ("value too long for type character varying(5)", FailureKind::Conversion),
        ("integer out of range", FailureKind::Conversion),
        ("numeric field overflow", FailureKind::Conversion),
        ("invalid input value for enum mood: \"sad\"", FailureKind::Conversion),
        ("unsupported Unicode escape sequence", FailureKind::Conversion),
        ("terminating connection due to administrator command", FailureKind::LostConnection),
        ("terminating connection due to idle-in-transaction timeout", FailureKind::LostConnection),
        ("server closed the connection unexpectedly\n\tThis probably means ..", FailureKind::LostConnection),
        ("no connection to the server\n", FailureKind::LostConnection),
        ("relation \"books\" does not exist", FailureKind::Other),
    ] {
        let error = Error::DatabaseError(DatabaseErrorKind::Unknown, Box::new(message.to_owned()));
        assert_eq!(classify(&error).kind, kind, "{message}");
    }
}

#[test]
fn columns_are_named_and_their_values_are_not() {
    let details = "Key (shelf, \"position\")=(1, secret) already exists.";
    assert_eq!(columns(details).as_deref(), Some("shelf, position"));
    assert_eq!(columns("Key (id)=(1) is still referenced from table \"books\"."), None);
    assert_eq!(columns("Failing row contains (1, secret)."), None);
}
