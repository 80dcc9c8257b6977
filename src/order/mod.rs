//! The order of a flush: from pending writes to a printable plan. Pure: no Diesel, no session, no value.

mod plan;
mod work;

pub use plan::{Action, Plan, Step};
pub use work::{Reference, Side, UniqueUse, Work, Write, WriteId, WriteKind};
