//! The kinds of relations, what each gives when it is read, and how its rows are brought into memory.

use std::marker::PhantomData;

use super::{Keep, Loaded, Optional, Order, Relation, Required, ToOne, Unordered, Witness};
use crate::backend::Backend;
use crate::entity::Entity;
use crate::error::{Error, Result};
use crate::handle::{Handle, Managed};
use crate::session::Core;

/// How a relation leads to its rows, and what they are given as.
pub trait Kind<R: Relation>: 'static {
    /// The rows, as [`related`](crate::UnitOfWork::related) gives them.
    type Rows<'s>;
    /// The same rows, each with a witness of its own.
    type Nested<'s, W: Witness>;
}

/// A kind whose relation `R` can be loaded by the backend `B`.
#[doc(hidden)]
pub trait Populate<R: Relation, B: Backend>: Kind<R> {
    /// Brings the rows of all these owners into memory, and gives their slots.
    fn populate(core: &mut Core<B>, owners: &[u32]) -> Result<Vec<u32>>;
    /// The rows of one owner, as memory has them.
    fn rows<'s>(core: &Core<B>, owner: u32) -> Self::Rows<'s>;
    /// The same, each with a witness that is looked up.
    fn nested<'s, W: Witness>(core: &Core<B>, owner: u32) -> Result<Self::Nested<'s, W>>;
}

/// The types that a kind is made of; nothing of them exists at run time.
type Marker<T> = PhantomData<fn() -> T>;

/// By a column of the owner.
#[derive(Debug)]
pub struct One<N>(Marker<N>);
/// By a column of the target, of which many can refer to one owner. `O` says what becomes of one that is taken out: [`Keep`] or
/// [`RemoveOrphans`](super::RemoveOrphans); `S` in which order they are: [`Unordered`] or [`Ordered`](super::Ordered).
#[derive(Debug)]
pub struct Many<V, O = Keep, S = Unordered>(Marker<(V, O, S)>);
/// By a column of the target, of which one at most refers to an owner.
#[derive(Debug)]
pub struct Single<V>(Marker<V>);
/// By two columns of rows in between: `N` leads back to the owner, `F` on to the target. `S` is the order of the rows in between.
#[derive(Debug)]
pub struct Through<N, F, S = Unordered>(Marker<(N, F, S)>);

/// Whether a relation always refers to a row.
pub trait Presence: 'static {
    /// What there is of a thing that is always there, or that may be missing.
    type Of<T>;
    /// Of what was found.
    #[doc(hidden)]
    fn of<T>(found: Option<T>, missing: impl FnOnce() -> Error) -> Result<Self::Of<T>>;
}

impl Presence for Required {
    type Of<T> = T;

    fn of<T>(found: Option<T>, missing: impl FnOnce() -> Error) -> Result<T> {
        found.ok_or_else(missing)
    }
}

impl Presence for Optional {
    type Of<T> = Option<T>;

    fn of<T>(found: Option<T>, _: impl FnOnce() -> Error) -> Result<Option<T>> {
        Ok(found)
    }
}

impl<R: ToOne> Kind<R> for One<R::Presence> {
    type Rows<'s> = Result<<R::Presence as Presence>::Of<Handle<'s, R::Target, Managed>>>;
    type Nested<'s, W: Witness> = <R::Presence as Presence>::Of<Loaded<'s, R::Target, W>>;
}

impl<R, B> Populate<R, B> for One<R::Presence>
where
    B: Backend,
    R: ToOne<Owner: Entity<B>, Target: Entity<B>>,
{
    fn populate(core: &mut Core<B>, owners: &[u32]) -> Result<Vec<u32>> {
        core.load_referred::<R>(owners)
    }

    fn rows<'s>(core: &Core<B>, owner: u32) -> Self::Rows<'s> {
        let found = core.lead::<R>(owner)?.map(|slot| core.handle(slot));
        R::Presence::of(found, not_loaded::<R>)
    }

    fn nested<'s, W: Witness>(core: &Core<B>, owner: u32) -> Result<Self::Nested<'s, W>> {
        let found = core.lead::<R>(owner)?.map(|slot| witnessed::<R, W, B>(core, slot)).transpose()?;
        R::Presence::of(found, not_loaded::<R>)
    }
}

impl<R: Relation, V, O: 'static, S: 'static> Kind<R> for Many<V, O, S>
where
    V: ToOne<Owner = R::Target, Target = R::Owner>,
{
    type Rows<'s> = Vec<Handle<'s, R::Target, Managed>>;
    type Nested<'s, W: Witness> = Vec<Loaded<'s, R::Target, W>>;
}

