//! Connections that the server or the network ends at every moment.

use std::thread::sleep;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use moored::backend::FailureKind;
use moored::prelude::*;
use moored::{Error, Result, Retry};
use moored_conformance::{Cut, Flavour, Proxy};
use moored_mysql::Mysql;

use crate::shop::{AUTHORS, Author, SECRET, Shop, author, number, refused};

on_both!(
    idle_in_the_pool_it_is_replaced_unseen,
    before_a_statement_it_is_an_error_once,
    inside_a_transaction_it_dooms_it,
    before_commit_the_outcome_is_unknown,
    during_commit_the_outcome_is_unknown,
    an_unknown_outcome_is_looked_up,
    an_unknown_outcome_that_nobody_looks_up_stays_unknown,
    during_a_single_statement,
    after_the_server_found_it_idle_too_long,
    a_server_that_is_not_there,
);

/// The connections of the pool.
struct Pool<'a> {
    shop: &'a Shop,
    id: i64,
}

impl<'a> Pool<'a> {
    /// Of one connection, which is this one.
    fn of(shop: &'a Shop, connection: &mut MysqlConnection) -> Self {
        Self { shop, id: number(connection, "SELECT CONNECTION_ID()") }
    }

    /// Ends it and waits until it is gone.
    fn end(&self) {
        let mut connection = self.shop.connect();
        connection.batch_execute(&format!("KILL {}", self.id)).unwrap();
        let is_there = format!("SELECT COUNT(*) FROM information_schema.processlist WHERE id = {}", self.id);
        soon(|| number(&mut connection, &is_there) == 0);
    }
}

/// Waits until something is so, which takes a moment.
#[track_caller]
fn soon(mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(20), "it is not so after 20 seconds");
        sleep(Duration::from_millis(1));
    }
}

impl Shop {
    fn authors(&self) -> i64 {
        self.number("SELECT COUNT(*) FROM authors")
    }
}

fn open(flavour: Flavour) -> Shop {
    Shop::with(flavour, AUTHORS, |settings| settings.pool_size(1))
}

fn idle_in_the_pool_it_is_replaced_unseen(flavour: Flavour) {
    let shop = Shop::with(flavour, AUTHORS, |settings| settings.pool_size(1).test_after_idle(Duration::ZERO));
    for _ in 0..2 {
        shop.orm.read(|session| session.find::<Author>(1).map(drop)).unwrap();
        let pool = shop.orm.with_connection(|connection| Ok(Pool::of(&shop, connection))).unwrap();
        pool.end();
    }
    shop.orm.read(|session| session.find::<Author>(1).map(drop)).unwrap();
}

/// Not tested, since it was used a moment ago: one error, after which it is out of the pool.
fn before_a_statement_it_is_an_error_once(flavour: Flavour) {
    let shop = open(flavour);
    shop.orm
        .session(|session| {
            let arya = session.find::<Author>(1)?.required()?;
            Pool::of(&shop, session.connection()?).end();
            session.edit(&arya)?.name = SECRET.into();
            // A single statement is its own commit, and the server may have seen it for all that is known.
            let lost = session.flush();
            assert!(matches!(lost, Err(Error::CommitUnknown { .. })), "{lost:?}");
            assert_eq!(session[&arya].name, SECRET);
            session.discard();
            Ok(())
        })
        .unwrap();
    shop.orm
        .session(|session| {
            let arya = session.find::<Author>(1)?.required()?;
            session.edit(&arya)?.name = "No One".into();
            session.flush()
        })
        .unwrap();
}

fn inside_a_transaction_it_dooms_it(flavour: Flavour) {
    for depth in [1, 2] {
        let shop = open(flavour);
        let lose = |tx: &mut Transaction<'_, '_, Mysql>| {
            Pool::of(&shop, tx.connection()?).end();
            tx.persist(author(3, SECRET))?;
            refused(tx.flush(), FailureKind::LostConnection);
            assert!(matches!(tx.find::<Author>(2), Err(Error::Doomed { .. })));
            Ok(())
        };
        shop.orm
            .session(|session| {
                let arya = session.find::<Author>(1)?.required()?;
                let ended = session.transaction(|tx| {
                    tx.edit(&arya)?.name = SECRET.into();
                    tx.flush()?;
                    if depth == 1 {
                        return lose(tx);
                    }
                    assert!(matches!(tx.transaction(lose), Err(Error::Doomed { .. })));
                    assert!(matches!(tx.find::<Author>(2), Err(Error::Doomed { .. })));
                    Ok(())
                });
                assert!(
                    matches!(&ended, Err(Error::Doomed { cause }) if cause.contains("connection was lost")),
                    "{ended:?}"
                );
                assert_eq!(session[&arya].name, "Arya");
                Ok(())
            })
            .unwrap();
        assert_eq!(shop.authors(), 2);
        assert_eq!(shop.number("SELECT COUNT(*) FROM authors WHERE name = 'Arya'"), 1);
        shop.orm.read(|session| session.find::<Author>(2).map(drop)).unwrap();
    }
}

/// The client cannot know that the server was gone before COMMIT reached it.
fn before_commit_the_outcome_is_unknown(flavour: Flavour) {
    let shop = open(flavour);
    let ended = shop.orm.session(|session| {
        session.transaction(|tx| {
            tx.persist(author(3, SECRET))?;
            tx.flush()?;
            Pool::of(&shop, tx.connection()?).end();
            Ok(())
        })
    });
    assert!(matches!(ended, Err(Error::CommitUnknown { .. })), "{ended:?}");
    assert_eq!(shop.authors(), 2);
}

fn in_a_transaction(session: &mut Session<'_, Mysql>) -> Result<()> {
    session.transaction(|tx| tx.persist(author(3, SECRET)).map(drop))
}

