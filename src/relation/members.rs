//! Relations to many as collections: what can be put in and taken out from the side that does not hold the column.

use super::{Many, Optional, Order, Ordered, Populate, Relation, Required, Through, ToOne};
use crate::backend::Backend;
use crate::criteria::Select;
use crate::entity::{Entity, Link, Model, Positioned};
use crate::error::Result;
use crate::session::{Core, Leaving};
use crate::statement::Way;

/// What becomes of a row that is taken out of a collection: it stays, and refers to nothing.
#[derive(Debug)]
pub enum Keep {}
/// What becomes of a row that is taken out of a collection: nothing else needs it, and it is removed.
#[derive(Debug)]
pub enum RemoveOrphans {}

/// A kind of relation that leads to many: it has a [`collection`](crate::UnitOfWork::collection).
#[diagnostic::on_unimplemented(
    message = "`{R}` has no collection",
    label = "only a relation to many has one: `has_many` or `many_to_many`"
)]
pub trait Members<R: Relation, B: Backend>: Populate<R, B> {
    /// The entity whose rows refer to the owner: the target, or the one in between.
    type Held: Entity<B>;
    /// The rows and drafts in memory that are in the collection, in their order: slots of the target, each after that of the row
    /// that refers to the owner.
    #[doc(hidden)]
    fn members(core: &Core<B>, owner: u32) -> Vec<(u32, u32)>;
    /// Whether memory can tell of a row that it is in, without the others.
    #[doc(hidden)]
    const TELLS: bool;
    /// How the rows are told by the key of the owner.
    #[doc(hidden)]
    fn way() -> Way<B>;
    /// The rows of each owner that fulfil criteria, as slots of the target.
    #[doc(hidden)]
    fn choose(core: &mut Core<B>, owners: &[u32], select: Select<R::Target>) -> Result<Vec<Vec<u32>>>;
}

/// A kind whose collection takes rows as they are.
#[diagnostic::on_unimplemented(
    message = "a row cannot be added to `{R}` by itself",
    label = "the row in between has columns of its own that must be given",
    note = "give the row in between: `collection.add_with(|owner| NewTagging::new(owner, &row, ..))`"
)]
pub trait Adds<R: Relation, B: Backend>: Members<R, B> {
    /// Puts a row in that is not.
    #[doc(hidden)]
    fn put_in(core: &mut Core<B>, owner: u32, member: u32) -> Result<()>;
}

/// A kind out of whose collection rows can be taken.
pub trait Releases<R: Relation, B: Backend>: Members<R, B> {
    /// Takes a row out, which is told by the one that refers to the owner.
    #[doc(hidden)]
    fn take_out(core: &mut Core<B>, held: u32) -> Result<()>;
    /// Takes all others out at once, with one statement, if that can be done.
    #[doc(hidden)]
    fn take_out_others(core: &mut Core<B>, owner: u32, kept: &[u32]) -> Result<bool>;
}

/// A kind whose collection is a list: its rows stand where their `#[entity(position)]` says.
#[diagnostic::on_unimplemented(
    message = "the rows of `{R}` are in no order",
    label = "`{R}` is not `ordered`",
    note = "mark the column that says where a row stands, `#[entity(position)]`, and declare the relation `ordered`"
)]
pub trait Lists<R: Relation, B: Backend>: Members<R, B, Held: Positioned> {}

impl<R, V, O, B> Lists<R, B> for Many<V, O, Ordered>
where
    B: Backend,
    R: Relation,
    Self: Members<R, B, Held: Positioned>,
{
}

impl<R, N, F, B> Lists<R, B> for Through<N, F, Ordered>
where
    B: Backend,
    R: Relation,
    Self: Members<R, B, Held: Positioned>,
{
}

/// An entity that is nothing but two links: a row of it can be made of its ends.
///
/// `#[derive(Entity)]` implements it for an entity whose draft needs two relations and nothing else.
#[diagnostic::on_unimplemented(
    message = "a row of `{Self}` needs more than its two ends",
    label = "the row in between has columns of its own that must be given",
    note = "give it: `collection.add_with(|owner| NewTagging::new(owner, &row, ..))`"
)]
pub trait Between<N: ToOne<Owner = Self>>: Model {
    /// The relation to the other end.
    type Far: ToOne<Owner = Self>;
    /// The draft.
    #[doc(hidden)]
    fn between<'s>(
        near: Link<'s, N::Target>,
        far: Link<'s, <Self::Far as Relation>::Target>,
    ) -> Self::Draft<'s>;
}

impl<R, V, O, S, B> Members<R, B> for Many<V, O, S>
where
    B: Backend,
    O: 'static,
    S: Order<R::Target, B>,
    R: Relation<Owner: Entity<B>, Target: Entity<B>>,
    V: ToOne<Owner = R::Target, Target = R::Owner>,
{
    type Held = R::Target;
    const TELLS: bool = true;

    fn members(core: &Core<B>, owner: u32) -> Vec<(u32, u32)> {
        let mut members: Vec<_> = core.referring::<V>(owner).into_iter().map(|slot| (slot, slot)).collect();
        S::sort(core, &mut members, |&(slot, _)| slot);
        members
    }

    fn way() -> Way<B> {
        Way::referring::<V>()
    }

    fn choose(core: &mut Core<B>, owners: &[u32], select: Select<R::Target>) -> Result<Vec<Vec<u32>>> {
        core.choose_referring::<V>(owners, select)
    }
}

