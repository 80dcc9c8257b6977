//! The one list of the parts that a backend has to pass.

/// Runs every behaviour on a backend. This is the only way in: a backend cannot leave a part out.
///
/// ```ignore
/// moored_conformance::suite! { backend: moored_sqlite::Sqlite, harness: crate::harness::SqliteHarness }
/// ```
///
/// Both paths have to be absolute, since they are used in modules of their own.
#[macro_export]
macro_rules! suite {
    (backend: $backend:ty, harness: $harness:ty $(,)?) => {
        $crate::batch_keys_behaviours!($backend, $harness);
        $crate::batches_behaviours!($backend, $harness);
        $crate::bulk_behaviours!($backend, $harness);
        $crate::bulk_memory_behaviours!($backend, $harness);
        $crate::bulk_model_behaviours!($backend, $harness);
        $crate::cascades_behaviours!($backend, $harness);
        $crate::chains_behaviours!($backend, $harness);
        $crate::changes_behaviours!($backend, $harness);
        $crate::choosing_behaviours!($backend, $harness);
        $crate::circles_behaviours!($backend, $harness);
        $crate::collections_behaviours!($backend, $harness);
        $crate::composite_behaviours!($backend, $harness);
        $crate::computed_behaviours!($backend, $harness);
        $crate::conflicts_behaviours!($backend, $harness);
        $crate::connections_behaviours!($backend, $harness);
        $crate::contexts_behaviours!($backend, $harness);
        $crate::detached_behaviours!($backend, $harness);
        $crate::endings_behaviours!($backend, $harness);
        $crate::event_ends_behaviours!($backend, $harness);
        $crate::event_rows_behaviours!($backend, $harness);
        $crate::events_behaviours!($backend, $harness);
        $crate::expected_versions_behaviours!($backend, $harness);
        $crate::failure_behaviours!($backend, $harness);
        $crate::foreign_keys_behaviours!($backend, $harness);
        $crate::graphs_behaviours!($backend, $harness);
        $crate::halfway_behaviours!($backend, $harness);
        $crate::identity_map_behaviours!($backend, $harness);
        $crate::isolation_behaviours!($backend, $harness);
        $crate::joining_behaviours!($backend, $harness);
        $crate::limits_behaviours!($backend, $harness);
        $crate::links_behaviours!($backend, $harness);
        $crate::lists_behaviours!($backend, $harness);
        $crate::loading_behaviours!($backend, $harness);
        $crate::lock_queries_behaviours!($backend, $harness);
        $crate::lock_times_behaviours!($backend, $harness);
        $crate::lock_waits_behaviours!($backend, $harness);
        $crate::locking_behaviours!($backend, $harness);
        $crate::locks_behaviours!($backend, $harness);
        $crate::merging_behaviours!($backend, $harness);
        $crate::migrating_behaviours!($backend, $harness);
        $crate::mode_setting_behaviours!($backend, $harness);
        $crate::modes_behaviours!($backend, $harness);
        $crate::nesting_behaviours!($backend, $harness);
        $crate::observing_behaviours!($backend, $harness);
        $crate::order_behaviours!($backend, $harness);
        $crate::panics_behaviours!($backend, $harness);
        $crate::propagation_behaviours!($backend, $harness);
        $crate::queries_behaviours!($backend, $harness);
        $crate::raw_sql_behaviours!($backend, $harness);
        $crate::references_behaviours!($backend, $harness);
        $crate::refreshing_behaviours!($backend, $harness);
        $crate::removal_behaviours!($backend, $harness);
        $crate::removing_behaviours!($backend, $harness);
        $crate::repeatable_behaviours!($backend, $harness);
        $crate::resolving_behaviours!($backend, $harness);
        $crate::retries_behaviours!($backend, $harness);
        $crate::rollback_behaviours!($backend, $harness);
        $crate::rotations_behaviours!($backend, $harness);
        $crate::scopes_behaviours!($backend, $harness);
        $crate::serialized_behaviours!($backend, $harness);
        $crate::stale_batches_behaviours!($backend, $harness);
        $crate::states_behaviours!($backend, $harness);
        $crate::streaming_behaviours!($backend, $harness);
        $crate::text_behaviours!($backend, $harness);
        $crate::transaction_options_behaviours!($backend, $harness);
        $crate::transactions_behaviours!($backend, $harness);
        $crate::unflushed_behaviours!($backend, $harness);
        $crate::uniques_behaviours!($backend, $harness);
        $crate::upsert_conflicts_behaviours!($backend, $harness);
        $crate::upsert_undeclared_behaviours!($backend, $harness);
        $crate::upserts_behaviours!($backend, $harness);
        $crate::values_behaviours!($backend, $harness);
        $crate::verifying_behaviours!($backend, $harness);
        $crate::versions_behaviours!($backend, $harness);
        $crate::volume_behaviours!($backend, $harness);
        $crate::writers_behaviours!($backend, $harness);
    };
}
