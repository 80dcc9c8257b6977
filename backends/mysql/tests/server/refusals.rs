//! Refusals that have nothing to do with the rows: locks, other transactions, read-only servers, full disks, values that do
//! not fit, pools that are empty.

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use moored::backend::{Backend, FailureKind};
use moored::prelude::*;
use moored::{Error, Result};
use moored_conformance::Flavour;
use moored_mysql::{Mysql, MysqlOptions};

use crate::shop::{AUTHORS, Author, SECRET, Shop, author, authors, refused};

on_both!(
    a_deadlock,
    a_row_that_another_has_locked,
    what_another_has_locked_without_waiting,
    a_statement_that_took_too_long,
    a_transaction_that_may_only_read,
    a_table_without_space,
    a_number_that_is_none,
    a_pool_without_a_free_connection,
    who_may_not_connect_is_told_why,
    errors_are_in_english,
);

fn rename(uow: &mut UnitOfWork<'_, Mysql>, id: i32, name: &str) -> Result<()> {
    let author = uow.find::<Author>(id)?.required()?;
    uow.edit(&author)?.name = name.into();
    Ok(())
}

fn a_deadlock(flavour: Flavour) {
    let shop = Shop::open(flavour, AUTHORS);
    let both = Barrier::new(2);
    let crossed = |first: i32, second: i32| {
        shop.orm.session(|session| {
            session.transaction(|tx| {
                rename(tx, first, &format!("{SECRET}, {first}"))?;
                tx.flush()?;
                both.wait();
                rename(tx, second, &format!("{SECRET}, {second}"))?;
                tx.flush()
            })
        })
    };
    let ended = thread::scope(|threads| {
        let other = threads.spawn(|| crossed(2, 1));
        [crossed(1, 2), other.join().unwrap()]
    });
    let [error] = ended.into_iter().filter(Result::is_err).collect::<Vec<_>>().try_into().unwrap();
    refused(error, FailureKind::Deadlock);
    assert_eq!(shop.number("SELECT COUNT(*) FROM authors WHERE name LIKE 'hunter2%'"), 2);
}

/// MariaDB alone has the setting, and has it on from 11.6 on.
#[test]
fn a_row_that_changed_since_the_transaction_saw_it() {
    let shop = Shop::open(Flavour::Mariadb, AUTHORS);
    let late = shop.orm.session(|session| {
        session.connection()?.batch_execute("SET SESSION innodb_snapshot_isolation = ON")?;
        session.transaction(|tx| {
            tx.find::<Author>(1)?.required()?;
            shop.sql("UPDATE authors SET `rank` = 7 WHERE id = 1");
            rename(tx, 1, SECRET)?;
            tx.flush()
        })
    });
    let failure = refused(late, FailureKind::Serialization);
    assert_eq!(failure.table.as_deref(), Some("authors"));
    assert_eq!(shop.number("SELECT `rank` FROM authors WHERE id = 1 AND name = 'Arya'"), 7);
}

fn a_row_that_another_has_locked(flavour: Flavour) {
    let options = MysqlOptions { lock_wait_timeout: Some(Duration::from_secs(1)), ..MysqlOptions::default() };
    let shop = Shop::with(flavour, AUTHORS, |settings| settings.options(options));
    let mut other = shop.connect();
    other.batch_execute("BEGIN; UPDATE authors SET `rank` = 7 WHERE id = 1").unwrap();
    shop.orm
        .session(|session| {
            session.transaction(|tx| {
                rename(tx, 2, "hunter2, too")?;
                tx.flush()?;
                rename(tx, 1, SECRET)?;
                refused(tx.flush(), FailureKind::LockTimeout);
                other.batch_execute("ROLLBACK").unwrap();
                // The server undid the statement alone, so the transaction goes on.
                tx.flush()
            })
        })
        .unwrap();
    assert_eq!(shop.number("SELECT COUNT(*) FROM authors WHERE name LIKE 'hunter2%'"), 2);
}

fn what_another_has_locked_without_waiting(flavour: Flavour) {
    let shop = Shop::open(flavour, AUTHORS);
    let mut other = shop.connect();
    other.batch_execute("BEGIN; SELECT 1 FROM authors WHERE id = 1 FOR UPDATE").unwrap();
    let refusal = shop.orm.try_with_connection(|connection| {
        connection.batch_execute("BEGIN")?;
        let row =
            diesel::sql_query("SELECT id FROM authors WHERE id = 1 FOR UPDATE NOWAIT").execute(connection);
        connection.batch_execute("ROLLBACK")?;
        Ok::<_, Error>(row.unwrap_err())
    });
    assert_eq!(Mysql::classify(&refusal.unwrap()).kind, FailureKind::LockTimeout);
}

