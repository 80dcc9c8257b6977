//! The tables of the shop: a part of the Chinook sample's, with a stock of every track.

use diesel::prelude::*;
use moored::prelude::*;

use crate::schema::{albums, artists, customers, invoice_lines, invoices, tracks};

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = artists)]
#[entity(has_many(albums: Album, by = artist))]
pub(crate) struct Artist {
    #[entity(key, generated)]
    pub(crate) id: i32,
    pub(crate) name: String,
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = albums)]
#[entity(has_many(tracks: Track, by = album))]
pub(crate) struct Album {
    #[entity(key, generated)]
    pub(crate) id: i32,
    pub(crate) title: String,
    #[entity(belongs_to = Artist)]
    pub(crate) artist_id: Key<Artist>,
    #[entity(version)]
    pub(crate) version: i32,
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = tracks)]
pub(crate) struct Track {
    #[entity(key, generated)]
    pub(crate) id: i32,
    pub(crate) name: String,
    #[entity(belongs_to = Album)]
    pub(crate) album_id: Key<Album>,
    pub(crate) price_cents: i32,
    pub(crate) stock: i32,
    #[entity(version)]
    pub(crate) version: i32,
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = customers)]
pub(crate) struct Customer {
    #[entity(key, generated)]
    pub(crate) id: i32,
    pub(crate) name: String,
    #[entity(unique)]
    pub(crate) email: String,
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = invoices)]
#[entity(has_many(lines: InvoiceLine, by = invoice, on_remove = cascade))]
pub(crate) struct Invoice {
    #[entity(key, generated)]
    pub(crate) id: i32,
    #[entity(belongs_to = Customer)]
    pub(crate) customer_id: Key<Customer>,
    pub(crate) total_cents: i32,
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = invoice_lines)]
pub(crate) struct InvoiceLine {
    #[entity(key, generated)]
    pub(crate) id: i32,
    #[entity(belongs_to = Invoice)]
    pub(crate) invoice_id: Key<Invoice>,
    #[entity(belongs_to = Track)]
    pub(crate) track_id: Key<Track>,
    pub(crate) unit_price_cents: i32,
    pub(crate) quantity: i32,
}
