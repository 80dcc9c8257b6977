//! The eleven entities of the shop.

use diesel::prelude::*;
use moored::entity::Model;
use moored::prelude::*;

use super::data::Object;
use super::values::{Cell, Cents};
use crate::schema::*;
use chrono::NaiveDateTime;

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = artists)]
#[entity(has_many(albums: Album, by = artist))]
pub(crate) struct Artist {
    #[entity(key, generated)]
    pub(crate) id: i32,
    pub(crate) name: Option<String>,
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
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = genres)]
#[entity(has_many(tracks: Track, by = genre))]
pub(crate) struct Genre {
    #[entity(key, generated)]
    pub(crate) id: i32,
    pub(crate) name: Option<String>,
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = media_types)]
#[entity(has_many(tracks: Track, by = media_type))]
pub(crate) struct MediaType {
    #[entity(key, generated)]
    pub(crate) id: i32,
    pub(crate) name: Option<String>,
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = tracks)]
#[entity(
    has_many(lines: InvoiceLine, by = track),
    many_to_many(playlists: Playlist, through = PlaylistTrack, by = track, to = playlist)
)]
pub(crate) struct Track {
    #[entity(key, generated)]
    pub(crate) id: i32,
    pub(crate) name: String,
    #[entity(belongs_to = Album)]
    pub(crate) album_id: Option<Key<Album>>,
    #[entity(belongs_to = MediaType)]
    pub(crate) media_type_id: Key<MediaType>,
    #[entity(belongs_to = Genre)]
    pub(crate) genre_id: Option<Key<Genre>>,
    pub(crate) composer: Option<String>,
    pub(crate) milliseconds: i32,
    pub(crate) bytes: Option<i32>,
    pub(crate) unit_price: Cents,
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = employees)]
#[entity(has_many(reports: Employee, by = manager), has_many(customers: Customer, by = support_rep))]
pub(crate) struct Employee {
    #[entity(key, generated)]
    pub(crate) id: i32,
    pub(crate) last_name: String,
    pub(crate) first_name: String,
    pub(crate) title: Option<String>,
    #[entity(belongs_to = Employee, name = manager)]
    pub(crate) reports_to: Option<Key<Employee>>,
    pub(crate) birth_date: Option<NaiveDateTime>,
    pub(crate) hire_date: Option<NaiveDateTime>,
    pub(crate) address: Option<String>,
    pub(crate) city: Option<String>,
    pub(crate) state: Option<String>,
    pub(crate) country: Option<String>,
    pub(crate) postal_code: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) fax: Option<String>,
    pub(crate) email: Option<String>,
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = customers)]
#[entity(has_many(invoices: Invoice, by = customer))]
pub(crate) struct Customer {
    #[entity(key, generated)]
    pub(crate) id: i32,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) company: Option<String>,
    pub(crate) address: Option<String>,
    pub(crate) city: Option<String>,
    pub(crate) state: Option<String>,
    pub(crate) country: Option<String>,
    pub(crate) postal_code: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) fax: Option<String>,
    pub(crate) email: String,
    #[entity(belongs_to = Employee)]
    pub(crate) support_rep_id: Option<Key<Employee>>,
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = invoices)]
#[entity(has_many(lines: InvoiceLine, by = invoice))]
pub(crate) struct Invoice {
    #[entity(key, generated)]
    pub(crate) id: i32,
    #[entity(belongs_to = Customer)]
    pub(crate) customer_id: Key<Customer>,
    pub(crate) date: NaiveDateTime,
    pub(crate) billing_address: Option<String>,
    pub(crate) billing_city: Option<String>,
    pub(crate) billing_state: Option<String>,
    pub(crate) billing_country: Option<String>,
    pub(crate) billing_postal_code: Option<String>,
    pub(crate) total: Cents,
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
    pub(crate) unit_price: Cents,
    pub(crate) quantity: i32,
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = playlists)]
#[entity(many_to_many(tracks: Track, through = PlaylistTrack, by = playlist, to = track))]
pub(crate) struct Playlist {
    #[entity(key, generated)]
    pub(crate) id: i32,
    pub(crate) name: Option<String>,
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = playlist_tracks)]
pub(crate) struct PlaylistTrack {
    #[entity(key, belongs_to = Playlist)]
    pub(crate) playlist_id: Key<Playlist>,
    #[entity(key, belongs_to = Track)]
    pub(crate) track_id: Key<Track>,
}

/// An entity that can be compared with the data, whatever its type.
pub(crate) trait Mirror: Model {
    /// The table's name in the data.
    const TABLE: &'static str;

    /// Every value of the row by the name of its column.
    fn object(&self) -> Object;
}

/// Written out by hand, so that a column that the library mixed up is not mixed up here as well.
macro_rules! mirror {
    ($($entity:ident { $($column:ident: $field:ident,)* })*) => {$(
        impl Mirror for $entity {
            const TABLE: &'static str = stringify!($entity);

            fn object(&self) -> Object {
                let Self { $($field),* } = self;
                let mut object = Object::new();
                $(object.insert(stringify!($column).into(), $field.write());)*
                object
            }
        }
    )*};
}

mirror! {
    Artist { ArtistId: id, Name: name, }
    Album { AlbumId: id, Title: title, ArtistId: artist_id, }
    Genre { GenreId: id, Name: name, }
    MediaType { MediaTypeId: id, Name: name, }
    Track {
        TrackId: id, Name: name, AlbumId: album_id, MediaTypeId: media_type_id, GenreId: genre_id,
        Composer: composer, Milliseconds: milliseconds, Bytes: bytes, UnitPrice: unit_price,
    }
    Employee {
        EmployeeId: id, LastName: last_name, FirstName: first_name, Title: title, ReportsTo: reports_to,
        BirthDate: birth_date, HireDate: hire_date, Address: address, City: city, State: state,
        Country: country, PostalCode: postal_code, Phone: phone, Fax: fax, Email: email,
    }
    Customer {
        CustomerId: id, FirstName: first_name, LastName: last_name, Company: company, Address: address,
        City: city, State: state, Country: country, PostalCode: postal_code, Phone: phone, Fax: fax,
        Email: email, SupportRepId: support_rep_id,
    }
    Invoice {
        InvoiceId: id, CustomerId: customer_id, InvoiceDate: date, BillingAddress: billing_address,
        BillingCity: billing_city, BillingState: billing_state, BillingCountry: billing_country,
        BillingPostalCode: billing_postal_code, Total: total,
    }
    InvoiceLine {
        InvoiceLineId: id, InvoiceId: invoice_id, TrackId: track_id, UnitPrice: unit_price,
        Quantity: quantity,
    }
    Playlist { PlaylistId: id, Name: name, }
    PlaylistTrack { PlaylistId: playlist_id, TrackId: track_id, }
}