impl<R, V, O, S, B> Populate<R, B> for Many<V, O, S>
where
    B: Backend,
    O: 'static,
    S: Order<R::Target, B>,
    R: Relation<Owner: Entity<B>, Target: Entity<B>>,
    V: ToOne<Owner = R::Target, Target = R::Owner>,
{
    fn populate(core: &mut Core<B>, owners: &[u32]) -> Result<Vec<u32>> {
        core.load_referring::<V>(owners)
    }

    fn rows<'s>(core: &Core<B>, owner: u32) -> Self::Rows<'s> {
        ordered_rows::<V, S, B>(core, owner).into_iter().map(|slot| core.handle(slot)).collect()
    }

    fn nested<'s, W: Witness>(core: &Core<B>, owner: u32) -> Result<Self::Nested<'s, W>> {
        ordered_rows::<V, S, B>(core, owner)
            .into_iter()
            .map(|slot| witnessed::<R, W, B>(core, slot))
            .collect()
    }
}

/// The rows of an owner that can be read, in their order.
fn ordered_rows<V, S, B>(core: &Core<B>, owner: u32) -> Vec<u32>
where
    B: Backend,
    V: ToOne<Owner: Entity<B>, Target: Entity<B>>,
    S: Order<V::Owner, B>,
{
    let mut rows = core.referring_rows::<V>(owner);
    S::sort(core, &mut rows, |&slot| slot);
    rows
}

impl<R: Relation, V> Kind<R> for Single<V>
where
    V: ToOne<Owner = R::Target, Target = R::Owner>,
{
    type Rows<'s> = Option<Handle<'s, R::Target, Managed>>;
    type Nested<'s, W: Witness> = Option<Loaded<'s, R::Target, W>>;
}

impl<R, V, B> Populate<R, B> for Single<V>
where
    B: Backend,
    R: Relation<Owner: Entity<B>, Target: Entity<B>>,
    V: ToOne<Owner = R::Target, Target = R::Owner>,
{
    fn populate(core: &mut Core<B>, owners: &[u32]) -> Result<Vec<u32>> {
        core.load_referring::<V>(owners)
    }

    fn rows<'s>(core: &Core<B>, owner: u32) -> Self::Rows<'s> {
        core.referring_rows::<V>(owner).first().map(|&slot| core.handle(slot))
    }

    fn nested<'s, W: Witness>(core: &Core<B>, owner: u32) -> Result<Self::Nested<'s, W>> {
        core.referring_rows::<V>(owner).first().map(|&slot| witnessed::<R, W, B>(core, slot)).transpose()
    }
}

impl<R: Relation, N, F, S: 'static> Kind<R> for Through<N, F, S>
where
    N: ToOne<Target = R::Owner>,
    F: ToOne<Owner = N::Owner, Target = R::Target>,
{
    type Rows<'s> = Vec<Handle<'s, R::Target, Managed>>;
    type Nested<'s, W: Witness> = Vec<Loaded<'s, R::Target, W>>;
}

impl<R, N, F, S, B> Populate<R, B> for Through<N, F, S>
where
    B: Backend,
    S: Order<N::Owner, B>,
    R: Relation<Owner: Entity<B>, Target: Entity<B>>,
    N: ToOne<Owner: Entity<B>, Target = R::Owner>,
    F: ToOne<Owner = N::Owner, Target = R::Target>,
{
    fn populate(core: &mut Core<B>, owners: &[u32]) -> Result<Vec<u32>> {
        let links = core.load_referring::<N>(owners)?;
        core.load_referred::<F>(&links)
    }

    fn rows<'s>(core: &Core<B>, owner: u32) -> Self::Rows<'s> {
        core.linked_rows::<N, F, S>(owner).into_iter().map(|slot| core.handle(slot)).collect()
    }

    fn nested<'s, W: Witness>(core: &Core<B>, owner: u32) -> Result<Self::Nested<'s, W>> {
        core.linked_rows::<N, F, S>(owner).into_iter().map(|slot| witnessed::<R, W, B>(core, slot)).collect()
    }
}

/// A row that a relation leads to, if all that the witness says of it is so.
fn witnessed<'s, R, W, B>(core: &Core<B>, slot: u32) -> Result<Loaded<'s, R::Target, W>>
where
    B: Backend,
    R: Relation<Target: Entity<B>>,
    W: Witness,
{
    match W::holds(&|relation| core.is_complete::<R::Target>(relation, slot)) {
        true => Ok(Loaded::new(core.handle(slot))),
        false => Err(not_loaded::<R>()),
    }
}

pub(crate) fn not_loaded<R: Relation>() -> Error {
    use crate::entity::Model;
    Error::NotLoaded { entity: R::Owner::meta().name, relation: R::NAME }
}
