//! The shop over HTTP: what it answers, what it does for many clients at once, and how it ends.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod answers;
mod clients;
mod given_up;
mod program;
mod site;
