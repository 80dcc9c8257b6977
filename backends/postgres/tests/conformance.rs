//! PostgreSQL shows every behaviour of the suite.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

mod harness {
    use moored_conformance::{Flavour, Harness};
    use moored_postgres::Postgres;

    pub(crate) struct PostgresHarness;

    impl Harness<Postgres> for PostgresHarness {
        const FLAVOUR: Flavour = Flavour::Postgres;
    }
}

moored_conformance::suite! { backend: moored_postgres::Postgres, harness: crate::harness::PostgresHarness }
