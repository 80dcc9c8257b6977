//! The drafts of the whole shop while they are loaded, by the keys that their rows have in the data.

use std::collections::HashMap;

use moored::Result;
use moored::entity::{IntoKey, Model};
use moored::prelude::*;
use serde_json::Value;

use super::data::Object;
use super::entities::*;
use super::load::Loaded;
use super::values::Cell;

/// The drafts of one entity by their keys in the data, and when each was persisted.
struct Shelf<'s, E: Model>(HashMap<i64, (usize, Handle<'s, E, New>)>);

impl<'s, E: Model<Key = i32>> Shelf<'s, E>
where
    i32: IntoKey<E>,
{
    fn put(&mut self, place: usize, old: &Value, handle: Handle<'s, E, New>) {
        self.0.insert(old.as_i64().unwrap(), (place, handle));
    }

    /// The row, if it was persisted by now, or a key that no row has.
    fn link(&self, old: &Value) -> Link<'s, E> {
        match self.0.get(&old.as_i64().unwrap()) {
            Some((_, handle)) => handle.into(),
            None => Key::<E>::new(-i32::read(old)).into(),
        }
    }

    /// The row, if it was persisted by now, or nothing, where the relation may be nothing.
    fn maybe(&self, old: &Value) -> Option<Link<'s, E>> {
        self.0.get(&old.as_i64()?).map(|(_, handle)| handle.into())
    }

    /// The row, if it was persisted later than `place`.
    fn late(&self, place: usize, old: &Value) -> Option<&Handle<'s, E, New>> {
        let (persisted, handle) = &self.0[&old.as_i64()?];
        (*persisted > place).then_some(handle)
    }

    fn own(&self, old: &Value) -> &Handle<'s, E, New> {
        &self.0[&old.as_i64().unwrap()].1
    }

    fn collect<B: Backend>(&self, session: &Session<'s, B>, loaded: &mut Loaded) -> Result<()>
    where
        E: Entity<B> + Mirror,
    {
        for (&old, (_, handle)) in &self.0 {
            let handle = session.promote(handle)?;
            loaded.ids.insert((E::TABLE, old), (*session.key(&handle).value()).into());
            loaded.in_memory.insert(E::TABLE, session[&handle].object());
        }
        Ok(())
    }
}

impl<E: Model> Default for Shelf<'_, E> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

/// The drafts of the whole shop.
#[derive(Default)]
pub(crate) struct Shop<'s> {
    artists: Shelf<'s, Artist>,
    albums: Shelf<'s, Album>,
    genres: Shelf<'s, Genre>,
    media_types: Shelf<'s, MediaType>,
    tracks: Shelf<'s, Track>,
    employees: Shelf<'s, Employee>,
    customers: Shelf<'s, Customer>,
    invoices: Shelf<'s, Invoice>,
    invoice_lines: Shelf<'s, InvoiceLine>,
    playlists: Shelf<'s, Playlist>,
    playlist_tracks: HashMap<usize, Handle<'s, PlaylistTrack, New>>,
}

