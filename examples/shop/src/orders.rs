//! Services for what customers buy. They know nothing of HTTP.

use std::collections::HashSet;

use diesel::prelude::*;
use moored::prelude::*;
use moored_sqlite::Sqlite;
use serde::{Deserialize, Serialize};

use crate::entities::{Customer, Invoice, InvoiceLine, NewInvoice, NewInvoiceLine, Track};
use crate::refused::{Problems, Refused};
use crate::schema::invoices;

/// The most lines of an order, and the most of a track.
const MOST: usize = 100;

/// What a customer orders.
#[derive(Deserialize, Clone)]
pub(crate) struct Order {
    pub(crate) lines: Vec<OrderLine>,
}

#[derive(Deserialize, Clone)]
pub(crate) struct OrderLine {
    pub(crate) track: Key<Track>,
    pub(crate) quantity: i32,
    /// What the customer was shown.
    pub(crate) unit_price_cents: i32,
}

#[derive(Serialize)]
pub(crate) struct InvoiceShown {
    pub(crate) id: i32,
    pub(crate) customer: CustomerShown,
    pub(crate) total_cents: i32,
    pub(crate) lines: Vec<LineShown>,
}

#[derive(Serialize)]
pub(crate) struct CustomerShown {
    pub(crate) id: i32,
    pub(crate) name: String,
}

#[derive(Serialize)]
pub(crate) struct LineShown {
    pub(crate) track: Key<Track>,
    pub(crate) name: String,
    pub(crate) quantity: i32,
    pub(crate) unit_price_cents: i32,
}

/// A customer buys: the tracks leave the stock, at the price that the customer saw, or nothing happens.
pub(crate) fn place<'s>(
    uow: &mut UnitOfWork<'s, Sqlite>,
    customer: i32,
    order: &Order,
) -> Result<Handle<'s, Invoice, New>, Refused> {
    let customer = uow.find::<Customer>(customer)?.required()?;
    check(order)?;
    let mut problems = Problems::default();
    let mut bought = Vec::new();
    let mut total = Some(0_i32);
    for (at, line) in order.lines.iter().enumerate() {
        let field = |name| format!("lines[{at}].{name}");
        let Some(track) = uow.find::<Track>(line.track)? else {
            problems.unless(false, field("track"), "is not in the catalogue");
            continue;
        };
        let Track { price_cents, stock, .. } = uow[&track];
        problems.unless(price_cents == line.unit_price_cents, field("unit_price_cents"), "has changed");
        problems.unless(stock >= line.quantity, field("quantity"), "is more than there are");
        total = total.and_then(|total| total.checked_add(price_cents.checked_mul(line.quantity)?));
        bought.push((track, line.quantity));
    }
    problems.unless(total.is_some(), "lines", "cost more than an invoice can say");
    problems.none()?;
    let invoice = uow.persist(NewInvoice::new(&customer, total.unwrap_or_default()))?;
    for (track, quantity) in bought {
        let price = uow[&track].price_cents;
        uow.edit(&track)?.stock -= quantity;
        uow.persist(NewInvoiceLine::new(&invoice, &track, price, quantity))?;
    }
    Ok(invoice)
}

/// What can be known to be wrong without the database.
fn check(order: &Order) -> Result<(), Refused> {
    let mut problems = Problems::default();
    problems.unless(!order.lines.is_empty(), "lines", "are needed");
    problems.unless(order.lines.len() <= MOST, "lines", "are at most 100");
    let mut seen = HashSet::new();
    for (at, line) in order.lines.iter().enumerate().take(MOST) {
        let is_some = usize::try_from(line.quantity).is_ok_and(|quantity| (1..=MOST).contains(&quantity));
        problems.unless(is_some, format!("lines[{at}].quantity"), "is from 1 to 100");
        problems.unless(seen.insert(line.track), format!("lines[{at}].track"), "is ordered twice");
    }
    problems.none()
}

/// An invoice with its customer, its lines and their tracks.
pub(crate) fn invoice<A: ?Sized>(
    uow: &mut UnitOfWork<'_, Sqlite, A>,
    id: i32,
) -> Result<InvoiceShown, Refused> {
    let plan = (Invoice::customer(), Invoice::lines().then(InvoiceLine::track()));
    let row = invoices::table.filter(invoices::id.eq(id));
    let found = uow.query::<Invoice>(row).with(plan).first()?.required()?;
    let customer = uow.related(&found, Invoice::customer())?;
    let mut lines = Vec::new();
    for line in uow.nested(&found, Invoice::lines())? {
        let track = uow.related(&line, InvoiceLine::track())?;
        let InvoiceLine { track_id, quantity, unit_price_cents, .. } = uow[&line];
        lines.push(LineShown { track: track_id, name: uow[&track].name.clone(), quantity, unit_price_cents });
    }
    let Customer { id: customer_id, name, .. } = uow[&customer].clone();
    let customer = CustomerShown { id: customer_id, name };
    Ok(InvoiceShown { id, customer, total_cents: uow[&found].total_cents, lines })
}

/// An invoice is cancelled: its lines go with it, and the tracks come back.
pub(crate) fn cancel(uow: &mut UnitOfWork<'_, Sqlite>, id: i32) -> Result<(), Refused> {
    let row = invoices::table.filter(invoices::id.eq(id));
    let plan = Invoice::lines().then(InvoiceLine::track());
    let found = uow.query::<Invoice>(row).with(plan).first()?.required()?;
    for line in uow.nested(&found, Invoice::lines())? {
        let track = uow.related(&line, InvoiceLine::track())?;
        let quantity = uow[&line].quantity;
        let stock = &mut uow.edit(&track)?.stock;
        *stock = stock.saturating_add(quantity);
    }
    uow.remove(found.into_handle())?;
    Ok(())
}
