//! When a session flushes by itself.

#[doc(hidden)]
#[macro_export]
macro_rules! modes_behaviours {
    ($backend:ty, $harness:ty) => {
        mod modes {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            #[test]
            fn a_query_of_a_changed_table_is_preceded_by_a_flush() {
                let (orm, log) = open();
                orm.session(|session| {
                    let _ = session.persist(NewAuthor::new("Arya"))?;
                    assert_eq!(session.query::<Author>(authors::table).all()?.len(), 1);
                    assert_eq!(log.take(), ["INSERT authors", "SELECT authors"]);
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
