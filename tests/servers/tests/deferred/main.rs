//! Foreign keys whose constraint the database checks at COMMIT: rows that require each other go in and out together, and what
//! COMMIT finds broken is an error like any other.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

mod circles;
mod couples;
mod refused;

/// MySQL and MariaDB defer nothing.
macro_rules! where_it_can_be_deferred {
    ($($test:ident),+ $(,)?) => {
        moored_server_tests::on_database!(sqlite, moored_sqlite::Sqlite, Sqlite: $($test),+);
        moored_server_tests::on_database!(postgres, moored_postgres::Postgres, Postgres: $($test),+);
    };
}

mod rows_that_require_each_other {
    use crate::circles::*;

    where_it_can_be_deferred!(
        two_go_in_and_out_without_a_fix_up,
        many_go_in_and_out_in_one_statement_each,
        a_ring_in_one_table_is_one_statement,
        one_stays_with_another,
    );
}

mod what_commit_refuses {
    use crate::refused::*;

    where_it_can_be_deferred!(
        a_flush_leaves_everything_pending,
        a_removal_stays_scheduled,
        a_single_statement_is_refused_by_itself,
        a_transaction_is_undone_in_memory_too,
        a_savepoint_may_owe_what_its_transaction_pays,
    );
}
