//! Random programs of changes, flushes, transactions and scopes, well ended and badly: values, versions, keys, states
//! and tables are compared with a simple model after every step.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::missing_errors_doc,
    reason = "a test"
)]

mod compare;
mod expect;
mod frames;
mod handles;
mod model;
mod op;
mod program;
mod rows;
mod schema;

use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

use crate::model::Model;
use crate::op::{Op, programs};
use crate::program::run;

fn execute(ops: &[Op]) {
    let orm = schema::orm();
    orm.session(|session| {
        run(session, &mut Vec::new(), &mut Model::default(), ops);
        session.discard();
        Ok(())
    })
    .unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct("tests/rollback/regressions.txt"))),
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_session_is_what_the_model_says(ops in programs()) {
        execute(&ops);
    }
}
