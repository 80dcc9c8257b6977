//! The tables, as `diesel print-schema` shows them.
#![allow(missing_docs, reason = "generated")]

diesel::table! {
    articles (id) {
        id -> Integer,
        title -> Text,
        updated_at -> Timestamp,
        deleted_at -> Nullable<Timestamp>,
        version -> Integer,
    }
}

diesel::table! {
    audits (id) {
        id -> Integer,
        who -> Text,
        what -> Text,
    }
}

diesel::table! {
    messages (id) {
        id -> Integer,
        text -> Text,
    }
}
