//! SQLite shows every behaviour of the suite.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

mod harness {
    use moored::{Orm, OrmBuilder};
    use moored_conformance::{Flavour, Harness};
    use moored_sqlite::Sqlite;

    pub(crate) struct SqliteHarness;

    impl Harness<Sqlite> for SqliteHarness {
        const FLAVOUR: Flavour = Flavour::Sqlite;

        fn database() -> OrmBuilder<Sqlite> {
            Orm::builder(":memory:")
        }
    }
}

moored_conformance::suite! { backend: moored_sqlite::Sqlite, harness: crate::harness::SqliteHarness }
