//! `Model`: what the library must know of an entity whatever the database.

use std::any::{Any, TypeId};
use std::fmt::Debug;
use std::hash::Hash;

use super::{ColumnSet, Draft, EntityMeta, Links, Record, UniqueKey};

/// A struct that mirrors a row, as far as no database is concerned.
///
/// Implemented by `#[derive(Entity)]` only; name [`Entity<B>`](super::Entity) in bounds instead.
/// Entities are `Send + Sync`: a change through a `Cell` or an `Rc<RefCell<..>>` would not be seen.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an entity",
    label = "add `#[derive(Entity, Queryable, Clone)]` to `{Self}`"
)]
pub trait Model: References + Sized + Clone + Send + Sync + 'static {
    /// The table, as `diesel::table!` made it.
    type Table: diesel::Table + diesel::QuerySource + Default + Copy + 'static;
    /// The columns of this struct in the order of its fields, as a tuple that Diesel selects.
    type Columns: diesel::Expression + 'static;
    /// The columns of the primary key, as a tuple that Diesel selects.
    type KeyColumns: diesel::Expression + 'static;
    /// The primary key: the type of the field, or a tuple of the fields' types in their order.
    type Key: Clone + Eq + Ord + Hash + Debug + Send + Sync + 'static;
    /// What `persist` takes while keys and defaults are still unknown.
    type Draft<'s>: Draft<'s, Entity = Self>;
    /// A persisted draft as the session stores it, its links taken out.
    type Record: Record<Entity = Self>;
    /// The columns of [`EntityMeta::returned`], ascending by number, as a tuple; `()` when there are none.
    type Returned: Clone + Send + Sync + 'static;

    /// The description of this entity.
    fn meta() -> &'static EntityMeta;

    /// The columns that a query of this entity selects.
    fn columns() -> Self::Columns;

    /// The columns of the primary key, to be selected.
    fn key_columns() -> Self::KeyColumns;

    /// Calls `f` with the primary key; no clone is made when the key is one column.
    fn with_key<R>(&self, f: impl FnOnce(&Self::Key) -> R) -> R;

    /// The primary key.
    fn key(&self) -> Self::Key {
        self.with_key(Clone::clone)
    }

    /// The columns whose bound values differ between `self` and `base`.
    ///
    /// A NaN equals itself here, and `-0.0` differs from `0.0`.
    fn changes(&self, base: &Self) -> ColumnSet;

    /// Copies the columns of `set` out of `from`.
    fn copy_columns(&mut self, from: &Self, set: ColumnSet);

    /// Moves the version one step on. `false` when there is no next version, and nothing was changed.
    ///
    /// Does nothing and is `true` for an entity without a version column.
    fn advance_version(&mut self) -> bool;

    /// Puts the columns that the database filled into their fields.
    fn fill(&mut self, returned: Self::Returned);

    /// The primary key within what an INSERT read back; `None` when nothing is read back.
    fn returned_key(returned: &Self::Returned) -> Option<Self::Key>;

    /// Turns a stored draft back into the draft that was persisted.
    fn draft<'s>(record: Self::Record, links: &mut Links<'s>) -> Self::Draft<'s>;
}

/// The foreign keys and unique values of a row or of a stored draft, by number.
pub trait References {
    /// Calls `visit` with the entity and the key that a relation refers to, unless it refers to nothing
    /// (or, in a draft, to a row that has no key yet).
    ///
    /// The `dyn Any` is the target's [`Model::Key`].
    fn visit_reference(&self, relation: usize, visit: &mut dyn FnMut(TypeId, &dyn Any));

    /// Makes a relation refer to the row of that key, or to nothing.
    ///
    /// `false` when the key is not the target's [`Model::Key`], or nothing is given to a required relation;
    /// then nothing was changed.
    fn set_reference(&mut self, relation: usize, key: Option<&dyn Any>) -> bool;

    /// The value of a unique set of [`EntityMeta::uniques`]; `None` when a column of it is NULL or left to the
    /// database.
    fn unique_value(&self, set: usize) -> Option<UniqueKey>;
}
