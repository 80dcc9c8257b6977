//! Entities with a version column, as code that needs one names them.

use super::{Model, Version};

/// An entity with a `#[entity(version)]` column.
///
/// Implemented by `#[derive(Entity)]` only. Code that reads or compares versions asks for it in a bound, so that it does
/// not compile for an entity without one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no version column",
    label = "nothing of `{Self}` tells whether another writer changed a row",
    note = "add an integer column to the table, and its field with `#[entity(version)]` to `{Self}`"
)]
pub trait Versioned: Model {
    /// The type of the column.
    type Version: Version + PartialEq;

    /// The version.
    fn version(&self) -> &Self::Version;
}
