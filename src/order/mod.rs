//! The order of a flush: from pending writes to a printable plan. Pure: no Diesel, no session, no value.
//!
//! ```text
//! Work -> edges      who has to wait for whom, and why
//!      -> untangle   cycles are broken by writing a row in parts (split), or reported (cycle)
//!      -> batch      rows that are written alike share a step, wherever the edges allow it -> Plan
//! ```

mod batch;
mod cycle;
mod draw;
mod edges;
mod entities;
mod graph;
mod plan;
mod split;
#[cfg(test)]
mod tests;
mod untangle;
mod work;

pub use cycle::{Cycle, Link};
pub use draw::Shown;
pub use edges::Cause;
pub(crate) use edges::LONGEST_CHAIN;
pub use plan::{Action, Plan, Step, StepEdge};
pub use work::{Reference, Side, UniqueUse, Work, Write, WriteId, WriteKind};

/// Puts pending writes into an order that every immediate constraint accepts.
///
/// The same work gives the same plan.
///
/// # Errors
///
/// [`Cycle`] when rows wait for each other and none of them can be written in parts.
pub fn plan(work: &Work) -> Result<Plan, Cycle> {
    let edges = edges::collect(work);
    let splits = untangle::untangle(work, &edges)?;
    Ok(Plan { steps: batch::batch(work, &edges, &splits) })
}
