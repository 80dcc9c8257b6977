//! What is tested on every database.

use std::io::Write;
use std::time::Instant;

use moored::prelude::*;
use moored_server_tests::Place;

use super::compare::{assert_same, stored};
use super::data::{self, Data};
use super::day::Day;
use super::entities::*;
use super::generated;
use super::load::{Order, load, translated};
use super::sql::{Words, is_question, normalised};
use super::walk::walk;

macro_rules! tests {
    ($($(#[$about:meta])* $test:ident($place:ident) $body:block)+) => {$(
        $(#[$about])*
        pub(crate) fn $test<B: Backend>($place: Place<B>)
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
        $body
    )+};
}

tests! {
    children_first(place) {
        loaded(&place, &data::at_hand(place.flavour()), Order::ChildrenFirst).run();
    }

    shuffled(place) {
        loaded(&place, &data::at_hand(place.flavour()), Order::Shuffled);
    }

    walked(place) {
        let shop = loaded(&place, &data::at_hand(place.flavour()), Order::ChildrenFirst);
        walk(&shop.orm, &shop.log);
    }

    /// What a clone without the sample runs is run here too, so that it cannot rot.
    generated(place) {
        loaded(&place, &generated::data(place.flavour()), Order::ChildrenFirst).run();
    }

    /// What others wrote is read as it is: the sample's own script against the sample's data. So what `stored` finds after a
    /// load is what is there, and not what one mistake wrote and its twin reads back.
    scripted(place) {
        let data = data::at_hand(place.flavour());
        let Some(script) = &data.script else { return };
        let (orm, _) = place.open(script);
        let expected = data.tables.as_scripted(place.flavour());
        assert_same(&stored(&orm), &expected, "the database that the script makes");
    }
}

/// The shop, loaded with one flush and compared value by value.
fn loaded<B: Backend>(place: &Place<B>, data: &Data, order: Order) -> Day<B>
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
    let (orm, log) = place.open(&data.schema);
    let words = Words(place.flavour());
    let start = Instant::now();
    let loaded = load(&orm, &log, &data.tables, order).unwrap();
    let took = start.elapsed();
    let questions = loaded.statements.iter().filter(|statement| is_question(statement)).count();
    let sent = loaded.statements.len() - questions;
    // Past the runner, which keeps what a passing test prints to itself; the statements one by one with --nocapture.
    let (rows, flavour) = (data.tables.len(), place.flavour());
    let _ =
        writeln!(std::io::stderr(), "{flavour:?}, {order:?}: {rows} rows in {sent} statements, {took:.2?}");
    for statement in normalised(loaded.statements) {
        println!("  {statement}");
    }
    assert_eq!((sent, questions), (words.load(), words.questions()), "statements of the load");

    assert!(loaded.ids.iter().any(|((_, old), new)| old != new), "the keys are new ones");
    let expected = translated(&data.tables, &loaded.ids);
    let found = stored(&orm);
    assert_same(&found, &expected, "the database after the load");
    assert_same(&loaded.in_memory, &expected, "memory after the load");
    Day { orm, log, words, expected }
}
