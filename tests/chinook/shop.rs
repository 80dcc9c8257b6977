//! What a shop does all day: services that take a unit of work and leave the flush to their caller.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use moored::Result;
use moored::prelude::*;
use moored_sqlite::Sqlite;

use crate::entities::*;
use crate::schema::*;
use crate::values::Cents;

/// Every track of an album costs so much more; tells how many there are.
pub(crate) fn raise_prices(uow: &mut UnitOfWork<'_, Sqlite>, album: Key<Album>, by: Cents) -> Result<usize> {
    let of_album = tracks::table.filter(tracks::album_id.eq(album)).order(tracks::id);
    let found = uow.query::<Track>(of_album).all()?;
    for track in &found {
        uow.edit(track)?.unit_price.0 += by.0;
    }
    Ok(found.len())
}

/// A customer buys one of each of some tracks, at today's price.
pub(crate) fn sell<'s>(
    uow: &mut UnitOfWork<'s, Sqlite>,
    customer: &Handle<'s, Customer, Managed>,
    wanted: &[Handle<'s, Track, Managed>],
    now: NaiveDateTime,
) -> Result<Handle<'s, Invoice, New>> {
    let total = wanted.iter().map(|track| uow[track].unit_price.0).sum();
    let mut draft = NewInvoice::new(customer, now, Cents(total));
    let buyer = &uow[customer];
    draft.billing_address = buyer.address.clone();
    draft.billing_city = buyer.city.clone();
    draft.billing_country = buyer.country.clone();
    let invoice = uow.persist(draft)?;
    for track in wanted {
        let price = uow[track].unit_price;
        uow.persist(NewInvoiceLine::new(&invoice, track, price, 1))?;
    }
    Ok(invoice)
}

/// One line of an invoice is paid back.
pub(crate) fn refund_line(uow: &mut UnitOfWork<'_, Sqlite>, line: Key<InvoiceLine>) -> Result<Cents> {
    let line = uow.find::<InvoiceLine>(line)?.required()?;
    let invoice = uow.find::<Invoice>(uow[&line].invoice_id)?.required()?;
    let amount = Cents(uow[&line].unit_price.0 * i64::from(uow[&line].quantity));
    uow.edit(&invoice)?.total.0 -= amount.0;
    uow.remove(line)?;
    Ok(amount)
}

/// An invoice is paid back as a whole and struck from the books.
pub(crate) fn refund_invoice(uow: &mut UnitOfWork<'_, Sqlite>, invoice: Key<Invoice>) -> Result<Cents> {
    let lines = uow.query::<InvoiceLine>(invoice_lines::table.filter(invoice_lines::invoice_id.eq(invoice)));
    for line in lines.all()? {
        uow.remove(line)?;
    }
    let invoice = uow.find::<Invoice>(invoice)?.required()?;
    let amount = uow[&invoice].total;
    uow.remove(invoice)?;
    Ok(amount)
}

/// A customer gets another support person.
pub(crate) fn assign<'s>(
    uow: &mut UnitOfWork<'s, Sqlite>,
    customer: &Handle<'s, Customer, Managed>,
    to: &Handle<'s, Employee, Managed>,
) -> Result<()> {
    uow.link(customer, Customer::support_rep(), to)
}

/// A playlist holds these tracks from now on, whatever it held before. Written without a thought for what stays on it:
/// telling that apart is the flush's work.
pub(crate) fn rebuild<'s>(
    uow: &mut UnitOfWork<'s, Sqlite>,
    playlist: &Handle<'s, Playlist, Managed>,
    wanted: &[Handle<'s, Track, Managed>],
) -> Result<()> {
    let key = uow.key(playlist);
    for entry in uow
        .query::<PlaylistTrack>(playlist_tracks::table.filter(playlist_tracks::playlist_id.eq(key)))
        .all()?
    {
        uow.remove(entry)?;
    }
    for track in wanted {
        uow.persist(NewPlaylistTrack::new(playlist, track))?;
    }
    Ok(())
}

/// An employee leaves: the reports go to the employee's own manager, the customers to a colleague.
pub(crate) fn leave<'s>(
    uow: &mut UnitOfWork<'s, Sqlite>,
    leaver: Handle<'s, Employee, Managed>,
    colleague: &Handle<'s, Employee, Managed>,
) -> Result<()> {
    let key = uow.key(&leaver);
    let manager = uow[&leaver].reports_to;
    for report in uow.query::<Employee>(employees::table.filter(employees::reports_to.eq(key))).all()? {
        match manager {
            Some(manager) => uow.link(&report, Employee::manager(), manager)?,
            None => uow.unlink(&report, Employee::manager())?,
        }
    }
    for customer in uow.query::<Customer>(customers::table.filter(customers::support_rep_id.eq(key))).all()? {
        uow.link(&customer, Customer::support_rep(), colleague)?;
    }
    uow.remove(leaver)?;
    Ok(())
}
