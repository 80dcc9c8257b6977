//! One row is one instance, and memory wins over what is read again.

#[doc(hidden)]
#[macro_export]
macro_rules! identity_map_behaviours {
    ($backend:ty, $harness:ty) => {
        mod identity_map {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            #[test]
            fn a_row_found_twice_by_key_is_one_instance_of_one_select() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                log.skip();
                orm.session(|session| {
                    let first = session.find::<Author>(key)?.required()?;
                    let second = session.find::<Author>(key)?.required()?;
                    assert!(session.same(&first, &second));
                    assert_eq!(log.take(), ["SELECT authors"]);
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
