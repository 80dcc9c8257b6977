//! A day of the shop: each service in a session of its own, its SQL, and the whole database after it.

use moored::prelude::*;
use moored::{Result, StatementLog};
use serde_json::Value;

use super::compare::{assert_same, stored};
use super::data::{Object, Tables};
use super::entities::*;
use super::services as shop;
use super::sql::*;
use super::values::{Cell, Cents};

/// A shop that was loaded, and what its database must hold.
pub(crate) struct Day<B: Backend> {
    pub(crate) orm: Orm<B>,
    pub(crate) log: StatementLog,
    pub(crate) words: Words,
    pub(crate) expected: Tables,
}

impl<B: Backend> Day<B>
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
    pub(crate) fn run(mut self) {
        self.prices_change();
        self.a_customer_buys();
        self.a_line_is_refunded();
        self.an_invoice_is_refunded();
        self.a_customer_is_moved();
        self.a_playlist_is_rebuilt();
        self.an_employee_leaves();
    }

    /// Runs one session and gives what it sent.
    fn session<R>(&self, work: impl for<'s> FnOnce(&mut Session<'s, B>) -> Result<R>) -> (R, Vec<String>) {
        self.log.take();
        let result = self.orm.session(work).unwrap();
        (result, normalised(self.log.take()))
    }

    /// The database as a fresh session reads it is what it must be: what was to change did, and nothing else.
    fn check(&self, what: &str) {
        assert_same(&stored(&self.orm), &self.expected, what);
    }

    fn prices_change(&mut self) {
        let tracks_of = |album: i32| self.keys("Track", |row| row["AlbumId"] == album);
        let album =
            self.keys("Album", |_| true).into_iter().find(|&album| tracks_of(album).len() >= 3).unwrap();
        let tracks = tracks_of(album);
        let (count, sent) = self.session(|session| {
            let count = shop::raise_prices(session, Key::new(album), Cents(30))?;
            session.flush()?;
            // A service that queries sees what the one before it changed: the table is pending, so it is flushed first.
            shop::raise_prices(session, Key::new(album), Cents(5))?;
            shop::raise_prices(session, Key::new(album), Cents(-5))?;
            session.flush()?;
            Ok(count)
        });
        assert_eq!(count, tracks.len());
        let words = self.words;
        let select = words.select(&TRACK, "AlbumId = ? ORDER BY TrackId ASC");
        let update = [words.begin(), words.update(&TRACK, "UnitPrice", count), words.commit()].concat();
        let expected = words.expected([&select, &update, &select, &update, &select, &update].map(Vec::clone));
        assert_eq!(sent, expected);
        for track in tracks {
            let price = Cents::read(&self.expected.row("Track", track)["UnitPrice"]);
            self.expected.set("Track", track, "UnitPrice", &Cents(price.0 + 30));
        }
        self.check("prices change");
    }

    fn a_customer_buys(&mut self) {
        let customer = self.keys("Customer", |_| true)[7];
        let wanted = self.keys("Track", |_| true)[20..23].to_vec();
        let now = chrono::NaiveDate::from_ymd_opt(2026, 2, 28).unwrap().and_hms_opt(23, 59, 58).unwrap();
        let ((invoice, lines), sent) = self.session(|session| {
            let buyer = session.find::<Customer>(customer)?.required()?;
            let tracks = session.find_many::<Track, _>(&wanted)?.required()?;
            let invoice = shop::sell(session, &buyer, &tracks, now)?;
            session.flush()?;
            let invoice = session.promote(&invoice)?;
            let object = session[&invoice].object();
            let lines = InvoiceLine::INVOICE_ID.eq(session.key(&invoice)).order(InvoiceLine::ID.asc());
            let lines = session.select(lines).all()?;
            let lines: Vec<Object> = lines.iter().map(|line| session[line].object()).collect();
            Ok((object, lines))
        });
        let words = self.words;
        let expected = words.expected([
            words.find(&CUSTOMER),
            words.find_many(&TRACK, 3),
            words.begin(),
            words.insert(&INVOICE, 1),
            words.insert(&INVOICE_LINE, 3),
            words.commit(),
            words.select(&INVOICE_LINE, "InvoiceId = ? ORDER BY InvoiceLineId ASC"),
        ]);
        assert_eq!(sent, expected);
        assert_eq!(lines.len(), wanted.len());
        let mut total = 0;
        for (line, track) in lines.iter().zip(&wanted) {
            let price = &self.expected.row("Track", *track)["UnitPrice"];
            assert_eq!(line["TrackId"], *track);
            assert_eq!(line["InvoiceId"], invoice["InvoiceId"]);
            assert_eq!(line["UnitPrice"], *price);
            total += Cents::read(price).0;
        }
        let buyer = self.expected.row("Customer", customer);
        assert_eq!(invoice["Total"], total);
        assert_eq!(invoice["InvoiceDate"], "2026-02-28T23:59:58");
        assert_eq!(invoice["BillingCity"], buyer["City"]);
        self.expected.insert("Invoice", invoice);
        for line in lines {
            self.expected.insert("InvoiceLine", line);
        }
        self.check("a customer buys");
    }

    fn a_line_is_refunded(&mut self) {
        let (invoice, lines) = self.an_invoice_of_several_lines();
        let line = lines[1];
        let (amount, sent) = self.session(|session| {
            let amount = shop::refund_line(session, Key::new(line))?;
            session.flush()?;
            Ok(amount)
        });
        let words = self.words;
        let expected = words.expected([
            words.find(&INVOICE_LINE),
            words.find(&INVOICE),
            words.begin(),
            words.update(&INVOICE, "Total", 1),
            words.delete(&INVOICE_LINE, 1),
            words.commit(),
        ]);
        assert_eq!(sent, expected);
        let total = Cents::read(&self.expected.row("Invoice", invoice)["Total"]);
        self.expected.set("Invoice", invoice, "Total", &Cents(total.0 - amount.0));
        self.expected.remove("InvoiceLine", &[line.into()]);
        self.check("a line is refunded");
    }

    fn an_invoice_is_refunded(&mut self) {
        let (invoice, lines) = self.an_invoice_of_several_lines();
        let (amount, sent) = self.session(|session| {
            let amount = shop::refund_invoice(session, Key::new(invoice))?;
            session.flush()?;
            Ok(amount)
        });
        let words = self.words;
        let expected = words.expected([
            words.select(&INVOICE_LINE, "InvoiceId = ?"),
            words.find(&INVOICE),
            words.begin(),
            words.delete(&INVOICE_LINE, lines.len()),
            words.delete(&INVOICE, 1),
            words.commit(),
        ]);
        assert_eq!(sent, expected);
        assert_eq!(amount.write(), self.expected.row("Invoice", invoice)["Total"]);
        for line in lines {
            self.expected.remove("InvoiceLine", &[line.into()]);
        }
        self.expected.remove("Invoice", &[invoice.into()]);
        self.check("an invoice is refunded");
    }

    fn a_customer_is_moved(&mut self) {
        let leader = self.a_leader();
        let customer = self.keys("Customer", |row| row["SupportRepId"] != leader)[0];
        let ((), sent) = self.session(|session| {
            let customer = session.find::<Customer>(customer)?.required()?;
            let leader = session.find::<Employee>(leader)?.required()?;
            shop::assign(session, &customer, &leader)?;
            session.flush()?;
            assert_eq!(session[&customer].support_rep_id, Some(session.key(&leader)));
            // Once more is no change, and no SQL.
            shop::assign(session, &customer, &leader)?;
            session.flush()
        });
        let words = self.words;
        let update = words.update(&CUSTOMER, "SupportRepId", 1);
        assert_eq!(sent, words.expected([words.find(&CUSTOMER), words.find(&EMPLOYEE), update]));
        self.expected.set("Customer", customer, "SupportRepId", &leader);
        self.check("a customer is moved");
    }

    fn a_playlist_is_rebuilt(&mut self) {
        let entries_of = |list: i32| -> Vec<i32> {
            let entries = self.expected.of("PlaylistTrack").filter(|(id, _)| id[0] == i64::from(list));
            entries.map(|(_, row)| i32::read(&row["TrackId"])).collect()
        };
        let lists = self.keys("Playlist", |_| true).into_iter().filter(|&list| entries_of(list).len() >= 4);
        let list = lists.min_by_key(|&list| entries_of(list).len()).unwrap();
        let before = entries_of(list);
        // Every other track stays, three are new.
        let mut after: Vec<i32> = before.iter().copied().step_by(2).collect();
        let mut others = self.keys("Track", |row| !before.iter().any(|&track| row["TrackId"] == track));
        others.truncate(3);
        after.append(&mut others);
        let ((), sent) = self.session(|session| {
            let list = session.find::<Playlist>(list)?.required()?;
            let tracks = session.find_many::<Track, _>(&after)?.required()?;
            shop::rebuild(session, &list, &tracks)?;
            session.flush()
        });
        let words = self.words;
        let expected = words.expected([
            words.find(&PLAYLIST),
            words.find_many(&TRACK, after.len()),
            words.select(&PLAYLIST_TRACK, "PlaylistId = ?"),
            words.begin(),
            words.delete(&PLAYLIST_TRACK, before.len()),
            words.insert(&PLAYLIST_TRACK, after.len()),
            words.commit(),
        ]);
        assert_eq!(sent, expected);
        for track in before {
            self.expected.remove("PlaylistTrack", &[list.into(), track.into()]);
        }
        for track in after {
            let row = [("PlaylistId".into(), list.into()), ("TrackId".into(), track.into())];
            self.expected.insert("PlaylistTrack", row.into_iter().collect());
        }
        self.check("a playlist is rebuilt");
    }

    fn an_employee_leaves(&mut self) {
        let leaver = self.a_leader();
        let manager = self.expected.row("Employee", leaver)["ReportsTo"].clone();
        let reports = self.keys("Employee", |row| row["ReportsTo"] == leaver);
        let customers = self.keys("Customer", |row| row["SupportRepId"] == leaver);
        let colleague = reports[0];
        assert!(!customers.is_empty());
        let ((), sent) = self.session(|session| {
            let (leaver, colleague) = (
                session.find::<Employee>(leaver)?.required()?,
                session.find::<Employee>(colleague)?.required()?,
            );
            shop::leave(session, leaver, &colleague)?;
            session.flush()
        });
        let words = self.words;
        let expected = words.expected([
            words.find(&EMPLOYEE),
            words.find(&EMPLOYEE),
            words.select(&EMPLOYEE, "ReportsTo = ?"),
            words.select(&CUSTOMER, "SupportRepId = ?"),
            words.begin(),
            words.update(&CUSTOMER, "SupportRepId", customers.len()),
            words.update(&EMPLOYEE, "ReportsTo", reports.len()),
            words.delete(&EMPLOYEE, 1),
            words.commit(),
        ]);
        assert_eq!(sent, expected);
        for report in reports {
            self.expected.set("Employee", report, "ReportsTo", &i32::read(&manager));
        }
        for customer in customers {
            self.expected.set("Customer", customer, "SupportRepId", &colleague);
        }
        self.expected.remove("Employee", &[leaver.into()]);
        self.check("an employee leaves");
    }

    // -- whom it happens to --------------------------------------------------------------------------------------

    /// The keys of the rows of a table that `test` holds for.
    fn keys(&self, table: &str, test: impl Fn(&Object) -> bool) -> Vec<i32> {
        let rows = self.expected.of(table).filter(|(_, row)| test(row));
        rows.map(|(id, _)| i32::try_from(id[0]).unwrap()).collect()
    }

    fn an_invoice_of_several_lines(&self) -> (i32, Vec<i32>) {
        let invoices = self.keys("Invoice", |_| true).into_iter();
        let mut with_lines =
            invoices.map(|invoice| (invoice, self.keys("InvoiceLine", |row| row["InvoiceId"] == invoice)));
        with_lines.find(|(_, lines)| lines.len() >= 3).unwrap()
    }

    /// Somebody who reports to one and is reported to by several.
    fn a_leader(&self) -> i32 {
        let with_manager = self.keys("Employee", |row| row["ReportsTo"] != Value::Null);
        let mut leaders = with_manager.into_iter();
        leaders.find(|&leader| self.keys("Employee", |row| row["ReportsTo"] == leader).len() >= 2).unwrap()
    }
}
