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
use moored_postgres::{Postgres, PostgresOptions};

use crate::shop::{AUTHORS, Author, SECRET, Shop, author, authors, refused};

fn rename(uow: &mut UnitOfWork<'_, Postgres>, id: i32, name: &str) -> Result<()> {
    let author = uow.find::<Author>(id)?.required()?;
    uow.edit(&author)?.name = name.into();
    Ok(())
}

#[test]
fn a_deadlock() {
    let shop = Shop::open(AUTHORS);
    let both = Barrier::new(2);
    let crossed = |first: i32, second: i32| {
        shop.orm.session(|session| {
            session.transaction(|tx| {
                tx.connection()?.batch_execute("SET LOCAL deadlock_timeout = '50ms'")?;
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

#[test]
fn a_row_that_changed_since_the_transaction_saw_it() {
    for level in ["REPEATABLE READ", "SERIALIZABLE"] {
        let shop = Shop::open(AUTHORS);
        let late = shop.orm.session(|session| {
            session.transaction(|tx| {
                tx.connection()?.batch_execute(&format!("SET TRANSACTION ISOLATION LEVEL {level}"))?;
                tx.find::<Author>(1)?.required()?;
                shop.sql("UPDATE authors SET rank = 7 WHERE id = 1");
                rename(tx, 1, SECRET)?;
                tx.flush()
            })
        });
        refused(late, FailureKind::Serialization);
        assert_eq!(shop.number("SELECT rank FROM authors WHERE id = 1 AND name = 'Arya'"), 7);
    }
}

/// Each reads what the other writes, and neither could have come first. The second COMMIT is refused, and known to be.
#[test]
fn transactions_that_could_not_have_come_one_after_the_other() {
    let shop = Shop::open(AUTHORS);
    let skewed = shop.orm.session(|session| {
        session.transaction(|tx| {
            tx.connection()?.batch_execute("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")?;
            let ranks = tx.query::<Author>(authors::table).all()?;
            assert_eq!(ranks.len(), 2);
            rename(tx, 1, SECRET)?;
            tx.flush()?;
            shop.sql(
                "BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT * FROM authors; UPDATE authors SET rank = 7 WHERE id = 2; COMMIT",
            );
            Ok(())
        })
    });
    refused(skewed, FailureKind::Serialization);
    assert_eq!(shop.number("SELECT SUM(rank) FROM authors WHERE name IN ('Arya', 'Bran')"), 8);
}

#[test]
fn a_row_that_another_has_locked() {
    let options =
        PostgresOptions { lock_timeout: Some(Duration::from_millis(100)), ..PostgresOptions::default() };
    let shop = Shop::with(AUTHORS, |settings| settings.options(options));
    let mut other = shop.connect();
    other.batch_execute("BEGIN; UPDATE authors SET rank = 7 WHERE id = 1").unwrap();
    shop.orm
        .session(|session| {
            rename(session, 1, SECRET)?;
            refused(session.flush(), FailureKind::LockTimeout);
            other.batch_execute("ROLLBACK").unwrap();
            session.flush()
        })
        .unwrap();
    assert_eq!(shop.number("SELECT COUNT(*) FROM authors WHERE name = 'hunter2'"), 1);
}

#[test]
fn what_another_has_locked_without_waiting() {
    let shop = Shop::open(AUTHORS);
    let mut other = shop.connect();
    other.batch_execute("BEGIN; LOCK TABLE books; SELECT 1 FROM authors WHERE id = 1 FOR UPDATE").unwrap();
    shop.orm
        .with_connection(|connection| {
            let row = authors::table.find(1).for_update().no_wait().select(authors::id);
            let error = row.get_result::<i32>(connection).unwrap_err();
            assert_eq!(Postgres::classify(&error).kind, FailureKind::LockTimeout);
            let error = connection.batch_execute("BEGIN; LOCK TABLE books NOWAIT").unwrap_err();
            assert_eq!(Postgres::classify(&error).kind, FailureKind::LockTimeout);
            Ok(connection.batch_execute("ROLLBACK")?)
        })
        .unwrap();
}

/// It may have taken long by itself: to do it again may not help.
#[test]
fn a_statement_that_took_too_long() {
    let options =
        PostgresOptions { statement_timeout: Some(Duration::from_millis(50)), ..PostgresOptions::default() };
    let shop = Shop::with(AUTHORS, |settings| settings.options(options));
    let error = shop.orm.with_connection(|connection| Ok(connection.batch_execute("SELECT pg_sleep(5)")?));
    refused(error, FailureKind::Other);
}

#[test]
fn a_transaction_that_may_only_read() {
    let shop = Shop::open(AUTHORS);
    let refusal = shop.orm.session(|session| {
        session.transaction(|tx| {
            tx.connection()?.batch_execute("SET TRANSACTION READ ONLY")?;
            tx.persist(author(3, SECRET))?;
            tx.flush()
        })
    });
    refused(refusal, FailureKind::ReadOnly);
    let standby = format!("{}?options=-c%20default_transaction_read_only%3Don", shop.url);
    let refusal = Orm::<Postgres>::connect(standby).unwrap().session(|session| {
        rename(session, 1, SECRET)?;
        session.flush()
    });
    refused(refusal, FailureKind::ReadOnly);
}

/// `/dev/full` is a disk without space, in the kernel's own words.
#[test]
fn a_disk_without_space() {
    let shop = Shop::open(AUTHORS);
    shop.sql(
        "CREATE FUNCTION copy_out() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN COPY (SELECT repeat('x', 1000) FROM generate_series(1, 100)) TO '/dev/full'; RETURN NULL; END $$;
         CREATE TRIGGER copied AFTER INSERT ON authors EXECUTE FUNCTION copy_out()",
    );
    shop.orm
        .session(|session| {
            let doomed = session.transaction(|tx| {
                tx.persist(author(3, SECRET))?;
                refused(tx.flush(), FailureKind::Full);
                Ok(())
            });
            assert!(
                matches!(&doomed, Err(Error::Doomed { cause }) if cause.contains("no space")),
                "{doomed:?}"
            );
            Ok(())
        })
        .unwrap();
    let spills = shop.orm.with_connection(|connection| {
        let sort = "SET temp_file_limit = '64kB'; SET work_mem = '64kB';
            SELECT COUNT(*) FROM (SELECT g FROM generate_series(1, 50000) g ORDER BY md5(g::text) OFFSET 1) s";
        let error = connection.batch_execute(sort).unwrap_err();
        Ok(Postgres::classify(&error).kind)
    });
    assert_eq!(spills.unwrap(), FailureKind::Full);
}

/// PostgreSQL has no NUL in its texts.
#[test]
fn a_text_with_a_nul() {
    let shop = Shop::open(AUTHORS);
    let name = format!("{SECRET}\0");
    shop.orm
        .session(|session| {
            for rows in [1, 2, 150] {
                let new: Vec<_> = (10..10 + rows)
                    .map(|id| session.persist(author(id, &format!("{id}"))))
                    .collect::<Result<_>>()?;
                let last = new.last().unwrap();
                session.edit(last)?.name = name.clone();
                refused(session.flush(), FailureKind::Conversion);
                session.edit(last)?.name = "fine".into();
                session.flush()?;
                // The same in an UPDATE.
                for row in &new {
                    session.edit(row)?.name.push('!');
                }
                session.edit(last)?.name = name.clone();
                refused(session.flush(), FailureKind::Conversion);
                session.edit(last)?.name = "fine!".into();
                session.flush()?;
                assert_eq!(
                    session.query::<Author>(authors::table).count()?,
                    u64::try_from(rows).unwrap() + 2
                );
                for row in new {
                    session.remove(row)?;
                }
                session.flush()?;
            }
            assert!(session.query::<Author>(authors::table.filter(authors::name.eq(&name))).count().is_err());
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_value_that_does_not_fit() {
    let shop = Shop::open(AUTHORS);
    for (column, fit) in [("name", "VARCHAR(5)"), ("rank", "SMALLINT")] {
        shop.sql(&format!("ALTER TABLE authors ALTER {column} TYPE {fit}"));
        for rows in [1, 2] {
            let refusal = shop.orm.session(|session| {
                for id in 3..3 + rows {
                    let name = if column == "name" { format!("{SECRET} {id}") } else { id.to_string() };
                    session.persist(Author { rank: Some(70_000), ..author(id, &name) })?;
                }
                session.flush()
            });
            refused(refusal, FailureKind::Conversion);
        }
    }
    shop.sql("ALTER TABLE authors ALTER name TYPE JSONB USING to_jsonb(name)");
    let refusal = shop.orm.with_connection(|connection| {
        let error = connection.batch_execute(r#"UPDATE authors SET name = '"hunter2\u0000"'"#).unwrap_err();
        Ok(Postgres::classify(&error))
    });
    assert_eq!(refusal.unwrap().kind, FailureKind::Conversion);
}

#[test]
fn a_pool_without_a_free_connection() {
    let wait = Duration::from_millis(200);
    let shop = Shop::with(AUTHORS, |settings| settings.pool_size(1).checkout_timeout(wait));
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
    shop.orm.read(|session| session.find::<Author>(1).map(drop)).unwrap();
}
