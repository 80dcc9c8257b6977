// @generated automatically by Diesel CLI.

diesel::table! {
    authors (id) {
        id -> Int4,
        name -> Text,
        email -> Nullable<Text>,
        version -> Int4,
    }
}

diesel::table! {
    books (id) {
        id -> Int4,
        title -> Text,
        author_id -> Int4,
        copies -> Int4,
    }
}

diesel::joinable!(books -> authors (author_id));

diesel::allow_tables_to_appear_in_same_query!(authors, books,);
