//! What a shop does all day: services that take a unit of work and leave the flush to their caller.

use moored::Result;
use moored::prelude::*;

use super::entities::*;
use super::values::Cents;
use chrono::NaiveDateTime;

/// Every track of an album costs so much more; tells how many there are.
pub(crate) fn raise_prices<B: Backend>(
    uow: &mut UnitOfWork<'_, B>,
    album: Key<Album>,
    by: Cents,
) -> Result<usize>
where
    Track: Entity<B>,
{
    let found = uow.select(Track::ALBUM_ID.eq(album).order(Track::ID.asc())).all()?;
    for track in &found {
        uow.edit(track)?.unit_price.0 += by.0;
    }
    Ok(found.len())
}

/// A customer buys one of each of some tracks, at today's price.
pub(crate) fn sell<'s, B: Backend>(
    uow: &mut UnitOfWork<'s, B>,
    customer: &Handle<'s, Customer, Managed>,
    wanted: &[Handle<'s, Track, Managed>],
    now: NaiveDateTime,
) -> Result<Handle<'s, Invoice, New>>
where
    Customer: Entity<B>,
    Invoice: Entity<B>,
    InvoiceLine: Entity<B>,
    Track: Entity<B>,
{
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
pub(crate) fn refund_line<B: Backend>(uow: &mut UnitOfWork<'_, B>, line: Key<InvoiceLine>) -> Result<Cents>
where
    Invoice: Entity<B>,
    InvoiceLine: Entity<B>,
{
    let line = uow.find::<InvoiceLine>(line)?.required()?;
    let invoice = uow.find::<Invoice>(uow[&line].invoice_id)?.required()?;
    let amount = Cents(uow[&line].unit_price.0 * i64::from(uow[&line].quantity));
    uow.edit(&invoice)?.total.0 -= amount.0;
    uow.remove(line)?;
    Ok(amount)
}

/// An invoice is paid back as a whole and struck from the books.
pub(crate) fn refund_invoice<B: Backend>(uow: &mut UnitOfWork<'_, B>, invoice: Key<Invoice>) -> Result<Cents>
where
    Invoice: Entity<B>,
    InvoiceLine: Entity<B>,
{
    for line in uow.select(InvoiceLine::INVOICE_ID.eq(invoice)).all()? {
        uow.remove(line)?;
    }
    let invoice = uow.find::<Invoice>(invoice)?.required()?;
    let amount = uow[&invoice].total;
    uow.remove(invoice)?;
    Ok(amount)
}

/// A customer gets another support person.
pub(crate) fn assign<'s, B: Backend>(
    uow: &mut UnitOfWork<'s, B>,
    customer: &Handle<'s, Customer, Managed>,
    to: &Handle<'s, Employee, Managed>,
) -> Result<()>
where
    Customer: Entity<B>,
    Employee: Entity<B>,
{
    uow.link(customer, Customer::support_rep(), to)
}

/// A playlist holds these tracks from now on, whatever it held before. Written without a thought for what stays on it:
/// telling that apart is the flush's work.
pub(crate) fn rebuild<'s, B: Backend>(
    uow: &mut UnitOfWork<'s, B>,
    playlist: &Handle<'s, Playlist, Managed>,
    wanted: &[Handle<'s, Track, Managed>],
) -> Result<()>
where
    Playlist: Entity<B>,
    PlaylistTrack: Entity<B>,
    Track: Entity<B>,
{
    let key = uow.key(playlist);
    for entry in uow.select(PlaylistTrack::PLAYLIST_ID.eq(key)).all()? {
        uow.remove(entry)?;
    }
    for track in wanted {
        uow.persist(NewPlaylistTrack::new(playlist, track))?;
    }
    Ok(())
}

/// An employee leaves: the reports go to the employee's own manager, the customers to a colleague.
pub(crate) fn leave<'s, B: Backend>(
    uow: &mut UnitOfWork<'s, B>,
    leaver: Handle<'s, Employee, Managed>,
    colleague: &Handle<'s, Employee, Managed>,
) -> Result<()>
where
    Customer: Entity<B>,
    Employee: Entity<B>,
{
    let key = uow.key(&leaver);
    let manager = uow[&leaver].reports_to;
    for report in uow.select(Employee::REPORTS_TO.eq(key)).all()? {
        match manager {
            Some(manager) => uow.link(&report, Employee::manager(), manager)?,
            None => uow.unlink(&report, Employee::manager())?,
        }
    }
    for customer in uow.select(Customer::SUPPORT_REP_ID.eq(key)).all()? {
        uow.link(&customer, Customer::support_rep(), colleague)?;
    }
    uow.remove(leaver)?;
    Ok(())
}
