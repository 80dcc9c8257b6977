//! Rows are told by their keys, never by the order in which a server gives them back, and an answer that cannot be right is
//! an error: on a backend of somebody else's, which mixes up the answers of each database.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

/// Makes of each function, which is generic over the kind of row and the backend, a test for each of both.
macro_rules! for_each_kind {
    ($($test:ident),+ $(,)?) => {
        for_each_kind!(@ generated_keys, Parcel: $($test),+);
        for_each_kind!(@ own_keys, Coupon: $($test),+);
        for_each_kind!(@ composite_keys, Compartment: $($test),+);
    };
    (@ $module:ident, $thing:ident: $($test:ident),+) => {
        mod $module {
            use diesel::connection::{AnsiTransactionManager, Connection};
            use moored::prelude::*;
            use moored_server_tests::Place;
            use moored_server_tests::scrambled::Scrambled;

            use crate::tables::$thing;

            $(
                fn $test<B: Backend>(place: Place<B>)
                where
                    B::Connection: Connection<TransactionManager = AnsiTransactionManager>,
                    $thing: Entity<B> + Entity<Scrambled<B>>,
                {
                    super::$test::<$thing, B>(&crate::shop::Shop::open(&place));
                }
            )+

            moored_server_tests::on_every_database!($($test),+);
        }
    };
}

mod shop;
mod shuffled;
mod tables;
mod wrong;
