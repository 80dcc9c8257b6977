//! Transactions, savepoints and scopes.

#[doc(hidden)]
#[macro_export]
macro_rules! transactions_behaviours {
    ($backend:ty, $harness:ty) => {
        mod transactions {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            #[test]
            fn a_transaction_flushes_before_its_commit() {
                let (orm, log) = open();
                orm.session(|session| {
                    session.transaction(|tx| tx.persist(NewAuthor::new("Arya")).map(|_| ()))?;
                    assert_eq!(log.take(), ["B", "INSERT authors", "C"]);
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
