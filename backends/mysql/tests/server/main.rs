//! What a real MySQL and a real MariaDB answer: errors, lost connections, sizes, types and keys that only they have.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

/// Runs tests, which take the server to use, on both servers.
macro_rules! on_both {
    ($($test:ident),+ $(,)?) => {
        mod mysql {
            $(#[test]
            fn $test() {
                super::$test(moored_conformance::Flavour::Mysql);
            })+
        }
        mod mariadb {
            $(#[test]
            fn $test() {
                super::$test(moored_conformance::Flavour::Mariadb);
            })+
        }
    };
}

mod catalogue;
mod collations;
mod constraints;
mod doomed;
mod generated;
mod lost;
mod refusals;
mod shop;
mod sizes;
mod types;
