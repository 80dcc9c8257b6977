//! What a row is to the library: its description, its key, its draft, and how its columns are bound.

mod bind;
mod column;
mod draft;
mod key;
mod meta;
mod model;
mod positioned;
mod relation;
mod shared;
mod unique;
mod unique_set;
mod version;
mod versioned;

pub use bind::{Bind, Entity};
pub use column::{CompareByValue, CompareColumn, Compared, Fits, NeverNull, Unshared, not_null_type};
pub use draft::{Draft, LinkedColumn, Pending, Persisted, Record};
pub use key::{CompositeForeignKey, ForeignKey, IntoKey, Key, KeyPart};
pub use meta::{ColumnMeta, ColumnSet, EntityMeta, RelationMeta, UniqueMeta, same_key};
pub use model::{Model, References};
pub(crate) use positioned::ascending;
pub use positioned::{Position, Positioned};
pub use relation::{IntoLink, Link, Links};
pub(crate) use relation::{LinkEnd, PendingLink};
pub(crate) use shared::{give_key, keeps_others, refers_to};
pub use unique::UniqueKey;
pub use unique_set::UniqueSet;
pub use version::Version;
pub use versioned::Versioned;
