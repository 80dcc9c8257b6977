// @generated automatically by Diesel CLI.

diesel::table! {
    articles (id) {
        id -> Integer,
        author -> Text,
        title -> Text,
        body -> Text,
        version -> Integer,
    }
}
