//! Code that is generic over the backend does the same on every database.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test")]

mod criteria;
mod library;
mod work;

mod queries {
    use crate::criteria::*;

    moored_server_tests::on_every_database!(
        comparisons,
        lists,
        nulls,
        patterns,
        combined,
        ordered_and_limited
    );
}

mod services {
    use crate::work::*;

    moored_server_tests::on_every_database!(
        a_graph_is_persisted_and_found,
        rows_are_edited_and_linked,
        rows_are_removed,
        a_transaction_commits_or_is_as_if_it_had_not_been,
        errors_mean_the_same,
    );
}