fn in_a_flush(session: &mut Session<'_, Mysql>) -> Result<()> {
    let new = session.persist(author(3, SECRET))?;
    session.persist(author(4, "Rickon"))?;
    let arya = session.find::<Author>(1)?.required()?;
    session.edit(&arya)?.rank = Some(7);
    let flushed = session.flush();
    // Nobody knows, so nothing is forgotten.
    assert!(session.has_changes() && session[&new].name == SECRET);
    session.discard();
    flushed
}

fn during_commit_the_outcome_is_unknown(flavour: Flavour) {
    for work in [in_a_transaction, in_a_flush] {
        for (place, written) in [(Cut::BeforeTheServer, false), (Cut::BeforeTheAnswer, true)] {
            let shop = open(flavour);
            let proxy = Proxy::before(&shop.url);
            let orm = Orm::<Mysql>::builder(proxy.url()).pool_size(1).build().unwrap();
            orm.read(|session| session.find::<Author>(1).map(drop)).unwrap();
            // It is prepared first.
            proxy.cut_later(place, "COMMIT", 1);
            let ended = orm.session(work);
            let Err(error @ Error::CommitUnknown { .. }) = &ended else { panic!("{place:?}: {ended:?}") };
            assert!(!error.is_retryable() && !error.to_string().contains("rolled back"), "{error}");
            if written {
                // The server may be about to.
                soon(|| shop.authors() > 2);
            }
            assert_eq!(shop.authors() > 2, written, "{place:?}");
            // The connection is not lent again.
            orm.read(|session| session.find::<Author>(1).map(drop)).unwrap();
        }
    }
}

/// What the server did in the end, a look from a fresh session tells.
fn an_unknown_outcome_is_looked_up(flavour: Flavour) {
    for (place, attempts) in [(Cut::BeforeTheServer, 2), (Cut::BeforeTheAnswer, 1)] {
        let shop = open(flavour);
        let proxy = Proxy::before(&shop.url);
        let orm = Orm::<Mysql>::builder(proxy.url()).pool_size(1).build().unwrap();
        orm.read(|session| session.find::<Author>(1).map(drop)).unwrap();
        proxy.cut_later(place, "COMMIT", 1);
        let (mut tried, mut looked) = (0, 0);
        let written = orm.retry_verified(
            &Retry::default().wait(Duration::from_millis(50), Duration::from_millis(50)),
            |session| {
                tried += 1;
                in_a_transaction(session)?;
                Ok("committed")
            },
            |session| {
                looked += 1;
                if attempts == 1 && shop.authors() == 2 {
                    // The server is still about to: come back later.
                    return Err(Error::NoConnection { reason: "later".into() });
                }
                Ok(session.find::<Author>(3)?.map(|_| "found"))
            },
        );
        let expected = if attempts == 1 { "found" } else { "committed" };
        assert_eq!((written.unwrap(), tried, shop.authors()), (expected, attempts, 3), "{place:?}");
        assert!(looked > 0);
    }
}

/// Nothing is done twice where nobody can tell.
fn an_unknown_outcome_that_nobody_looks_up_stays_unknown(flavour: Flavour) {
    for verified in [false, true] {
        let shop = open(flavour);
        let proxy = Proxy::before(&shop.url);
        let orm = Orm::<Mysql>::builder(proxy.url()).pool_size(1).build().unwrap();
        orm.read(|session| session.find::<Author>(1).map(drop)).unwrap();
        proxy.cut_later(Cut::BeforeTheServer, "COMMIT", 1);
        let mut tried = 0;
        let work = |session: &mut Session<'_, Mysql>| {
            tried += 1;
            in_a_transaction(session)
        };
        let ended = match verified {
            false => orm.retry(&Retry::default(), work),
            true => {
                orm.retry_verified(&Retry::default(), work, |_| Err(Error::NotFound { entity: "Receipt" }))
            }
        };
        assert!(matches!(ended, Err(Error::CommitUnknown { .. })), "{ended:?}");
        assert_eq!((tried, shop.authors()), (1, 2));
    }
}

/// A single statement outside of a transaction is its own commit.
fn during_a_single_statement(flavour: Flavour) {
    let shop = open(flavour);
    let proxy = Proxy::before(&shop.url);
    let orm = Orm::<Mysql>::connect(proxy.url()).unwrap();
    proxy.cut(Cut::BeforeTheAnswer, SECRET);
    let ended = orm.session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        session.edit(&arya)?.name = SECRET.into();
        session.flush()
    });
    assert!(matches!(ended, Err(Error::CommitUnknown { .. })), "{ended:?}");
    soon(|| shop.number("SELECT COUNT(*) FROM authors WHERE name = 'hunter2'") > 0);
}

fn after_the_server_found_it_idle_too_long(flavour: Flavour) {
    let shop = open(flavour);
    let ended = shop.orm.session(|session| {
        session.connection()?.batch_execute("SET SESSION wait_timeout = 1")?;
        session.transaction(|tx| {
            tx.persist(author(3, SECRET))?;
            tx.flush()?;
            sleep(Duration::from_millis(1_500));
            tx.persist(author(4, "Rickon"))?;
            tx.flush()
        })
    });
    refused(ended, FailureKind::LostConnection);
    assert_eq!(shop.authors(), 2);
}

fn a_server_that_is_not_there(flavour: Flavour) {
    let shop = open(flavour);
    let nowhere = shop.url.replace(&shop.url[shop.url.rfind(':').unwrap()..], ":1/none");
    let ended = Orm::<Mysql>::connect(nowhere).unwrap_err();
    assert!(matches!(ended, Error::NoConnection { .. }) && ended.is_retryable(), "{ended:?}");
}
