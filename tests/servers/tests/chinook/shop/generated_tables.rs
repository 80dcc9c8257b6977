//! The tables for generated rows, in each database's words: those of the sample, so that one set of entities fits both.

use moored_server_tests::Flavour;

/// The SQL that makes the tables.
pub(crate) fn schema(flavour: Flavour) -> String {
    let (key, moment) = match flavour {
        Flavour::Sqlite => ("INTEGER PRIMARY KEY", "TEXT"),
        Flavour::Postgres => ("INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY", "TIMESTAMP"),
        _ => ("INTEGER AUTO_INCREMENT PRIMARY KEY", "DATETIME"),
    };
    let sql = SCHEMA.replace("{key}", key).replace("{moment}", moment);
    match flavour {
        Flavour::Sqlite => sql,
        Flavour::Postgres => in_small_letters(&sql),
        _ => sql.replace('"', "`"),
    }
}

/// `AlbumId` as PostgreSQL's schema of the sample has it: `album_id`.
pub(crate) fn in_small_letters(sql: &str) -> String {
    let mut small = String::with_capacity(sql.len());
    for word in sql.split_inclusive(|c: char| !c.is_ascii_alphabetic()) {
        // The keywords are in capitals throughout.
        let is_name = word.contains(|c: char| c.is_ascii_lowercase());
        for (place, letter) in word.char_indices() {
            if is_name && place > 0 && letter.is_ascii_uppercase() {
                small.push('_');
            }
            small.push(if is_name { letter.to_ascii_lowercase() } else { letter });
        }
    }
    small
}

const SCHEMA: &str = r#"
CREATE TABLE "Artist" ("ArtistId" {key}, "Name" TEXT);
CREATE TABLE "Genre" ("GenreId" {key}, "Name" TEXT);
CREATE TABLE "MediaType" ("MediaTypeId" {key}, "Name" TEXT);
CREATE TABLE "Playlist" ("PlaylistId" {key}, "Name" TEXT);
CREATE TABLE "Album" (
    "AlbumId" {key}, "Title" TEXT NOT NULL, "ArtistId" INTEGER NOT NULL REFERENCES "Artist" ("ArtistId")
);
CREATE TABLE "Track" (
    "TrackId" {key}, "Name" TEXT NOT NULL, "AlbumId" INTEGER REFERENCES "Album" ("AlbumId"),
    "MediaTypeId" INTEGER NOT NULL REFERENCES "MediaType" ("MediaTypeId"), "GenreId" INTEGER REFERENCES "Genre" ("GenreId"),
    "Composer" TEXT, "Milliseconds" INTEGER NOT NULL, "Bytes" INTEGER, "UnitPrice" NUMERIC(10,2) NOT NULL
);
CREATE TABLE "Employee" (
    "EmployeeId" {key}, "LastName" TEXT NOT NULL, "FirstName" TEXT NOT NULL, "Title" TEXT,
    "ReportsTo" INTEGER REFERENCES "Employee" ("EmployeeId"), "BirthDate" {moment}, "HireDate" {moment}, "Address" TEXT, "City" TEXT,
    "State" TEXT, "Country" TEXT, "PostalCode" TEXT, "Phone" TEXT, "Fax" TEXT, "Email" TEXT
);
CREATE TABLE "Customer" (
    "CustomerId" {key}, "FirstName" TEXT NOT NULL, "LastName" TEXT NOT NULL, "Company" TEXT,
    "Address" TEXT, "City" TEXT, "State" TEXT, "Country" TEXT, "PostalCode" TEXT, "Phone" TEXT, "Fax" TEXT,
    "Email" TEXT NOT NULL, "SupportRepId" INTEGER REFERENCES "Employee" ("EmployeeId")
);
CREATE TABLE "Invoice" (
    "InvoiceId" {key}, "CustomerId" INTEGER NOT NULL REFERENCES "Customer" ("CustomerId"),
    "InvoiceDate" {moment} NOT NULL, "BillingAddress" TEXT, "BillingCity" TEXT, "BillingState" TEXT,
    "BillingCountry" TEXT, "BillingPostalCode" TEXT, "Total" NUMERIC(10,2) NOT NULL
);
CREATE TABLE "InvoiceLine" (
    "InvoiceLineId" {key}, "InvoiceId" INTEGER NOT NULL REFERENCES "Invoice" ("InvoiceId"),
    "TrackId" INTEGER NOT NULL REFERENCES "Track" ("TrackId"), "UnitPrice" NUMERIC(10,2) NOT NULL, "Quantity" INTEGER NOT NULL
);
CREATE TABLE "PlaylistTrack" (
    "PlaylistId" INTEGER NOT NULL REFERENCES "Playlist" ("PlaylistId"), "TrackId" INTEGER NOT NULL REFERENCES "Track" ("TrackId"),
    PRIMARY KEY ("PlaylistId", "TrackId")
);
CREATE INDEX "TrackOnList" ON "PlaylistTrack" ("TrackId");
CREATE INDEX "LineOfInvoice" ON "InvoiceLine" ("InvoiceId");
CREATE INDEX "LineOfTrack" ON "InvoiceLine" ("TrackId");
"#;
