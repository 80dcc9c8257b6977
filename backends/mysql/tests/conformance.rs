//! MySQL and MariaDB show every behaviour of the suite.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

mod harness {
    use moored_conformance::{Flavour, Harness};
    use moored_mysql::Mysql;

    pub(crate) struct MysqlHarness;

    impl Harness<Mysql> for MysqlHarness {
        const FLAVOUR: Flavour = Flavour::Mysql;
    }

    pub(crate) struct MariadbHarness;

    impl Harness<Mysql> for MariadbHarness {
        const FLAVOUR: Flavour = Flavour::Mariadb;
    }
}

mod mysql {
    moored_conformance::suite! { backend: moored_mysql::Mysql, harness: crate::harness::MysqlHarness }
}

mod mariadb {
    moored_conformance::suite! { backend: moored_mysql::Mysql, harness: crate::harness::MariadbHarness }
}
