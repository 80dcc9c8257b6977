//! One database with two ways to it: one that mixes answers up, and a plain one beside it, which says what is really there.

use std::collections::BTreeMap;

use diesel::connection::{AnsiTransactionManager, Connection};
use moored::Result;
use moored::prelude::*;
use moored_server_tests::Place;
use moored_server_tests::scrambled::{Dial, Options, Scrambled};

use crate::tables::{Thing, tables};

pub(crate) struct Shop<B: Backend>
where
    B::Connection: Connection<TransactionManager = AnsiTransactionManager>,
{
    pub(crate) scrambled: Orm<Scrambled<B>>,
    pub(crate) dial: Dial,
    plain: Orm<B>,
}

impl<B: Backend> Shop<B>
where
    B::Connection: Connection<TransactionManager = AnsiTransactionManager>,
{
    pub(crate) fn open(place: &Place<B>) -> Self {
        let (plain, _) = place.open(&tables(place.flavour()));
        let dial = Dial::default();
        let options = Options { dial: dial.clone(), ..Options::default() };
        let scrambled = Orm::<Scrambled<B>>::builder(place.url()).options(options).build().unwrap();
        Self { scrambled, dial, plain }
    }

    /// The rows that are there, by their numbers.
    pub(crate) fn stored<T: Thing + Entity<B>>(&self) -> BTreeMap<i32, T> {
        let mut stored = BTreeMap::new();
        self.plain
            .read(|session| {
                for row in session.select(Select::<T>::all()).all()? {
                    let row = session[&row].clone();
                    let twice = stored.insert(row.number(), row);
                    assert_eq!(twice, None);
                }
                Ok(())
            })
            .unwrap();
        stored
    }

    /// The same number of rows, with the same keys and values.
    pub(crate) fn assert_stored<T: Thing + Entity<B>>(&self, in_memory: &[T]) {
        let stored = self.stored::<T>();
        assert_eq!(stored.len(), in_memory.len());
        for row in in_memory {
            assert_eq!(stored.get(&row.number()), Some(row));
            assert!(row.is_whole(), "{row:?}");
        }
    }
}

/// Persists rows with the numbers from 0 up.
pub(crate) fn persist<'s, T, B>(uow: &mut UnitOfWork<'s, B>, rows: i32) -> Result<Vec<Handle<'s, T, New>>>
where
    B: Backend,
    T: Thing + Entity<B>,
{
    (0..rows).map(|number| T::persist(uow, number)).collect()
}

/// The rows of those handles, which were written.
pub(crate) fn written<'s, T, B>(uow: &UnitOfWork<'s, B>, handles: &[Handle<'s, T, New>]) -> Result<Vec<T>>
where
    B: Backend,
    T: Thing + Entity<B>,
{
    let row = |(number, handle): (i32, &Handle<'s, T, New>)| {
        let handle = uow.promote(handle)?;
        assert_eq!(uow[&handle].number(), number, "each handle has the row that was persisted for it");
        Ok(uow[&handle].clone())
    };
    (0..).zip(handles).map(row).collect()
}