/// It may have taken long by itself: to do it again may not help.
fn a_statement_that_took_too_long(flavour: Flavour) {
    let shop = Shop::open(flavour, AUTHORS);
    let limit = match flavour {
        Flavour::Mariadb => "SET STATEMENT max_statement_time = 0.05 FOR SELECT SLEEP(5) FROM authors",
        _ => "SELECT /*+ MAX_EXECUTION_TIME(50) */ SLEEP(5) FROM authors",
    };
    let error = shop.orm.try_with_connection(|connection| {
        Ok::<_, Error>(diesel::sql_query(limit).execute(connection).unwrap_err())
    });
    assert_eq!(Mysql::classify(&error.unwrap()).kind, FailureKind::Other);
}

fn a_transaction_that_may_only_read(flavour: Flavour) {
    let shop = Shop::open(flavour, AUTHORS);
    let refusal = shop.orm.session(|session| {
        session.connection()?.batch_execute("SET SESSION TRANSACTION READ ONLY")?;
        rename(session, 1, SECRET)?;
        let refusal = session.flush();
        session.connection()?.batch_execute("SET SESSION TRANSACTION READ WRITE")?;
        refusal
    });
    refused(refusal, FailureKind::ReadOnly);
}

fn a_table_without_space(flavour: Flavour) {
    let shop = Shop::open(
        flavour,
        "SET SESSION max_heap_table_size = 16384;
         CREATE TABLE authors (id INTEGER PRIMARY KEY, name VARCHAR(100), `rank` INTEGER) ENGINE = MEMORY",
    );
    let full = shop.orm.session(|session| {
        for id in 0..2_000 {
            session.persist(author(id, SECRET))?;
        }
        session.flush()
    });
    assert_eq!(refused(full, FailureKind::Full).table.as_deref(), Some("authors"));
}

diesel::table! { levels (id) { id -> Integer, level -> Double } }

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = levels)]
struct Level {
    #[entity(key)]
    id: i32,
    level: f64,
}

/// Neither server has a NaN or an infinity.
fn a_number_that_is_none(flavour: Flavour) {
    let shop = Shop::open(flavour, "CREATE TABLE levels (id INTEGER PRIMARY KEY, level DOUBLE NOT NULL)");
    for level in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        for rows in [1, 2, 30] {
            shop.orm
                .session(|session| {
                    let new: Vec<_> = (0..rows)
                        .map(|id| session.persist(Level { id, level: 1.5 }))
                        .collect::<Result<_>>()?;
                    let last = new.last().unwrap();
                    session.edit(last)?.level = level;
                    refused(session.flush(), FailureKind::Conversion);
                    session.edit(last)?.level = 2.5;
                    session.flush()?;
                    for row in &new {
                        session.edit(row)?.level = 3.5;
                    }
                    session.edit(last)?.level = level;
                    refused(session.flush(), FailureKind::Conversion);
                    session.edit(last)?.level = 4.5;
                    session.flush()?;
                    for row in new {
                        session.remove(row)?;
                    }
                    session.flush()
                })
                .unwrap();
        }
    }
}

fn a_pool_without_a_free_connection(flavour: Flavour) {
    let wait = Duration::from_millis(200);
    let shop = Shop::with(flavour, AUTHORS, |settings| settings.pool_size(1).checkout_timeout(wait));
    shop.orm
        .session(|session| {
            session.find::<Author>(1)?;
            let start = Instant::now();
            let empty = shop.orm.read(|second| second.find::<Author>(1).map(drop)).unwrap_err();
            assert!(matches!(empty, Error::NoConnection { .. }) && empty.is_retryable(), "{empty:?}");
            assert!(start.elapsed() >= wait && start.elapsed() < 20 * wait, "{:?}", start.elapsed());
            Ok(())
        })
        .unwrap();
    assert_eq!(shop.orm.read(|session| session.query::<Author>(authors::table).count()).unwrap(), 2);
}

fn who_may_not_connect_is_told_why(flavour: Flavour) {
    let shop = Shop::open(flavour, AUTHORS);
    let (_, rest) = shop.url.split_once('@').unwrap();
    let Err(Error::NoConnection { reason }) =
        Orm::<Mysql>::connect(format!("mysql://nobody:{SECRET}@{rest}"))
    else {
        panic!("connected")
    };
    assert!(reason.contains("Access denied") && !reason.contains(SECRET), "{reason}");
}

/// Whatever the connection was set to: errors are told apart by their words.
fn errors_are_in_english(flavour: Flavour) {
    let shop = Shop::open(flavour, AUTHORS);
    shop.orm
        .with_connection(|connection| {
            let number = crate::shop::number(connection, "SELECT @@lc_messages = 'en_US'");
            assert_eq!(number, 1);
            Ok(())
        })
        .unwrap();
    let mut german = shop.connect();
    german.batch_execute("SET SESSION lc_messages = 'de_DE'").unwrap();
    let error = german.batch_execute("INSERT INTO books VALUES (2, NULL, 1)").unwrap_err();
    // So it would be without the setting.
    assert!(!error.to_string().contains("cannot be null"), "{error}");
}
