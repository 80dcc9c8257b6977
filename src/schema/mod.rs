//! The schema of the database compared with what entities declare of it: [`Orm::verify`](crate::Orm::verify).

mod columns;
mod compare;
mod difference;
mod keys;
mod outline;
mod references;

pub(crate) use compare::{Known, compare};
pub(crate) use difference::listed;
pub use difference::{Difference, Drift};
pub use outline::Outline;