impl<'s> Shop<'s> {
    /// Every draft is written out whole, so that a column cannot be forgotten.
    pub(crate) fn persist<B: Backend>(
        &mut self,
        uow: &mut UnitOfWork<'s, B>,
        place: usize,
        table: &str,
        row: &Object,
    ) -> Result<()>
    where
        Artist: Entity<B>,
        Album: Entity<B>,
        Genre: Entity<B>,
        MediaType: Entity<B>,
        Track: Entity<B>,
        Employee: Entity<B>,
        Customer: Entity<B>,
        Invoice: Entity<B>,
        InvoiceLine: Entity<B>,
        Playlist: Entity<B>,
        PlaylistTrack: Entity<B>,
    {
        match table {
            "Artist" => {
                let draft = NewArtist { name: cell(row, "Name") };
                self.artists.put(place, &row["ArtistId"], uow.persist(draft)?);
            }
            "Genre" => {
                let draft = NewGenre { name: cell(row, "Name") };
                self.genres.put(place, &row["GenreId"], uow.persist(draft)?);
            }
            "MediaType" => {
                let draft = NewMediaType { name: cell(row, "Name") };
                self.media_types.put(place, &row["MediaTypeId"], uow.persist(draft)?);
            }
            "Playlist" => {
                let draft = NewPlaylist { name: cell(row, "Name") };
                self.playlists.put(place, &row["PlaylistId"], uow.persist(draft)?);
            }
            "Album" => {
                let artist = self.artists.link(&row["ArtistId"]);
                let draft = NewAlbum { title: cell(row, "Title"), artist };
                self.albums.put(place, &row["AlbumId"], uow.persist(draft)?);
            }
            "Track" => {
                let draft = NewTrack {
                    name: cell(row, "Name"),
                    album: self.albums.maybe(&row["AlbumId"]),
                    media_type: self.media_types.link(&row["MediaTypeId"]),
                    genre: self.genres.maybe(&row["GenreId"]),
                    composer: cell(row, "Composer"),
                    milliseconds: cell(row, "Milliseconds"),
                    bytes: cell(row, "Bytes"),
                    unit_price: cell(row, "UnitPrice"),
                };
                self.tracks.put(place, &row["TrackId"], uow.persist(draft)?);
            }
            "Employee" => {
                let draft = NewEmployee {
                    last_name: cell(row, "LastName"),
                    first_name: cell(row, "FirstName"),
                    title: cell(row, "Title"),
                    manager: self.employees.maybe(&row["ReportsTo"]),
                    birth_date: cell(row, "BirthDate"),
                    hire_date: cell(row, "HireDate"),
                    address: cell(row, "Address"),
                    city: cell(row, "City"),
                    state: cell(row, "State"),
                    country: cell(row, "Country"),
                    postal_code: cell(row, "PostalCode"),
                    phone: cell(row, "Phone"),
                    fax: cell(row, "Fax"),
                    email: cell(row, "Email"),
                };
                self.employees.put(place, &row["EmployeeId"], uow.persist(draft)?);
            }
            "Customer" => {
                let draft = NewCustomer {
                    first_name: cell(row, "FirstName"),
                    last_name: cell(row, "LastName"),
                    company: cell(row, "Company"),
                    address: cell(row, "Address"),
                    city: cell(row, "City"),
                    state: cell(row, "State"),
                    country: cell(row, "Country"),
                    postal_code: cell(row, "PostalCode"),
                    phone: cell(row, "Phone"),
                    fax: cell(row, "Fax"),
                    email: cell(row, "Email"),
                    support_rep: self.employees.maybe(&row["SupportRepId"]),
                };
                self.customers.put(place, &row["CustomerId"], uow.persist(draft)?);
            }
            "Invoice" => {
                let draft = NewInvoice {
                    customer: self.customers.link(&row["CustomerId"]),
                    date: cell(row, "InvoiceDate"),
                    billing_address: cell(row, "BillingAddress"),
                    billing_city: cell(row, "BillingCity"),
                    billing_state: cell(row, "BillingState"),
                    billing_country: cell(row, "BillingCountry"),
                    billing_postal_code: cell(row, "BillingPostalCode"),
                    total: cell(row, "Total"),
                };
                self.invoices.put(place, &row["InvoiceId"], uow.persist(draft)?);
            }
            "InvoiceLine" => {
                let draft = NewInvoiceLine {
                    invoice: self.invoices.link(&row["InvoiceId"]),
                    track: self.tracks.link(&row["TrackId"]),
                    unit_price: cell(row, "UnitPrice"),
                    quantity: cell(row, "Quantity"),
                };
                self.invoice_lines.put(place, &row["InvoiceLineId"], uow.persist(draft)?);
            }
            "PlaylistTrack" => {
                let (playlist, track) =
                    (self.playlists.link(&row["PlaylistId"]), self.tracks.link(&row["TrackId"]));
                self.playlist_tracks.insert(place, uow.persist(NewPlaylistTrack { playlist, track })?);
            }
            _ => panic!("no table {table}"),
        }
        Ok(())
    }

