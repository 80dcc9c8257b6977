//! What counts as a change, and what a flush writes of it.

#[doc(hidden)]
#[macro_export]
macro_rules! changes_behaviours {
    ($backend:ty, $harness:ty) => {
        mod changes {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            #[test]
            fn a_flush_of_nothing_is_no_statement() {
                let (orm, log) = open();
                orm.session(|session| {
                    session.flush()?;
                    assert!(log.take().is_empty());
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
