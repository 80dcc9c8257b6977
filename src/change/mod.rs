//! What changed: from slots to rows that have to be written, and what constrains their order.

mod gather;
mod refers;

pub(crate) use gather::Pending;
