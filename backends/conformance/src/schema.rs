//! The tables of the suite, one for each shape that a row can have.

diesel::table! {
    authors (id) { id -> Integer, name -> Text, email -> Nullable<Text>, version -> Integer }
}
diesel::table! {
    books (id) {
        id -> Integer,
        title -> Text,
        author_id -> Integer,
        editor_id -> Nullable<Integer>,
        isbn -> Nullable<Text>,
        shelf -> Nullable<Integer>,
        position -> Nullable<Integer>,
        pages -> Integer,
        created_at -> Timestamp,
        views -> BigInt,
    }
}
diesel::table! {
    categories (id) { id -> Integer, slug -> Text, parent_id -> Nullable<Integer> }
}
diesel::table! {
    tags (label) { label -> Text, color -> Text }
}
diesel::table! {
    book_tags (book_id, tag_label) { book_id -> Integer, tag_label -> Text, weight -> Integer }
}
diesel::table! {
    devices (id) { id -> Binary, name -> Text, kind -> Text }
}
diesel::table! {
    #[sql_name = "table"]
    settings (id) {
        id -> Integer,
        #[sql_name = "order"]
        order_ -> Integer,
        #[sql_name = "group"]
        group_ -> Nullable<Text>,
        value -> Text,
    }
}
diesel::table! {
    accounts (id) { id -> Integer, balance -> BigInt, version -> Integer }
}
diesel::table! {
    prices (id) {
        id -> Integer,
        amount -> Numeric,
        note -> Text,
    }
}
diesel::table! {
    measurements (id) {
        id -> Integer,
        double -> Double,
        single -> Float,
        small -> SmallInt,
        large -> BigInt,
        flag -> Bool,
        bytes -> Binary,
        text -> Text,
        remark -> Nullable<Text>,
        taken_at -> Timestamp,
        day -> Date,
        hour -> Time,
        detail -> Json,
        estimate -> Nullable<Double>,
    }
}
diesel::table! {
    notes (id) { id -> Integer, text -> Text, stars -> Integer }
}
diesel::table! {
    ticks (id) { id -> Integer, label -> Text, count -> Integer, comment -> Nullable<Text> }
}
diesel::table! {
    parcels (id) { id -> Integer, width -> Integer, height -> Integer, area -> Integer, version -> Integer }
}
diesel::table! {
    leases (id) { id -> Integer, holder -> Text, touched_at -> Timestamp }
}
diesel::table! {
    teams (id) { id -> Integer, name -> Text, captain_id -> Nullable<Integer> }
}
diesel::table! {
    players (id) { id -> Integer, team_id -> Integer, number -> Integer }
}
diesel::table! {
    chickens (id) { id -> Integer, egg_id -> Integer }
}
diesel::table! {
    eggs (id) { id -> Integer, chicken_id -> Integer }
}

diesel::joinable!(books -> authors (author_id));
diesel::table! {
    places (code) { code -> Text, within -> Nullable<Text>, version -> Integer }
}
diesel::table! {
    archives (id) { id -> Integer }
}
diesel::table! {
    folders (id) { id -> Integer, archive_id -> Integer, inside -> Nullable<Integer>, version -> Integer }
}
diesel::table! {
    sheets (id) { id -> Integer, folder_id -> Integer }
}
diesel::table! {
    co_authors (book_id, author_id) { book_id -> Integer, author_id -> Integer }
}
diesel::table! {
    small_versions (id) { id -> Integer, text -> Text, version -> SmallInt }
}
diesel::table! {
    large_versions (id) { id -> Integer, text -> Text, version -> BigInt }
}
diesel::table! {
    seats (venue, number) {
        venue -> Text,
        number -> Integer,
        holder -> Nullable<Text>,
        version -> Integer,
    }
}
diesel::table! {
    halls (id) { id -> Integer, name -> Text }
}
diesel::table! {
    stalls (hall_id, number) { hall_id -> Integer, number -> Integer, beside -> Nullable<Integer> }
}
diesel::table! {
    tickets (id) {
        id -> Integer,
        hall_id -> Integer,
        number -> Integer,
        swap_hall -> Nullable<Integer>,
        swap_number -> Nullable<Integer>,
        version -> Integer,
    }
}
diesel::table! {
    passes (hall_id, number, day) { hall_id -> Integer, number -> Integer, day -> Integer }
}
diesel::table! {
    stamps (id) { id -> Integer, hall_id -> Integer, number -> Integer, day -> Integer }
}
diesel::table! {
    plaques (hall_id, number) { hall_id -> Integer, number -> Integer, text -> Text }
}
diesel::table! {
    claims (id) { id -> Integer, hall_id -> Integer, number -> Integer }
}
diesel::table! {
    steps (id) { id -> Integer, author_id -> Integer, place -> SmallInt, text -> Text, tag_label -> Nullable<Text> }
}
diesel::joinable!(book_tags -> books (book_id));
diesel::joinable!(book_tags -> tags (tag_label));
diesel::allow_tables_to_appear_in_same_query!(authors, books, tags, book_tags, categories, notes);
