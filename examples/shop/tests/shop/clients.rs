//! Many clients at once.

use std::collections::BTreeMap;
use std::thread;

use music_shop::Patience;
use serde_json::{Value, json};

use crate::site::{Client, Database, Site, price};

pub(crate) const CLIENTS: i64 = 64;
const TRACKS: [i32; 6] = [1, 2, 3, 4, 5, 23];

/// What one client did.
#[derive(Debug, Default)]
pub(crate) struct Did {
    /// The lines of every invoice that it has.
    invoices: BTreeMap<i64, Vec<(i32, i32)>>,
    saved: usize,
    pub(crate) requests: usize,
    statuses: BTreeMap<u16, usize>,
}

/// A customer for each client, and enough of every track.
pub(crate) fn invite(database: &Database) {
    let customers: Vec<_> =
        (101..=100 + CLIENTS).map(|id| format!("({id}, 'Client {id}', '{id}@example.org')")).collect();
    database.execute(&format!(
        "INSERT INTO customers (id, name, email) VALUES {}; UPDATE tracks SET stock = 1000000",
        customers.join(", ")
    ));
}

/// Every client does so many rounds, all of them at once.
pub(crate) fn all_at_once(shop: &Client, rounds: usize) -> Vec<Did> {
    let clients: Vec<_> = (0..CLIENTS)
        .map(|number| {
            let shop = shop.another();
            thread::spawn(move || visit(&shop, number, rounds))
        })
        .collect();
    clients.into_iter().map(|client| client.join().unwrap()).collect()
}

/// Orders, looks at what came of it, and cancels or renames something now and then. Whatever is said to be unavailable is asked
/// for again.
fn visit(shop: &Client, number: i64, rounds: usize) -> Did {
    let (mut did, customer) = (Did::default(), 101 + number);
    for round in 0..rounds {
        let lines: Vec<(i32, i32)> = TRACKS
            .iter()
            .enumerate()
            .filter(|(at, _)| (number as usize + round + at).is_multiple_of(3))
            .map(|(at, &track)| (track, 1 + ((number as usize + round * at) % 4) as i32))
            .collect();
        let placed = did.until_available(|| shop.order(customer, &lines));
        assert_eq!(placed.0, 201, "{placed:?}");
        let id = placed.1["id"].as_i64().unwrap();
        assert!(did.invoices.insert(id, lines.clone()).is_none(), "invoice {id} was given out twice");
        for answered in [placed.1, did.until_available(|| shop.get(&format!("/invoices/{id}"))).1] {
            assert_eq!(answered["customer"], json!({ "id": customer, "name": format!("Client {customer}") }));
            let total: i32 = lines.iter().map(|(track, quantity)| price(*track) * quantity).sum();
            assert_eq!((lines_of(&answered), &answered["total_cents"]), (lines.clone(), &json!(total)));
        }
        match round % 4 {
            1 => {
                let (first, _) = did.invoices.pop_first().unwrap();
                assert_eq!(did.until_available(|| shop.delete(&format!("/invoices/{first}"))).0, 204);
                assert_eq!(did.until_available(|| shop.get(&format!("/invoices/{first}"))).0, 404);
            }
            2 => did.saved += usize::from(rename(&mut did, shop, &format!("By {number} in {round}"))),
            _ => assert_eq!(did.until_available(|| shop.get("/artists/2")).0, 200),
        }
    }
    did
}

/// Whether the album that all of them rename was saved by this one.
fn rename(did: &mut Did, shop: &Client, title: &str) -> bool {
    let mut tag = None;
    did.until_available(|| {
        let album = shop.get("/albums/4");
        tag.clone_from(&album.tag);
        album
    });
    // Not sent again: it may have been done, of which the tag would say the rest.
    let saved = shop.put("/albums/4", tag.as_deref(), &json!({ "title": title }));
    did.requests += 1;
    *did.statuses.entry(saved.status).or_default() += 1;
    assert!([200, 409, 503].contains(&saved.status), "{saved:?}");
    assert!(saved.status != 200 || saved.json()["title"] == title);
    saved.status == 200
}

impl Did {
    fn until_available(&mut self, ask: impl FnMut() -> crate::site::Answer) -> (u16, Value) {
        let mut ask = ask;
        loop {
            let answer = ask();
            self.requests += 1;
            *self.statuses.entry(answer.status).or_default() += 1;
            if answer.status != 503 {
                return (answer.status, serde_json::from_str(&answer.body).unwrap_or_default());
            }
            assert!(answer.retry_after);
        }
    }
}

fn lines_of(invoice: &Value) -> Vec<(i32, i32)> {
    let number = |value: &Value| i32::try_from(value.as_i64().unwrap()).unwrap();
    let lines = invoice["lines"].as_array().unwrap();
    lines.iter().map(|line| (number(&line["track"]), number(&line["quantity"]))).collect()
}

/// The database has what the clients were told, and nothing else.
pub(crate) fn agrees(database: &Database, all: &[Did]) {
    let mut statuses = BTreeMap::<u16, usize>::new();
    let (mut total, mut sold, mut invoices, mut lines) = (0, 0, 0, 0);
    for (did, customer) in all.iter().zip(101..) {
        for (status, count) in &did.statuses {
            *statuses.entry(*status).or_default() += count;
        }
        for (invoice, its) in &did.invoices {
            let of = format!(
                "FROM invoice_lines JOIN invoices ON invoices.id = invoice_id WHERE invoice_id = {invoice}"
            );
            let mine = database.number(&format!("SELECT count(*) {of} AND customer_id = {customer}"));
            assert_eq!(mine, its.len() as i64, "invoice {invoice} of {customer}");
            lines += its.len() as i64;
            sold += its.iter().map(|(_, quantity)| i64::from(*quantity)).sum::<i64>();
            total += its.iter().map(|(track, quantity)| i64::from(price(*track) * quantity)).sum::<i64>();
        }
        invoices += did.invoices.len() as i64;
    }
    println!("{statuses:?}");
    assert_eq!(database.number("SELECT count(*) FROM invoices"), invoices);
    assert_eq!(database.number("SELECT count(*) FROM invoice_lines"), lines);
    assert_eq!(database.number("SELECT sum(total_cents) FROM invoices"), total);
    assert_eq!(database.number("SELECT sum(quantity * unit_price_cents) FROM invoice_lines"), total);
    assert_eq!(database.number("SELECT sum(1000000 - stock) FROM tracks"), sold);
    let saved: usize = all.iter().map(|did| did.saved).sum();
    assert_eq!(database.number("SELECT version - 1 FROM albums WHERE id = 4"), saved as i64);
}

#[test]
fn sixty_four_clients_get_what_they_ordered_and_nothing_of_others() {
    let site = Site::with("clients", Patience::default());
    invite(&site.database);
    let all = all_at_once(&site.client, 16);
    agrees(&site.database, &all);
}
