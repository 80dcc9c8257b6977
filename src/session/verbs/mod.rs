//! The verbs of a unit of work, one file each.

mod bulk;
mod compute;
mod connection;
mod detach;
mod edit;
mod edited;
mod expect_version;
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
mod resolve;
mod stream;
mod transaction;
mod upsert;
mod version;

pub use bulk::{Changes, Filter, SetStatement, UpdateAll, UpdateWhere};
pub use connection::Tables;
pub use detach::Detached;
pub use find::Required;
pub use lock_query::LockedQuery;
pub use promote::Promote;
pub(crate) use query::Fragment;
pub use query::{EntityQuery, Query};
pub use remove::Removable;
pub use resolve::Resolution;
pub use upsert::{Many, OnConflict, One, Outcome, Ready, Upsert};
