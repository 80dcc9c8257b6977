//! The identity map: an arena of slots for each entity, an index from key to slot, and frames that put them back.

mod arena;
mod frame;
mod index;
mod slot;
mod twins;

#[expect(unreachable_pub, reason = "it stands in the hidden method of a public trait")]
pub use arena::DraftTarget;
pub(crate) use arena::{Arena, Found};
pub(crate) use frame::FrameKind;
pub(crate) use slot::{Expression, Row, Slot, Status, Written};
