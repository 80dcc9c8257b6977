//! Connections that the server or the network ends at every moment.

use std::thread::sleep;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use moored::backend::FailureKind;
use moored::prelude::*;
use moored::{Error, Result, Retry};
use moored_conformance::{Cut, Proxy};
use moored_postgres::{Postgres, PostgresOptions};

use crate::shop::{AUTHORS, Author, SECRET, Shop, author, refused};

impl Shop {
    /// Ends every connection to this database but the one whose lock holds it for this test, and waits until they are gone.
    fn end_connections(&self) {
        let others = "FROM pg_stat_activity a WHERE datname = current_database() AND pid <> pg_backend_pid() \
            AND NOT EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid AND l.locktype = 'advisory')";
        let mut connection = self.connect();
        connection.batch_execute(&format!("SELECT pg_terminate_backend(pid) {others}")).unwrap();
        while crate::shop::number(&mut connection, &format!("SELECT COUNT(*) {others}")) > 0 {
            sleep(Duration::from_millis(1));
        }
    }

    fn authors(&self) -> i64 {
        self.number("SELECT COUNT(*) FROM authors")
    }
}

fn open() -> Shop {
    Shop::with(AUTHORS, |settings| settings.pool_size(1))
}

#[test]
fn idle_in_the_pool_it_is_replaced_unseen() {
    let shop = Shop::with(AUTHORS, |settings| settings.pool_size(1).test_after_idle(Duration::ZERO));
    for _ in 0..2 {
        shop.orm.read(|session| session.find::<Author>(1).map(drop)).unwrap();
        shop.end_connections();
    }
    shop.orm.read(|session| session.find::<Author>(1).map(drop)).unwrap();
}

