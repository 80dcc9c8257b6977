//! The eleven tables of the shop as Diesel sees them, with the names that PostgreSQL has for them.

diesel::table! {
    #[sql_name = "artist"]
    artists (id) {
        #[sql_name = "artist_id"]
        id -> Integer,
        #[sql_name = "name"]
        name -> Nullable<Text>,
    }
}

diesel::table! {
    #[sql_name = "album"]
    albums (id) {
        #[sql_name = "album_id"]
        id -> Integer,
        #[sql_name = "title"]
        title -> Text,
        #[sql_name = "artist_id"]
        artist_id -> Integer,
    }
}

diesel::table! {
    #[sql_name = "genre"]
    genres (id) {
        #[sql_name = "genre_id"]
        id -> Integer,
        #[sql_name = "name"]
        name -> Nullable<Text>,
    }
}

diesel::table! {
    #[sql_name = "media_type"]
    media_types (id) {
        #[sql_name = "media_type_id"]
        id -> Integer,
        #[sql_name = "name"]
        name -> Nullable<Text>,
    }
}

diesel::table! {
    #[sql_name = "track"]
    tracks (id) {
        #[sql_name = "track_id"]
        id -> Integer,
        #[sql_name = "name"]
        name -> Text,
        #[sql_name = "album_id"]
        album_id -> Nullable<Integer>,
        #[sql_name = "media_type_id"]
        media_type_id -> Integer,
        #[sql_name = "genre_id"]
        genre_id -> Nullable<Integer>,
        #[sql_name = "composer"]
        composer -> Nullable<Text>,
        #[sql_name = "milliseconds"]
        milliseconds -> Integer,
        #[sql_name = "bytes"]
        bytes -> Nullable<Integer>,
        #[sql_name = "unit_price"]
        unit_price -> Numeric,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    #[sql_name = "employee"]
    employees (id) {
        #[sql_name = "employee_id"]
        id -> Integer,
        #[sql_name = "last_name"]
        last_name -> Text,
        #[sql_name = "first_name"]
        first_name -> Text,
        #[sql_name = "title"]
        title -> Nullable<Text>,
        #[sql_name = "reports_to"]
        reports_to -> Nullable<Integer>,
        #[sql_name = "birth_date"]
        birth_date -> Nullable<Timestamp>,
        #[sql_name = "hire_date"]
        hire_date -> Nullable<Timestamp>,
        #[sql_name = "address"]
        address -> Nullable<Text>,
        #[sql_name = "city"]
        city -> Nullable<Text>,
        #[sql_name = "state"]
        state -> Nullable<Text>,
        #[sql_name = "country"]
        country -> Nullable<Text>,
        #[sql_name = "postal_code"]
        postal_code -> Nullable<Text>,
        #[sql_name = "phone"]
        phone -> Nullable<Text>,
        #[sql_name = "fax"]
        fax -> Nullable<Text>,
        #[sql_name = "email"]
        email -> Nullable<Text>,
    }
}

diesel::table! {
    #[sql_name = "customer"]
    customers (id) {
        #[sql_name = "customer_id"]
        id -> Integer,
        #[sql_name = "first_name"]
        first_name -> Text,
        #[sql_name = "last_name"]
        last_name -> Text,
        #[sql_name = "company"]
        company -> Nullable<Text>,
        #[sql_name = "address"]
        address -> Nullable<Text>,
        #[sql_name = "city"]
        city -> Nullable<Text>,
        #[sql_name = "state"]
        state -> Nullable<Text>,
        #[sql_name = "country"]
        country -> Nullable<Text>,
        #[sql_name = "postal_code"]
        postal_code -> Nullable<Text>,
        #[sql_name = "phone"]
        phone -> Nullable<Text>,
        #[sql_name = "fax"]
        fax -> Nullable<Text>,
        #[sql_name = "email"]
        email -> Text,
        #[sql_name = "support_rep_id"]
        support_rep_id -> Nullable<Integer>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    #[sql_name = "invoice"]
    invoices (id) {
        #[sql_name = "invoice_id"]
        id -> Integer,
        #[sql_name = "customer_id"]
        customer_id -> Integer,
        #[sql_name = "invoice_date"]
        date -> Timestamp,
        #[sql_name = "billing_address"]
        billing_address -> Nullable<Text>,
        #[sql_name = "billing_city"]
        billing_city -> Nullable<Text>,
        #[sql_name = "billing_state"]
        billing_state -> Nullable<Text>,
        #[sql_name = "billing_country"]
        billing_country -> Nullable<Text>,
        #[sql_name = "billing_postal_code"]
        billing_postal_code -> Nullable<Text>,
        #[sql_name = "total"]
        total -> Numeric,
    }
}

diesel::table! {
    #[sql_name = "invoice_line"]
    invoice_lines (id) {
        #[sql_name = "invoice_line_id"]
        id -> Integer,
        #[sql_name = "invoice_id"]
        invoice_id -> Integer,
        #[sql_name = "track_id"]
        track_id -> Integer,
        #[sql_name = "unit_price"]
        unit_price -> Numeric,
        #[sql_name = "quantity"]
        quantity -> Integer,
    }
}

diesel::table! {
    #[sql_name = "playlist"]
    playlists (id) {
        #[sql_name = "playlist_id"]
        id -> Integer,
        #[sql_name = "name"]
        name -> Nullable<Text>,
    }
}

diesel::table! {
    #[sql_name = "playlist_track"]
    playlist_tracks (playlist_id, track_id) {
        #[sql_name = "playlist_id"]
        playlist_id -> Integer,
        #[sql_name = "track_id"]
        track_id -> Integer,
    }
}
