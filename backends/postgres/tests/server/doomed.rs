//! A failure that the caller swallows: what follows it in the transaction is refused, and nothing of it is committed.

use std::panic::{AssertUnwindSafe, catch_unwind};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use moored::backend::FailureKind;
use moored::prelude::*;
use moored::{Error, Result};
use moored_postgres::Postgres;

use crate::shop::{AUTHORS, Author, Shop, author, authors, refused};

type Tx<'a, 't, 's> = &'a mut Transaction<'t, 's, Postgres>;

/// Breaks the unique name.
const BREAK: &str = "INSERT INTO authors VALUES (9, 'Arya', 1)";

fn by_batch(tx: Tx<'_, '_, '_>) -> Result<()> {
    assert!(tx.connection()?.batch_execute(BREAK).is_err());
    Ok(())
}

fn by_statement(tx: Tx<'_, '_, '_>) -> Result<()> {
    let values = (authors::id.eq(9), authors::name.eq("Arya"), authors::rank.eq(1));
    assert!(diesel::insert_into(authors::table).values(values).execute(tx.connection()?).is_err());
    Ok(())
}

fn by_query(tx: Tx<'_, '_, '_>) -> Result<()> {
    let nonsense = diesel::dsl::sql::<diesel::sql_types::Bool>("1 / (id - id) = 1");
    refused(tx.query::<Author>(authors::table.filter(nonsense)).all().map(drop), FailureKind::Other);
    Ok(())
}

fn by_prepared_nonsense(tx: Tx<'_, '_, '_>) -> Result<()> {
    assert!(diesel::sql_query("SELECT nothing FROM nowhere").execute(tx.connection()?).is_err());
    Ok(())
}

fn is_doomed<T>(result: Result<T>) -> bool {
    matches!(result, Err(Error::Doomed { .. }))
}

#[test]
fn a_swallowed_failure_ends_the_transaction() {
    for fail in [by_batch, by_statement, by_query, by_prepared_nonsense] {
        let shop = Shop::with(AUTHORS, |settings| settings.pool_size(1));
        shop.orm
            .session(|session| {
                let arya = session.find::<Author>(1)?.required()?;
                let ended = session.transaction(|tx| {
                    tx.edit(&arya)?.rank = Some(7);
                    tx.flush()?;
                    fail(tx)?;
                    // Everything up to the rollback is refused, with the first cause.
                    assert!(is_doomed(tx.find::<Author>(2)) && is_doomed(tx.connection().map(drop)));
                    tx.persist(author(3, "Rickon"))?;
                    assert!(is_doomed(tx.flush()) && is_doomed(tx.transaction(|_| Ok(()))));
                    assert!(is_doomed(tx.query::<Author>(authors::table).all()));
                    Ok(())
                });
                assert!(is_doomed(ended));
                assert_eq!(session[&arya].rank, Some(1));
                // The session goes on.
                session.edit(&arya)?.rank = Some(8);
                session.flush()
            })
            .unwrap();
        assert_eq!(shop.number("SELECT rank FROM authors WHERE id = 1"), 8);
        assert_eq!(shop.number("SELECT COUNT(*) FROM authors"), 2);
    }
}

#[test]
fn inside_a_savepoint_it_ends_the_savepoint_alone() {
    for fail in [by_batch, by_statement, by_query, by_prepared_nonsense] {
        let shop = Shop::open(AUTHORS);
        shop.orm
            .session(|session| {
                let arya = session.find::<Author>(1)?.required()?;
                session.transaction(|tx| {
                    tx.edit(&arya)?.rank = Some(7);
                    tx.flush()?;
                    let inner = tx.transaction(|inner| {
                        inner.edit(&arya)?.rank = Some(6);
                        inner.flush()?;
                        fail(inner)?;
                        assert!(is_doomed(inner.find::<Author>(2)));
                        Ok(())
                    });
                    assert!(is_doomed(inner));
                    assert_eq!(tx[&arya].rank, Some(7));
                    tx.persist(author(3, "Rickon"))?;
                    Ok(())
                })
            })
            .unwrap();
        assert_eq!(shop.number("SELECT rank FROM authors WHERE id = 1"), 7);
        assert_eq!(shop.number("SELECT COUNT(*) FROM authors"), 3);
    }
}

/// Two levels down: the two inner ones are undone each by itself.
#[test]
fn a_savepoint_in_a_savepoint() {
    let shop = Shop::open(AUTHORS);
    shop.orm
        .session(|session| {
            session.transaction(|tx| {
                tx.transaction(|middle| {
                    middle.persist(author(3, "Rickon"))?;
                    middle.flush()?;
                    let inner = middle.transaction(|inner| {
                        inner.persist(author(4, "Sansa"))?;
                        inner.flush()?;
                        by_batch(inner)
                    });
                    assert!(is_doomed(inner));
                    middle.persist(author(5, "Jon"))?;
                    Ok(())
                })
            })
        })
        .unwrap();
    assert_eq!(shop.number("SELECT SUM(id) FROM authors WHERE id > 2"), 8);
}

#[test]
fn a_flush_that_fails_is_undone_alone() {
    let shop = Shop::open(AUTHORS);
    shop.orm
        .session(|session| {
            session.transaction(|tx| {
                let twin = tx.persist(author(3, "Arya"))?;
                refused(tx.flush(), FailureKind::Unique);
                tx.edit(&twin)?.name = "Rickon".into();
                Ok(())
            })
        })
        .unwrap();
    assert_eq!(shop.number("SELECT COUNT(*) FROM authors"), 3);
}

/// What a caller catches in SQL itself is no failure.
#[test]
fn a_savepoint_of_plain_sql_saves_the_transaction() {
    let shop = Shop::open(AUTHORS);
    shop.orm
        .session(|session| {
            session.transaction(|tx| {
                tx.persist(author(3, "Rickon"))?;
                let caught =
                    format!("DO $$ BEGIN {BREAK}; EXCEPTION WHEN unique_violation THEN NULL; END $$");
                tx.connection()?.batch_execute(&caught)?;
                let failed: QueryResult<()> =
                    tx.connection()?.transaction(|plain| plain.batch_execute(BREAK));
                assert!(failed.is_err());
                Ok(())
            })
        })
        .unwrap();
    assert_eq!(shop.number("SELECT COUNT(*) FROM authors"), 3);
}

#[test]
fn a_panic_leaves_no_transaction_to_the_next() {
    let shop = Shop::with(AUTHORS, |settings| settings.pool_size(1));
    for fail in [false, true] {
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            shop.orm.session(|session| {
                session.transaction(|tx| {
                    tx.persist(author(3, "Rickon"))?;
                    tx.flush()?;
                    if fail {
                        by_statement(tx)?;
                    }
                    panic!("a bug of the caller's");
                    #[expect(unreachable_code, reason = "it gives the closure its type")]
                    Ok(())
                })
            })
        }));
        assert!(panicked.is_err());
        let depth = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'";
        assert_eq!(shop.number(depth), 0);
        shop.orm
            .session(|session| {
                assert!(session.find::<Author>(3)?.is_none());
                session.persist(author(4, "Sansa"))?;
                session.flush()?;
                let sansa = session.find::<Author>(4)?.required()?;
                session.remove(sansa)?;
                session.flush()
            })
            .unwrap();
    }
}
