// @generated automatically by Diesel CLI.

diesel::table! {
    authors (id) {
        id -> Integer,
        name -> Text,
        email -> Nullable<Text>,
        version -> Integer,
    }
}

diesel::table! {
    books (id) {
        id -> Integer,
        title -> Text,
        author_id -> Integer,
        copies -> Integer,
        version -> Integer,
    }
}

diesel::table! {
    loans (id) {
        id -> Integer,
        book_id -> Integer,
        reader -> Text,
    }
}

diesel::joinable!(books -> authors (author_id));
diesel::joinable!(loans -> books (book_id));

diesel::allow_tables_to_appear_in_same_query!(authors, books, loans,);
