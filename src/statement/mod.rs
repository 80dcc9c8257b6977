//! The statements of a flush and of loading by key, as Diesel query fragments, and running them.
//!
//! A statement's text is written once per shape and kept for the session; a fragment pushes the text and then the
//! values. Diesel's cache goes by the text, so one row and one full chunk of every shape are prepared once per
//! connection, and nothing else is kept there.

mod bulk;
mod collect;
mod compute;
mod delete;
mod expect;
mod fragment;
mod insert;
mod join;
mod known;
mod load;
mod lock;
mod many;
mod read;
mod text;
mod update;
mod upsert;
mod wrap;
mod write;

pub(crate) use bulk::{SetBased, check_assignments, check_next_version, fixed_columns, version_clause};
#[doc(hidden)]
pub(crate) use delete::Missing;
pub(crate) use join::Join;
pub use load::{load, number, stream};
pub(crate) use lock::{LockClause, Locked};
pub(crate) use text::{LinkTable, Text, Way, quoted, sql_of, table_name};
pub(crate) use update::Assignment;
pub(crate) use upsert::{Conflict, set_columns, value_of};
pub(crate) use wrap::Count;
pub(crate) use write::{Suspicion, Writer, database};