/// Not tested, since it was used a moment ago: one error, after which it is out of the pool.
#[test]
fn before_a_statement_it_is_an_error_once() {
    let shop = open();
    shop.orm
        .session(|session| {
            let arya = session.find::<Author>(1)?.required()?;
            shop.end_connections();
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

#[test]
fn inside_a_transaction_it_dooms_it() {
    let shop = open();
    shop.orm
        .session(|session| {
            let arya = session.find::<Author>(1)?.required()?;
            let ended = session.transaction(|tx| {
                tx.edit(&arya)?.name = SECRET.into();
                tx.flush()?;
                shop.end_connections();
                tx.persist(author(3, SECRET))?;
                refused(tx.flush(), FailureKind::LostConnection);
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
    shop.orm.read(|session| session.find::<Author>(2).map(drop)).unwrap();
}

/// The client cannot know that the server was gone before COMMIT reached it.
#[test]
fn before_commit_the_outcome_is_unknown() {
    let shop = open();
    let ended = shop.orm.session(|session| {
        session.transaction(|tx| {
            tx.persist(author(3, SECRET))?;
            tx.flush()?;
            shop.end_connections();
            Ok(())
        })
    });
    assert!(matches!(ended, Err(Error::CommitUnknown { .. })), "{ended:?}");
    assert_eq!(shop.authors(), 2);
}

fn cut(cut: Cut, work: fn(&mut Session<'_, Postgres>) -> Result<()>) -> (Shop, Result<()>, Orm<Postgres>) {
    let shop = open();
    let proxy = Proxy::before(&format!("{}?sslmode=disable", shop.url));
    let orm = Orm::<Postgres>::builder(proxy.url()).pool_size(1).build().unwrap();
    orm.read(|session| session.find::<Author>(1).map(drop)).unwrap();
    proxy.cut(cut, "COMMIT");
    let ended = orm.session(work);
    (shop, ended, orm)
}

fn in_a_transaction(session: &mut Session<'_, Postgres>) -> Result<()> {
    session.transaction(|tx| tx.persist(author(3, SECRET)).map(drop))
}

fn in_a_flush(session: &mut Session<'_, Postgres>) -> Result<()> {
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

#[test]
fn during_commit_the_outcome_is_unknown() {
    for work in [in_a_transaction, in_a_flush] {
        for (place, written) in [(Cut::BeforeTheServer, false), (Cut::BeforeTheAnswer, true)] {
            let (shop, ended, orm) = cut(place, work);
            let Err(error @ Error::CommitUnknown { .. }) = &ended else { panic!("{place:?}: {ended:?}") };
            assert!(!error.is_retryable() && !error.to_string().contains("rolled back"), "{error}");
            assert_eq!(shop.authors() > 2, written, "{place:?}");
            // The connection is not lent again.
            orm.read(|session| session.find::<Author>(1).map(drop)).unwrap();
        }
    }
}

/// What the server did in the end, a look from a fresh session tells.
#[test]
fn an_unknown_outcome_is_looked_up() {
    for (place, attempts) in [(Cut::BeforeTheServer, 2), (Cut::BeforeTheAnswer, 1)] {
        let shop = open();
        let proxy = Proxy::before(&format!("{}?sslmode=disable", shop.url));
        let orm = Orm::<Postgres>::builder(proxy.url()).pool_size(1).build().unwrap();
        orm.read(|session| session.find::<Author>(1).map(drop)).unwrap();
        proxy.cut(place, "COMMIT");
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
#[test]
fn an_unknown_outcome_that_nobody_looks_up_stays_unknown() {
    for verified in [false, true] {
        let shop = open();
        let proxy = Proxy::before(&format!("{}?sslmode=disable", shop.url));
        let orm = Orm::<Postgres>::builder(proxy.url()).pool_size(1).build().unwrap();
        orm.read(|session| session.find::<Author>(1).map(drop)).unwrap();
        proxy.cut(Cut::BeforeTheServer, "COMMIT");
        let mut tried = 0;
        let work = |session: &mut Session<'_, Postgres>| {
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

/// A single statement outside of a transaction is its own commit. Of plain Diesel's nothing but the kind is said.
#[test]
fn during_a_single_statement() {
    let shop = open();
    let proxy = Proxy::before(&format!("{}?sslmode=disable", shop.url));
    let orm = Orm::<Postgres>::connect(proxy.url()).unwrap();
    proxy.cut(Cut::BeforeTheAnswer, "hunter2");
    let ended = orm.session(|session| {
        session.connection()?.batch_execute("UPDATE authors SET name = 'hunter2' WHERE id = 1")?;
        Ok(())
    });
    refused(ended, FailureKind::LostConnection);
    proxy.cut(Cut::BeforeTheAnswer, "hunter2");
    let ended = orm.session(|session| {
        let bran = session.find::<Author>(2)?.required()?;
        session.edit(&bran)?.name = SECRET.into();
        session.flush()
    });
    assert!(matches!(ended, Err(Error::CommitUnknown { .. })), "{ended:?}");
    assert_eq!(shop.number("SELECT COUNT(*) FROM authors WHERE name = 'hunter2'"), 1);
}

#[test]
fn a_transaction_that_sat_idle_too_long() {
    let limit = Some(Duration::from_millis(100));
    let options =
        PostgresOptions { idle_in_transaction_session_timeout: limit, ..PostgresOptions::default() };
    let shop = Shop::with(AUTHORS, |settings| settings.options(options));
    let ended = shop.orm.session(|session| {
        session.transaction(|tx| {
            tx.persist(author(3, SECRET))?;
            tx.flush()?;
            sleep(Duration::from_millis(400));
            tx.persist(author(4, "Rickon"))?;
            tx.flush()
        })
    });
    refused(ended, FailureKind::LostConnection);
    assert_eq!(shop.authors(), 2);
}

#[test]
fn a_server_that_is_not_there() {
    let shop = open();
    let nowhere = shop.url.replace(&shop.url[shop.url.rfind(':').unwrap()..], ":1/none");
    let ended = Orm::<Postgres>::connect(nowhere).unwrap_err();
    assert!(matches!(ended, Error::NoConnection { .. }) && ended.is_retryable(), "{ended:?}");
}
