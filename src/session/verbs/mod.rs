//! The verbs of a unit of work, one file each.

mod compute;
mod detach;
mod edit;
mod find;
mod flush;
mod link;
mod persist;
mod promote;
mod query;
mod read;
mod reference;
mod refresh;
mod remove;
mod stream;
mod transaction;

pub use detach::Detached;
pub use find::Required;
pub use promote::Promote;
pub(crate) use query::Fragment;
pub use query::{EntityQuery, Query};
pub use remove::Removable;
