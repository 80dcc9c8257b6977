//! Every misuse in `ui-tests/rejected` fails to compile with the words beside it.
#![allow(missing_docs, reason = "a test")]

/// One `cargo check` for all of them. `TRYBUILD=overwrite` writes the words anew.
#[test]
fn every_misuse_is_rejected() {
    trybuild::TestCases::new().compile_fail("ui-tests/rejected/*/*.rs");
}
