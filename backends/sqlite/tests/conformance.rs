//! SQLite shows every behaviour of the suite.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

mod harness {
    use moored::Orm;
    use moored_conformance::{Database, Flavour, Harness};
    use moored_sqlite::Sqlite;

    pub(crate) struct SqliteHarness;

    impl Harness<Sqlite> for SqliteHarness {
        const FLAVOUR: Flavour = Flavour::Sqlite;

        fn database() -> Database<Sqlite> {
            Database::new(Orm::builder(":memory:"), Self::FLAVOUR)
        }
    }
}

moored_conformance::suite! { backend: moored_sqlite::Sqlite, harness: crate::harness::SqliteHarness }
