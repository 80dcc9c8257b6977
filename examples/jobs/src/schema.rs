//! The tables, as `diesel print-schema` shows them.
#![allow(missing_docs, reason = "generated")]

diesel::table! {
    accounts (id) {
        id -> Integer,
        cents -> BigInt,
        version -> Integer,
    }
}

diesel::table! {
    jobs (id) {
        id -> Integer,
        kind -> Text,
        payload -> Text,
        run_at -> Timestamp,
        attempts -> Integer,
        state -> Text,
        last_error -> Nullable<Text>,
    }
}

diesel::table! {
    mails (id) {
        id -> Integer,
        job_id -> Integer,
        address -> Text,
    }
}
