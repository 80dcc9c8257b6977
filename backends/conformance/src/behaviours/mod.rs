//! The behaviours, a file for each part; [`suite!`](crate::suite) calls every one.

mod changes;
mod circles;
mod computed;
mod detached;
mod failure;
mod identity_map;
mod isolation;
mod limits;
mod locking;
mod mode_setting;
mod modes;
mod nesting;
mod order;
mod panics;
mod queries;
mod references;
mod refreshing;
mod rollback;
mod scopes;
mod states;
mod streaming;
mod text;
mod transactions;
mod unflushed;
mod uniques;
mod values;
