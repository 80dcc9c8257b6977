//! Answers that cannot be right: an error, and all is as it was before.

use diesel::connection::{AnsiTransactionManager, Connection};
use moored::backend::Returning;
use moored::prelude::*;
use moored::{Error, Result};
use moored_server_tests::scrambled::{Mischief, Scrambled};

use crate::shop::{Shop, persist, written};
use crate::shuffled::stored_keys;
use crate::tables::Thing;

for_each_kind!(
    an_insert_that_lacks_a_row,
    an_insert_with_a_row_too_many,
    an_insert_with_a_row_for_another,
    a_transaction_goes_on_after_it,
    a_delete_that_lacks_a_row,
    a_delete_with_a_row_twice,
);

fn an_insert_that_lacks_a_row<T, B>(shop: &Shop<B>)
where
    B: Backend<Connection: Connection<TransactionManager = AnsiTransactionManager>>,
    T: Thing + Entity<B> + Entity<Scrambled<B>>,
{
    insert_with::<T, B>(shop, Mischief::OneMissing);
}

fn an_insert_with_a_row_too_many<T, B>(shop: &Shop<B>)
where
    B: Backend<Connection: Connection<TransactionManager = AnsiTransactionManager>>,
    T: Thing + Entity<B> + Entity<Scrambled<B>>,
{
    insert_with::<T, B>(shop, Mischief::OneTwice);
}

fn an_insert_with_a_row_for_another<T, B>(shop: &Shop<B>)
where
    B: Backend<Connection: Connection<TransactionManager = AnsiTransactionManager>>,
    T: Thing + Entity<B> + Entity<Scrambled<B>>,
{
    insert_with::<T, B>(shop, Mischief::OneForAnother);
}

fn insert_with<T, B>(shop: &Shop<B>, mischief: Mischief)
where
    B: Backend<Connection: Connection<TransactionManager = AnsiTransactionManager>>,
    T: Thing + Entity<B> + Entity<Scrambled<B>>,
{
    let in_memory = shop.scrambled.session(|session| {
        // More than go into one INSERT; the first goes well.
        let rows = persist::<T, _>(session, 1_100)?;
        let planned = session.plan()?.to_string();
        shop.dial.set_after(1, mischief);
        assert_keys_unknown::<T>(session.flush());
        assert!(shop.dial.deeds() > 0, "something was done");
        shop.dial.set(Mischief::None);
        // Memory is as before, and so is the database.
        assert_eq!(session.plan()?.to_string(), planned);
        for row in &rows {
            session.draft(row)?;
            assert!(matches!(session.promote(row), Err(Error::NotWritten { .. })));
        }
        assert!(shop.stored::<T>().is_empty());
        // And the same work goes through once the answers are right.
        session.flush()?;
        written(session, &rows)
    });
    shop.assert_stored(&in_memory.unwrap());
}

fn a_transaction_goes_on_after_it<T, B>(shop: &Shop<B>)
where
    B: Backend<Connection: Connection<TransactionManager = AnsiTransactionManager>>,
    T: Thing + Entity<B> + Entity<Scrambled<B>>,
{
    let in_memory = shop.scrambled.session(|session| {
        session.transaction(|tx| {
            let first = T::persist(tx, 0)?;
            tx.flush()?;
            let others = (1..50).map(|number| T::persist(tx, number)).collect::<Result<Vec<_>>>()?;
            shop.dial.set(Mischief::OneMissing);
            assert_keys_unknown::<T>(tx.flush());
            shop.dial.set(Mischief::Shuffled);
            tx.flush()?;
            let rows = std::iter::once(first).chain(others).collect::<Vec<_>>();
            written(tx, &rows)
        })
    });
    shop.assert_stored(&in_memory.unwrap());
}

fn a_delete_that_lacks_a_row<T, B>(shop: &Shop<B>)
where
    B: Backend<Connection: Connection<TransactionManager = AnsiTransactionManager>>,
    T: Thing + Entity<B> + Entity<Scrambled<B>>,
{
    let keys = stored_keys::<T, B>(shop, 100);
    shop.scrambled
        .session(|session| {
            let rows = session.find_many::<T, _>(&keys)?.required()?;
            let rows = rows.into_iter().map(|row| session.remove(row)).collect::<Result<Vec<_>>>()?;
            shop.dial.set(Mischief::OneMissing);
            let flushed = session.flush();
            shop.dial.set(Mischief::None);
            assert_eq!(session[&rows[50]].number(), 50);
            if shop.scrambled.dialect().returning == Returning::Clause {
                // What became of the row that the answer lacks is looked up: it was there, and now it is gone.
                assert!(flushed.is_ok() && !session.has_changes(), "{flushed:?}");
                return Ok(());
            }
            // Where it is looked at before, it was not there, for all that is known.
            assert!(matches!(flushed, Err(Error::Stale(_))), "{flushed:?}");
            assert_eq!(shop.stored::<T>().len(), 100);
            session.flush()
        })
        .unwrap();
    assert!(shop.stored::<T>().is_empty());
}

fn a_delete_with_a_row_twice<T, B>(shop: &Shop<B>)
where
    B: Backend<Connection: Connection<TransactionManager = AnsiTransactionManager>>,
    T: Thing + Entity<B> + Entity<Scrambled<B>>,
{
    let keys = stored_keys::<T, B>(shop, 100);
    shop.scrambled
        .session(|session| {
            for row in session.find_many::<T, _>(&keys)?.required()? {
                session.remove(row)?;
            }
            // Said twice, it is as true.
            shop.dial.set(Mischief::OneTwice);
            session.flush()
        })
        .unwrap();
    assert!(shop.stored::<T>().is_empty());
}

fn assert_keys_unknown<T: Thing>(flushed: Result<()>) {
    match flushed {
        Err(Error::KeysUnknown { entity }) => assert_eq!(entity, T::meta().name),
        other => panic!("{other:?}"),
    }
}
