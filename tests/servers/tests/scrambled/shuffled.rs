//! Answers in another order: nothing depends on it.

use diesel::connection::{AnsiTransactionManager, Connection};
use moored::prelude::*;
use moored_server_tests::scrambled::{Mischief, Scrambled};

use crate::shop::{Shop, persist, written};
use crate::tables::Thing;

for_each_kind!(
    every_row_gets_what_the_database_made_for_it,
    rows_are_found_in_the_order_of_the_keys,
    rows_are_updated,
    rows_are_deleted,
);

fn every_row_gets_what_the_database_made_for_it<T, B>(shop: &Shop<B>)
where
    B: Backend<Connection: Connection<TransactionManager = AnsiTransactionManager>>,
    T: Thing + Entity<B> + Entity<Scrambled<B>>,
{
    shop.dial.set(Mischief::Shuffled);
    let in_memory = shop.scrambled.session(|session| {
        let rows = persist::<T, _>(session, 1_000)?;
        session.flush()?;
        assert!(shop.dial.deeds() > 0, "something was shuffled");
        let in_memory = written(session, &rows)?;
        for row in &rows {
            let row = session.promote(row)?;
            let found = session.find::<T>(session.key(&row))?.required()?;
            assert!(session.same(&found, &row), "the identity map has it under its key");
        }
        assert_eq!(shop.dial.deeds(), 0);
        Ok(in_memory)
    });
    shop.assert_stored(&in_memory.unwrap());
}

fn rows_are_found_in_the_order_of_the_keys<T, B>(shop: &Shop<B>)
where
    B: Backend<Connection: Connection<TransactionManager = AnsiTransactionManager>>,
    T: Thing + Entity<B> + Entity<Scrambled<B>>,
{
    let keys = stored_keys::<T, B>(shop, 700);
    shop.dial.set(Mischief::Shuffled);
    shop.scrambled
        .read(|session| {
            let found = session.find_many::<T, _>(&keys)?.required()?;
            assert!(shop.dial.deeds() > 0, "something was shuffled");
            for ((row, key), number) in found.iter().zip(&keys).zip(0..) {
                assert_eq!((&session.key(row), session[row].number()), (key, number));
            }
            assert_eq!(found.len(), 700);
            Ok(())
        })
        .unwrap();
}

fn rows_are_updated<T, B>(shop: &Shop<B>)
where
    B: Backend<Connection: Connection<TransactionManager = AnsiTransactionManager>>,
    T: Thing + Entity<B> + Entity<Scrambled<B>>,
{
    let keys = stored_keys::<T, B>(shop, 100);
    shop.dial.set(Mischief::Shuffled);
    let in_memory = shop.scrambled.session(|session| {
        let rows = session.find_many::<T, _>(&keys)?.required()?;
        for row in &rows {
            session.edit(row)?.change();
        }
        session.flush()?;
        Ok(rows.iter().map(|row| session[row].clone()).collect::<Vec<T>>())
    });
    shop.assert_stored(&in_memory.unwrap());
}

fn rows_are_deleted<T, B>(shop: &Shop<B>)
where
    B: Backend<Connection: Connection<TransactionManager = AnsiTransactionManager>>,
    T: Thing + Entity<B> + Entity<Scrambled<B>>,
{
    let keys = stored_keys::<T, B>(shop, 700);
    shop.dial.set(Mischief::Shuffled);
    shop.scrambled
        .session(|session| {
            for row in session.find_many::<T, _>(&keys)?.required()?.into_iter().skip(1) {
                session.remove(row)?;
            }
            assert!(shop.dial.deeds() > 0);
            session.flush()?;
            assert!(shop.dial.deeds() > 0, "something was shuffled");
            Ok(())
        })
        .unwrap();
    assert_eq!(shop.stored::<T>().into_keys().collect::<Vec<_>>(), [0]);
}

/// Stores rows without mischief, and gives their keys.
pub(crate) fn stored_keys<T, B>(shop: &Shop<B>, rows: i32) -> Vec<Key<T>>
where
    B: Backend<Connection: Connection<TransactionManager = AnsiTransactionManager>>,
    T: Thing + Entity<Scrambled<B>>,
{
    let keys = shop.scrambled.session(|session| {
        let rows = persist::<T, _>(session, rows)?;
        session.flush()?;
        rows.iter().map(|row| session.promote(row).map(|row| session.key(&row))).collect()
    });
    keys.unwrap()
}
