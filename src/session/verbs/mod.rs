//! The verbs of a unit of work, one file each.

mod compute;
mod detach;
mod edit;
mod find;
mod flush;
mod link;
mod lock;
mod lock_query;
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
pub use lock_query::LockedQuery;
pub use promote::Promote;
pub(crate) use query::Fragment;
pub use query::{EntityQuery, Query};
pub use remove::Removable;
