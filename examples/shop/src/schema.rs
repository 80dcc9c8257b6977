// @generated automatically by Diesel CLI.

diesel::table! {
    albums (id) {
        id -> Integer,
        title -> Text,
        artist_id -> Integer,
        version -> Integer,
    }
}

diesel::table! {
    artists (id) {
        id -> Integer,
        name -> Text,
    }
}

diesel::table! {
    customers (id) {
        id -> Integer,
        name -> Text,
        email -> Text,
    }
}

diesel::table! {
    invoice_lines (id) {
        id -> Integer,
        invoice_id -> Integer,
        track_id -> Integer,
        unit_price_cents -> Integer,
        quantity -> Integer,
    }
}

diesel::table! {
    invoices (id) {
        id -> Integer,
        customer_id -> Integer,
        total_cents -> Integer,
    }
}

diesel::table! {
    tracks (id) {
        id -> Integer,
        name -> Text,
        album_id -> Integer,
        price_cents -> Integer,
        stock -> Integer,
        version -> Integer,
    }
}

diesel::joinable!(albums -> artists (artist_id));
diesel::joinable!(invoice_lines -> invoices (invoice_id));
diesel::joinable!(invoice_lines -> tracks (track_id));
diesel::joinable!(invoices -> customers (customer_id));
diesel::joinable!(tracks -> albums (album_id));

diesel::allow_tables_to_appear_in_same_query!(albums, artists, customers, invoice_lines, invoices, tracks,);
