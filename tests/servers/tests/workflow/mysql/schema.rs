// @generated automatically by Diesel CLI.

diesel::table! {
    authors (id) {
        id -> Integer,
        name -> Text,
        #[max_length = 255]
        email -> Nullable<Varchar>,
        version -> Integer,
    }
}

diesel::table! {
    books (id) {
        id -> Integer,
        title -> Text,
        author_id -> Integer,
        copies -> Integer,
    }
}

diesel::joinable!(books -> authors (author_id));

diesel::allow_tables_to_appear_in_same_query!(authors, books,);
