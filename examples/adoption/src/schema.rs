//! The tables, as `diesel print-schema` shows them. No stage changes them.
#![allow(missing_docs, reason = "generated")]

diesel::table! {
    books (id) {
        id -> Integer,
        title -> Text,
        copies -> Integer,
    }
}

diesel::table! {
    loans (id) {
        id -> Integer,
        book_id -> Integer,
        member_id -> Integer,
        is_out -> Bool,
    }
}

diesel::table! {
    members (id) {
        id -> Integer,
        name -> Text,
        fines_cents -> Integer,
    }
}

diesel::joinable!(loans -> books (book_id));
diesel::joinable!(loans -> members (member_id));
diesel::allow_tables_to_appear_in_same_query!(books, loans, members);