    /// Links a row to those of its parents that were persisted later.
    pub(crate) fn link_late<B: Backend>(
        &self,
        uow: &mut UnitOfWork<'s, B>,
        place: usize,
        table: &str,
        row: &Object,
    ) -> Result<()>
    where
        Artist: Entity<B>,
        Album: Entity<B>,
        Genre: Entity<B>,
        MediaType: Entity<B>,
        Track: Entity<B>,
        Employee: Entity<B>,
        Customer: Entity<B>,
        Invoice: Entity<B>,
        InvoiceLine: Entity<B>,
        Playlist: Entity<B>,
        PlaylistTrack: Entity<B>,
    {
        macro_rules! link {
            ($from:expr, $entity:ident::$relation:ident, $shelf:ident, $column:literal) => {
                if let Some(parent) = self.$shelf.late(place, &row[$column]) {
                    uow.link($from, $entity::$relation(), parent)?;
                }
            };
        }
        match table {
            "Album" => {
                link!(self.albums.own(&row["AlbumId"]), Album::artist, artists, "ArtistId");
            }
            "Track" => {
                let track = self.tracks.own(&row["TrackId"]);
                link!(track, Track::album, albums, "AlbumId");
                link!(track, Track::media_type, media_types, "MediaTypeId");
                link!(track, Track::genre, genres, "GenreId");
            }
            "Employee" => {
                link!(self.employees.own(&row["EmployeeId"]), Employee::manager, employees, "ReportsTo");
            }
            "Customer" => {
                let customer = self.customers.own(&row["CustomerId"]);
                link!(customer, Customer::support_rep, employees, "SupportRepId");
            }
            "Invoice" => {
                link!(self.invoices.own(&row["InvoiceId"]), Invoice::customer, customers, "CustomerId");
            }
            "InvoiceLine" => {
                let line = self.invoice_lines.own(&row["InvoiceLineId"]);
                link!(line, InvoiceLine::invoice, invoices, "InvoiceId");
                link!(line, InvoiceLine::track, tracks, "TrackId");
            }
            "PlaylistTrack" => {
                let entry = &self.playlist_tracks[&place];
                link!(entry, PlaylistTrack::playlist, playlists, "PlaylistId");
                link!(entry, PlaylistTrack::track, tracks, "TrackId");
            }
            _ => {}
        }
        Ok(())
    }

    /// Notes the new keys and the rows, once they are written.
    pub(crate) fn collect<B: Backend>(&self, session: &Session<'s, B>, loaded: &mut Loaded) -> Result<()>
    where
        Artist: Entity<B>,
        Album: Entity<B>,
        Genre: Entity<B>,
        MediaType: Entity<B>,
        Track: Entity<B>,
        Employee: Entity<B>,
        Customer: Entity<B>,
        Invoice: Entity<B>,
        InvoiceLine: Entity<B>,
        Playlist: Entity<B>,
        PlaylistTrack: Entity<B>,
    {
        self.artists.collect(session, loaded)?;
        self.albums.collect(session, loaded)?;
        self.genres.collect(session, loaded)?;
        self.media_types.collect(session, loaded)?;
        self.tracks.collect(session, loaded)?;
        self.employees.collect(session, loaded)?;
        self.customers.collect(session, loaded)?;
        self.invoices.collect(session, loaded)?;
        self.invoice_lines.collect(session, loaded)?;
        self.playlists.collect(session, loaded)?;
        for handle in self.playlist_tracks.values() {
            let handle = session.promote(handle)?;
            loaded.in_memory.insert(PlaylistTrack::TABLE, session[&handle].object());
        }
        Ok(())
    }
}

fn cell<T: Cell>(row: &Object, column: &str) -> T {
    T::read(&row[column])
}