impl<R, V, O, S, B> Adds<R, B> for Many<V, O, S>
where
    B: Backend,
    O: 'static,
    S: Order<R::Target, B>,
    R: Relation<Owner: Entity<B>, Target: Entity<B>>,
    V: ToOne<Owner = R::Target, Target = R::Owner>,
{
    fn put_in(core: &mut Core<B>, owner: u32, member: u32) -> Result<()> {
        core.point::<V>(member, Some(owner))
    }
}

impl<R, V, O, S, B> Releases<R, B> for Many<V, O, S>
where
    B: Backend,
    O: 'static,
    S: Order<R::Target, B>,
    R: Relation<Owner: Entity<B>, Target: Entity<B>>,
    V: ToOne<Owner = R::Target, Target = R::Owner>,
    (V::Presence, O): MayLeave,
{
    fn take_out(core: &mut Core<B>, held: u32) -> Result<()> {
        match <(V::Presence, O)>::IS_REMOVED {
            true => core.remove::<R::Target>(held),
            false => core.point::<V>(held, None),
        }
    }

    fn take_out_others(core: &mut Core<B>, owner: u32, kept: &[u32]) -> Result<bool> {
        let leaving = if <(V::Presence, O)>::IS_REMOVED { Leaving::Deleted } else { Leaving::LetGo };
        core.take_out_others::<V, R::Target>(owner, kept, R::Target::meta().key, leaving)
    }
}

/// A presence, and what becomes of orphans: whether a row can be taken out of the collection of its owner.
#[diagnostic::on_unimplemented(
    message = "a row cannot be taken out of this collection: its column does not take NULL",
    label = "it would refer to nothing",
    note = "declare `orphans = remove` at the relation to remove such rows, or `add` the row to the collection of another owner"
)]
pub trait MayLeave {
    #[doc(hidden)]
    const IS_REMOVED: bool;
}

impl MayLeave for (Optional, Keep) {
    const IS_REMOVED: bool = false;
}

impl MayLeave for (Optional, RemoveOrphans) {
    const IS_REMOVED: bool = true;
}

impl MayLeave for (Required, RemoveOrphans) {
    const IS_REMOVED: bool = true;
}

impl<R, N, F, S, B> Members<R, B> for Through<N, F, S>
where
    B: Backend,
    S: Order<N::Owner, B>,
    R: Relation<Owner: Entity<B>, Target: Entity<B>>,
    N: ToOne<Owner: Entity<B>, Target = R::Owner>,
    F: ToOne<Owner = N::Owner, Target = R::Target>,
{
    type Held = N::Owner;
    const TELLS: bool = false;

    fn members(core: &Core<B>, owner: u32) -> Vec<(u32, u32)> {
        core.linked::<N, F, S>(owner)
    }

    fn way() -> Way<B> {
        Way::linked::<N, F>()
    }

    fn choose(core: &mut Core<B>, owners: &[u32], select: Select<R::Target>) -> Result<Vec<Vec<u32>>> {
        core.choose_linked::<N, F>(owners, select)
    }
}

impl<R, N, F, S, B> Adds<R, B> for Through<N, F, S>
where
    B: Backend,
    S: Order<N::Owner, B>,
    R: Relation<Owner: Entity<B>, Target: Entity<B>>,
    N: ToOne<Owner: Entity<B> + Between<N, Far = F>, Target = R::Owner>,
    F: ToOne<Owner = N::Owner, Target = R::Target>,
{
    fn put_in(core: &mut Core<B>, owner: u32, member: u32) -> Result<()> {
        let (owner, member) = (Link::at(core.tag, owner), Link::at(core.tag, member));
        core.persist(<N::Owner as Between<N>>::between(owner, member)).map(drop)
    }
}

impl<R, N, F, S, B> Releases<R, B> for Through<N, F, S>
where
    B: Backend,
    S: Order<N::Owner, B>,
    R: Relation<Owner: Entity<B>, Target: Entity<B>>,
    N: ToOne<Owner: Entity<B>, Target = R::Owner>,
    F: ToOne<Owner = N::Owner, Target = R::Target>,
{
    fn take_out(core: &mut Core<B>, held: u32) -> Result<()> {
        core.remove::<N::Owner>(held)
    }

    fn take_out_others(core: &mut Core<B>, owner: u32, kept: &[u32]) -> Result<bool> {
        let far = N::Owner::meta().relations.get(F::INDEX).map_or(&[][..], |relation| relation.columns);
        core.take_out_others::<N, R::Target>(owner, kept, far, Leaving::Deleted)
    }
}
