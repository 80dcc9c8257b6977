//! A failure that the caller swallows. The servers undo the statement alone, unless it was a deadlock: then the transaction is
//! over, whatever its savepoints say.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Barrier;
use std::thread;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use moored::backend::FailureKind;
use moored::prelude::*;
use moored::{Error, Result};
use moored_conformance::Flavour;
use moored_mysql::Mysql;

use crate::shop::{AUTHORS, Author, Shop, author, refused};

on_both!(
    a_swallowed_failure_leaves_the_rest,
    a_deadlock_in_a_savepoint_ends_the_transaction,
    a_deadlock_of_a_batch_ends_the_transaction,
    a_deadlock_of_plain_diesel_ends_the_transaction,
    a_panic_leaves_no_transaction_to_the_next,
);

fn is_doomed<T>(result: Result<T>) -> bool {
    matches!(result, Err(Error::Doomed { .. }))
}

fn a_swallowed_failure_leaves_the_rest(flavour: Flavour) {
    let shop = Shop::open(flavour, AUTHORS);
    shop.orm
        .session(|session| {
            let arya = session.find::<Author>(1)?.required()?;
            session.transaction(|tx| {
                tx.edit(&arya)?.rank = Some(7);
                tx.flush()?;
                let twin = tx.persist(author(3, "Arya"))?;
                refused(tx.flush(), FailureKind::Unique);
                let taken = tx.connection()?.batch_execute("INSERT INTO authors VALUES (9, 'Arya', 1)");
                // It flushes first, and the twin is still there.
                taken.unwrap_err();
                tx.edit(&twin)?.name = "Rickon".into();
                Ok(())
            })
        })
        .unwrap_err();
    assert_eq!(shop.number("SELECT COUNT(*) FROM authors WHERE `rank` = 1"), 1);
}

/// Two transactions that write rows 1 and 2 in opposite order, the second one inside a savepoint, with `write`.
fn crossed(shop: &Shop, write: fn(&mut Transaction<'_, '_, Mysql>, i32) -> Result<()>) -> [Result<()>; 2] {
    let both = Barrier::new(2);
    let work = |own: i32| {
        let other = 3 - own;
        shop.orm.session(|session| {
            let arya = session.find::<Author>(own)?.required()?;
            session.transaction(|tx| {
                tx.persist(author(10 + own, &format!("new of {own}")))?;
                tx.edit(&arya)?.rank = Some(10 + own);
                tx.flush()?;
                both.wait();
                let inner = tx.transaction(|inner| {
                    let written = write(inner, other);
                    if written.is_err() {
                        assert!(is_doomed(inner.find::<Author>(99)));
                    }
                    // The one that is still there goes on; the other must not write outside of its transaction.
                    let next = inner.persist(author(20 + own, &format!("next of {own}"))).map(drop);
                    assert_eq!(inner.flush().is_err(), written.is_err());
                    next
                });
                // Swallowed: the commit must fail all the same.
                if inner.is_err() {
                    assert!(is_doomed(inner));
                    assert!(is_doomed(tx.find::<Author>(99)) && is_doomed(tx.connection().map(drop)));
                }
                Ok(())
            })
        })
    };
    thread::scope(|threads| {
        let other = threads.spawn(|| work(2));
        [work(1), other.join().unwrap()]
    })
}

#[track_caller]
fn one_is_whole_and_the_other_nothing(shop: &Shop, ended: [Result<()>; 2]) {
    let [doomed] = ended.into_iter().filter(Result::is_err).collect::<Vec<_>>().try_into().unwrap();
    assert!(
        matches!(&doomed, Err(Error::Doomed { cause }) if cause.contains("deadlock") || cause.contains("failed")),
        "{doomed:?}"
    );
    assert_eq!(shop.number("SELECT COUNT(*) FROM authors"), 4);
    // Of the same one: its two new rows, its own row and the other's.
    let own = shop.number("SELECT MAX(id) - 20 FROM authors");
    assert_eq!(
        shop.number(&format!("SELECT COUNT(*) FROM authors WHERE name IN ('new of {own}', 'next of {own}')")),
        2
    );
    assert_eq!(shop.number(&format!("SELECT `rank` FROM authors WHERE id = {own}")), 10 + own);
    assert_eq!(shop.number(&format!("SELECT `rank` FROM authors WHERE id = {}", 3 - own)), 30 + own);
}

fn a_deadlock_in_a_savepoint_ends_the_transaction(flavour: Flavour) {
    let shop = Shop::open(flavour, AUTHORS);
    let ended = crossed(&shop, |inner, other| {
        let row = inner.find::<Author>(other)?.required()?;
        inner.edit(&row)?.rank = Some(30 + 3 - other);
        if let Err(error) = inner.flush() {
            refused(Err::<(), _>(error), FailureKind::Deadlock);
            return Err(Error::NotFound { entity: "swallowed" });
        }
        Ok(())
    });
    one_is_whole_and_the_other_nothing(&shop, ended);
}

fn a_deadlock_of_a_batch_ends_the_transaction(flavour: Flavour) {
    let shop = Shop::open(flavour, AUTHORS);
    let ended = crossed(&shop, |inner, other| {
        let sql = format!("UPDATE authors SET `rank` = {} WHERE id = {other}", 30 + 3 - other);
        inner.connection()?.batch_execute(&sql)?;
        Ok(())
    });
    one_is_whole_and_the_other_nothing(&shop, ended);
}

fn a_deadlock_of_plain_diesel_ends_the_transaction(flavour: Flavour) {
    let shop = Shop::open(flavour, AUTHORS);
    let ended = crossed(&shop, |inner, other| {
        let sql = format!("UPDATE authors SET `rank` = {} WHERE id = {other}", 30 + 3 - other);
        diesel::sql_query(sql).execute(inner.connection()?)?;
        Ok(())
    });
    one_is_whole_and_the_other_nothing(&shop, ended);
}

fn a_panic_leaves_no_transaction_to_the_next(flavour: Flavour) {
    let shop = Shop::with(flavour, AUTHORS, |settings| settings.pool_size(1));
    for _ in 0..2 {
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            shop.orm.session(|session| {
                session.transaction(|tx| {
                    tx.persist(author(3, "Rickon"))?;
                    tx.flush()?;
                    panic!("a bug of the caller's");
                    #[expect(unreachable_code, reason = "it gives the closure its type")]
                    Ok(())
                })
            })
        }));
        assert!(panicked.is_err());
        // Of no other transaction: the row is locked by nobody.
        shop.sql("SET SESSION innodb_lock_wait_timeout = 1; INSERT INTO authors VALUES (3, 'Rickon', 1)");
        shop.orm
            .session(|session| {
                let rickon = session.find::<Author>(3)?.required()?;
                session.remove(rickon)?;
                session.flush()
            })
            .unwrap();
    }
    assert_eq!(shop.number("SELECT COUNT(*) FROM authors"), 2);
}
