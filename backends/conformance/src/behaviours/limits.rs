//! How many rows there can be, and what can be in them.

#[doc(hidden)]
#[macro_export]
macro_rules! limits_behaviours {
    ($backend:ty, $harness:ty) => {
        mod limits {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            #[test]
            fn no_rows_are_no_statement() {
                let (orm, log) = open();
                orm.session(|session| {
                    assert!(session.find_many::<Note, i32>([])?.is_empty());
                    assert!(log.take().is_empty());
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
