//! One step of a relation by columns of either side, so that two steps can be one statement.

use std::marker::PhantomData;

use super::{Kind, Many, One, Order, Populate, Relation, Single, ToOne};
use crate::backend::Backend;
use crate::entity::{Entity, Model};
use crate::error::{Error, RowName};
use crate::session::{Core, columns_of, reference_of, spelled_otherwise};

/// A kind of relation that has no rows in between: it is one step.
#[diagnostic::on_unimplemented(
    message = "`{R}` cannot be joined to another relation",
    label = "it leads through rows in between",
    note = "load it with statements of its own, by `then`; `joined()` behind it makes its own two steps one statement"
)]
pub trait Step<R: Relation>: Kind<R> {}

impl<R: ToOne> Step<R> for One<R::Presence> {}

impl<R, V, O, S> Step<R> for Many<V, O, S>
where
    O: 'static,
    S: 'static,
    R: Relation,
    V: ToOne<Owner = R::Target, Target = R::Owner>,
{
}

impl<R, V> Step<R> for Single<V>
where
    R: Relation,
    V: ToOne<Owner = R::Target, Target = R::Owner>,
{
}

/// A step that the backend `B` can take.
#[doc(hidden)]
pub trait Joins<R: Relation, B: Backend>: Populate<R, B> + Step<R> {
    /// Its one step.
    type Hop: Hop<B, From = R::Owner, To = R::Target>;
}

/// One step.
#[doc(hidden)]
pub trait Hop<B: Backend> {
    type From: Entity<B>;
    type To: Entity<B>;
    /// The entity of whose keys the statement is made: where the step starts, or where it ends.
    type Told: Entity<B>;
    /// Those keys, sorted; none where what they lead to is in memory already.
    fn keys(core: &mut Core<B>, owners: &[u32]) -> Vec<<Self::Told as Model>::Key>;
    /// The columns of the end that hold such a key.
    fn told() -> &'static [usize];
    /// The columns of the start and of the end that are equal.
    fn on() -> (&'static [usize], &'static [usize]);
    /// Whether memory, too, takes a row for one of those that the keys tell.
    fn is_told(end: &Self::To, keys: &[<Self::Told as Model>::Key]) -> bool;
    /// Whether memory, too, takes them for related.
    fn is_related(start: &Self::From, end: &Self::To) -> bool;
    /// What it is where memory does not.
    fn spelled_otherwise(row: RowName) -> Error;
    /// The rows in memory that these lead to.
    fn targets(core: &mut Core<B>, owners: &[u32]) -> Vec<u32>;
}

/// By columns of the start.
#[derive(Debug)]
pub struct Up<V>(PhantomData<fn() -> V>);
/// By columns of the end.
#[derive(Debug)]
pub struct Down<V>(PhantomData<fn() -> V>);

impl<V, B> Hop<B> for Up<V>
where
    B: Backend,
    V: ToOne<Owner: Entity<B>, Target: Entity<B>>,
{
    type From = V::Owner;
    type To = V::Target;
    type Told = V::Target;

    fn keys(core: &mut Core<B>, owners: &[u32]) -> Vec<<V::Target as Model>::Key> {
        core.missing_references::<V>(owners)
    }

    fn told() -> &'static [usize] {
        V::Target::meta().key
    }

    fn on() -> (&'static [usize], &'static [usize]) {
        (columns_of::<V>(), V::Target::meta().key)
    }

    fn is_told(end: &V::Target, keys: &[<V::Target as Model>::Key]) -> bool {
        end.with_key(|key| keys.binary_search(key).is_ok())
    }

    fn is_related(start: &V::Owner, end: &V::Target) -> bool {
        reference_of::<V>(start).is_some_and(|key| key == end.key())
    }

    fn spelled_otherwise(row: RowName) -> Error {
        spelled_otherwise::<V>(row)
    }

    fn targets(core: &mut Core<B>, owners: &[u32]) -> Vec<u32> {
        core.leads::<V>(owners)
    }
}

impl<V, B> Hop<B> for Down<V>
where
    B: Backend,
    V: ToOne<Owner: Entity<B>, Target: Entity<B>>,
{
    type From = V::Target;
    type To = V::Owner;
    type Told = V::Target;

    fn keys(core: &mut Core<B>, owners: &[u32]) -> Vec<<V::Target as Model>::Key> {
        core.keys_of::<V::Target>(owners)
    }

    fn told() -> &'static [usize] {
        columns_of::<V>()
    }

    fn on() -> (&'static [usize], &'static [usize]) {
        (V::Target::meta().key, columns_of::<V>())
    }

    fn is_told(end: &V::Owner, keys: &[<V::Target as Model>::Key]) -> bool {
        reference_of::<V>(end).is_some_and(|key| keys.binary_search(&key).is_ok())
    }

    fn is_related(start: &V::Target, end: &V::Owner) -> bool {
        reference_of::<V>(end).is_some_and(|key| key == start.key())
    }

    fn spelled_otherwise(row: RowName) -> Error {
        spelled_otherwise::<V>(row)
    }

    fn targets(core: &mut Core<B>, owners: &[u32]) -> Vec<u32> {
        core.referrers::<V>(owners)
    }
}

impl<R, B> Joins<R, B> for One<R::Presence>
where
    B: Backend,
    R: ToOne<Owner: Entity<B>, Target: Entity<B>>,
{
    type Hop = Up<R>;
}

impl<R, V, O, S, B> Joins<R, B> for Many<V, O, S>
where
    B: Backend,
    O: 'static,
    S: Order<R::Target, B>,
    R: Relation<Owner: Entity<B>, Target: Entity<B>>,
    V: ToOne<Owner = R::Target, Target = R::Owner>,
{
    type Hop = Down<V>;
}

impl<R, V, B> Joins<R, B> for Single<V>
where
    B: Backend,
    R: Relation<Owner: Entity<B>, Target: Entity<B>>,
    V: ToOne<Owner = R::Target, Target = R::Owner>,
{
    type Hop = Down<V>;
}
