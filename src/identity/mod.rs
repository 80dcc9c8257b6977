//! The identity map: an arena of slots for each entity, an index from key to slot, and frames that put them back.

mod arena;
mod checkpoint;
mod frame;
mod held;
mod index;
mod links;
mod rebase;
mod settle;
mod slot;
mod take_in;
mod transitions;
mod twins;
mod written;

pub(crate) use arena::{Arena, Found};
pub(crate) use frame::FrameKind;
#[expect(unreachable_pub, reason = "it stands in the hidden method of a public trait")]
pub use links::DraftTarget;
pub(crate) use slot::{Expression, Guard, Row, Slot, Status, Written, relation_columns};
