//! The network cuts the connection at each thing that the client says: before the server hears it, and before the client hears
//! the answer.

use std::sync::{Arc, Mutex};

use diesel::connection::{Connection, InstrumentationEvent, TransactionManager};
use moored::prelude::*;
use moored_conformance::{Cut, Proxy};
use moored_server_tests::{Flavour, Place};

use crate::job::Job;
use crate::library::{Author, Book};
use crate::line::{Interruption, Line};

const BOTH: [Cut; 2] = [Cut::BeforeTheServer, Cut::BeforeTheAnswer];

pub(crate) fn a_flush_that_is_cut_anywhere<B: Backend>(place: Place<B>)
where
    Author: Entity<B>,
    Book: Entity<B>,
{
    cut_anywhere(place, Job::Flush, &BOTH);
}

pub(crate) fn a_transaction_that_is_cut_anywhere<B: Backend>(place: Place<B>)
where
    Author: Entity<B>,
    Book: Entity<B>,
{
    cut_anywhere(place, Job::Transaction, &BOTH);
}

pub(crate) fn a_transaction_that_goes_on_after_the_cut<B: Backend>(place: Place<B>)
where
    Author: Entity<B>,
    Book: Entity<B>,
{
    cut_anywhere(place, Job::CarelessTransaction, &[Cut::BeforeTheServer]);
}

fn cut_anywhere<B: Backend>(place: Place<B>, job: Job, sides: &[Cut])
where
    Author: Entity<B>,
    Book: Entity<B>,
{
    let line = Line::to(place);
    let proxy = Arc::new(Proxy::before(&in_the_clear(line.place())));
    // What the client said before it came to the statement that it began last.
    let last = Arc::new(Mutex::new((String::new(), 0)));
    let (eye, ear) = (Arc::clone(&last), Arc::clone(&proxy));
    let watch = move || {
        let (eye, ear) = (Arc::clone(&eye), Arc::clone(&ear));
        move |event: InstrumentationEvent<'_>| {
            if let InstrumentationEvent::StartQuery { query, .. } = event {
                *eye.lock().unwrap() = (query.to_string(), ear.turns());
            }
        }
    };
    let settings = Orm::<B>::builder(proxy.url()).pool_size(1).instrument(watch);
    let orm = settings.subscribe(|events| line.listen(events)).build().unwrap();

    // What it asks once for each pool, it asks now.
    line.undisturbed(&orm, job, || (), || ());
    take_another_connection(&orm);
    let (mut begin, mut commit, mut end) = (0, 0, 0);
    let ended = || {
        let (sql, before) = &*last.lock().unwrap();
        assert!(sql.starts_with("COMMIT"), "{sql}");
        (commit, end) = (*before + 1, proxy.turns());
    };
    let written = line.undisturbed(&orm, job, || begin = proxy.turns(), ended);
    assert!(begin + 15 < commit && commit <= end, "{begin}, {commit}, {end}");

    for turn in 1..=end - begin {
        for &cut in sides {
            let at_commit = turn > commit - 1 - begin;
            // It may be prepared first.
            let executed = turn == end - begin && cut == Cut::BeforeTheAnswer;
            let context = &*format!("{job:?}, turn {turn} of {}, {cut:?}", end - begin);
            let interruption = Interruption { job, context, at_commit, written: executed };
            take_another_connection(&orm);
            line.interrupted(&orm, interruption, &written, |_| proxy.cut_at(cut, proxy.turns() + turn));
        }
    }
}

/// So that each run prepares the same statements. One that comes back inside a transaction is not lent again.
fn take_another_connection<B: Backend>(orm: &Orm<B>) {
    let begin =
        <<B::Connection as Connection>::TransactionManager as TransactionManager<_>>::begin_transaction;
    orm.with_connection(|connection| Ok(begin(connection)?)).unwrap();
}

/// The address over which the client speaks in the clear.
fn in_the_clear<B: Backend>(place: &Place<B>) -> String {
    let url = place.url();
    match place.flavour() {
        Flavour::Postgres => format!("{url}{}sslmode=disable", if url.contains('?') { '&' } else { '?' }),
        _ => url.to_owned(),
    }
}
