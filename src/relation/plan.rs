//! What to load with a row: a relation, a path of relations, or several of those.

use super::{Deep, Joins, Loaded, Many, Order, Populate, Relation, Step, Through, ToOne, With, Witness};
use crate::backend::Backend;
use crate::entity::{Entity, Model};
use crate::error::Result;
use crate::handle::{Handle, Managed};
use crate::session::Core;

/// What to load with an `E`: a relation, a path `Author::books().then(Book::tags())`, or a tuple of up to four of those.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a relation of `{E}`",
    label = "expected a relation of `{E}`, a path that starts with one, or a tuple of those"
)]
pub trait Plan<E>: Copy {
    /// The witness of before, with this on top.
    type Onto<W: Witness>: Witness;
}

/// A plan that the backend `B` can carry out.
#[doc(hidden)]
pub trait Run<E, B: Backend>: Plan<E> {
    fn run(self, core: &mut Core<B>, owners: &[u32]) -> Result<()>;
}

/// A relation, and what to load with the rows that it leads to.
#[derive(Clone, Copy, Debug)]
pub struct Then<R, P>(R, P);

impl<R, P> Then<R, P> {
    pub(super) const fn new(relation: R, next: P) -> Self {
        Self(relation, next)
    }
}

impl<E, R: Relation<Owner = E>> Plan<E> for R {
    type Onto<W: Witness> = With<R, (), W>;
}

impl<E, R, B> Run<E, B> for R
where
    B: Backend,
    E: Entity<B>,
    R: Relation<Owner = E, Kind: Populate<R, B>>,
{
    fn run(self, core: &mut Core<B>, owners: &[u32]) -> Result<()> {
        core.populate::<R>(owners).map(drop)
    }
}

impl<E, R: Relation<Owner = E>, P: Plan<R::Target>> Plan<E> for Then<R, P> {
    type Onto<W: Witness> = With<R, P::Onto<()>, W>;
}

impl<E, R, P, B> Run<E, B> for Then<R, P>
where
    B: Backend,
    E: Entity<B>,
    R: Relation<Owner = E, Kind: Populate<R, B>>,
    P: Run<R::Target, B>,
{
    fn run(self, core: &mut Core<B>, owners: &[u32]) -> Result<()> {
        let targets = core.populate::<R>(owners)?;
        self.1.run(core, &targets)
    }
}

/// A relation, and what to load with the rows that it leads to by the same statement: made by
/// [`then_joined`](super::Relation::then_joined).
#[derive(Clone, Copy, Debug)]
pub struct ThenJoined<R, P>(R, P);

impl<R, P> ThenJoined<R, P> {
    pub(super) const fn new(relation: R, next: P) -> Self {
        Self(relation, next)
    }
}

impl<E, R: Relation<Owner = E>, P: Plan<R::Target>> Plan<E> for ThenJoined<R, P> {
    type Onto<W: Witness> = With<R, P::Onto<()>, W>;
}

impl<E, R, P, B> Run<E, B> for ThenJoined<R, P>
where
    B: Backend,
    E: Entity<B>,
    R: Relation<Owner = E, Target: Entity<B>, Kind: Joins<R, B>>,
    P: GoesOn<R::Target, B>,
{
    fn run(self, core: &mut Core<B>, owners: &[u32]) -> Result<()> {
        let targets = core.populate_joined::<R, P::First>(owners)?;
        self.1.go_on(core, &targets)
    }
}

/// A plan that begins with a relation which can be joined to the one before it: the relation, or a path from there.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be joined to a relation that leads to `{E}`",
    label = "expected a relation of `{E}`, or a path that starts with one"
)]
pub trait Begins<E: Model>: Plan<E> {
    /// That relation.
    type First: Relation<Owner = E, Kind: Step<Self::First>>;
}

impl<E: Model, R: Relation<Owner = E, Kind: Step<R>>> Begins<E> for R {
    type First = R;
}

impl<E: Model, R: Relation<Owner = E, Kind: Step<R>>, P: Plan<R::Target>> Begins<E> for Then<R, P> {
    type First = R;
}

/// The same, for the backend `B`.
#[doc(hidden)]
pub trait GoesOn<E: Entity<B>, B: Backend>:
    Begins<E, First: Relation<Target: Entity<B>, Kind: Joins<Self::First, B>>>
{
    /// What is left to do for the rows that the first relation leads to.
    fn go_on(self, core: &mut Core<B>, targets: &[u32]) -> Result<()>;
}

impl<E, R, B> GoesOn<E, B> for R
where
    B: Backend,
    E: Entity<B>,
    R: Relation<Owner = E, Target: Entity<B>, Kind: Joins<R, B>>,
{
    fn go_on(self, _: &mut Core<B>, _: &[u32]) -> Result<()> {
        Ok(())
    }
}

impl<E, R, P, B> GoesOn<E, B> for Then<R, P>
where
    B: Backend,
    E: Entity<B>,
    R: Relation<Owner = E, Target: Entity<B>, Kind: Joins<R, B>>,
    P: Run<R::Target, B>,
{
    fn go_on(self, core: &mut Core<B>, targets: &[u32]) -> Result<()> {
        self.1.run(core, targets)
    }
}

/// A relation whose rows in between are loaded with the rows that they lead to: made by [`joined`](super::Relation::joined).
#[derive(Clone, Copy, Debug)]
pub struct Joined<R>(R);

impl<R: Relation> Joined<R> {
    pub(super) const fn new(relation: R) -> Self {
        Self(relation)
    }

    /// This, and what to load with the rows that it leads to.
    pub fn then<P: Plan<R::Target>>(self, next: P) -> Then<Self, P> {
        Then::new(self, next)
    }
}

impl<E, R: Relation<Owner = E>> Plan<E> for Joined<R> {
    type Onto<W: Witness> = With<R, (), W>;
}

impl<E, R, N, F, S, B> Run<E, B> for Joined<R>
where
    B: Backend,
    E: Entity<B>,
    R: Relation<Owner = E, Target: Entity<B>, Kind = Through<N, F, S>>,
    S: Order<N::Owner, B>,
    N: ToOne<Owner: Entity<B>, Target = E>,
    F: ToOne<Owner = N::Owner, Target = R::Target>,
{
    fn run(self, core: &mut Core<B>, owners: &[u32]) -> Result<()> {
        core.populate_through::<R, N, F>(owners).map(drop)
    }
}

impl<E, R: Relation<Owner = E>, P: Plan<R::Target>> Plan<E> for Then<Joined<R>, P> {
    type Onto<W: Witness> = With<R, P::Onto<()>, W>;
}

impl<E, R, N, F, S, P, B> Run<E, B> for Then<Joined<R>, P>
where
    B: Backend,
    E: Entity<B>,
    R: Relation<Owner = E, Target: Entity<B>, Kind = Through<N, F, S>>,
    S: Order<N::Owner, B>,
    N: ToOne<Owner: Entity<B>, Target = E>,
    F: ToOne<Owner = N::Owner, Target = R::Target>,
    P: Run<R::Target, B>,
{
    fn run(self, core: &mut Core<B>, owners: &[u32]) -> Result<()> {
        let targets = core.populate_through::<R, N, F>(owners)?;
        self.1.run(core, &targets)
    }
}

/// A relation to rows of the same entity, and theirs, down to the last: made by
/// [`all_levels`](super::Relation::all_levels).
#[derive(Clone, Copy, Debug)]
pub struct AllLevels<R>(R);

impl<R> AllLevels<R> {
    pub(super) const fn new(relation: R) -> Self {
        Self(relation)
    }
}

impl<E, R: Relation<Owner = E, Target = E>> Plan<E> for AllLevels<R> {
    type Onto<W: Witness> = Deep<R, W>;
}

impl<E, R, V, O, S, B> Run<E, B> for AllLevels<R>
where
    B: Backend,
    E: Entity<B>,
    O: 'static,
    S: 'static,
    V: ToOne<Owner = E, Target = E>,
    R: Relation<Owner = E, Target = E, Kind = Many<V, O, S>>,
{
    fn run(self, core: &mut Core<B>, owners: &[u32]) -> Result<()> {
        core.populate_all_levels::<R, V>(owners)
    }
}

macro_rules! onto {
    ($before:ty;) => { $before };
    ($before:ty; $first:ident $($rest:ident)*) => { onto!(<$first as Plan<E>>::Onto<$before>; $($rest)*) };
}

macro_rules! several {
    ($($plan:ident $place:tt),+) => {
        impl<E, $($plan: Plan<E>),+> Plan<E> for ($($plan,)+) {
            type Onto<W: Witness> = onto!(W; $($plan)+);
        }

        impl<E, B: Backend, $($plan: Run<E, B>),+> Run<E, B> for ($($plan,)+) {
            fn run(self, core: &mut Core<B>, owners: &[u32]) -> Result<()> {
                $(self.$place.run(core, owners)?;)+
                Ok(())
            }
        }
    };
}

several!(P 0, Q 1);
several!(P 0, Q 1, R 2);
several!(P 0, Q 1, R 2, S 3);

/// What [`populate`](crate::UnitOfWork::populate) takes: a reference to a `Managed` handle, a [`Loaded`] one, or a vector, slice
/// or array of either.
#[diagnostic::on_unimplemented(
    message = "relations cannot be loaded for `{Self}`",
    label = "expected `&handle`, `&loaded`, or a reference to a vector, slice or array of those",
    note = "a `New` one has no rows in the database: flush, and `promote` it first"
)]
pub trait Rows<'s> {
    /// The entity of the rows.
    type Entity: Model;
    /// The same rows, with what was loaded in their types.
    type Loaded<P: Plan<Self::Entity>>;
    #[doc(hidden)]
    fn each<'a>(&'a self, visit: &mut dyn FnMut(&'a Handle<'s, Self::Entity, Managed>));
    #[doc(hidden)]
    fn loaded<P: Plan<Self::Entity>>(&self) -> Self::Loaded<P>;
}

impl<'s, E: Model> Rows<'s> for Handle<'s, E, Managed> {
    type Entity = E;
    type Loaded<P: Plan<E>> = Loaded<'s, E, P::Onto<()>>;

    fn each<'a>(&'a self, visit: &mut dyn FnMut(&'a Self)) {
        visit(self);
    }

    fn loaded<P: Plan<E>>(&self) -> Self::Loaded<P> {
        Loaded::new(self.alias())
    }
}

impl<'s, E: Model, W: Witness> Rows<'s> for Loaded<'s, E, W> {
    type Entity = E;
    type Loaded<P: Plan<E>> = Loaded<'s, E, P::Onto<W>>;

    fn each<'a>(&'a self, visit: &mut dyn FnMut(&'a Handle<'s, E, Managed>)) {
        visit(self);
    }

    fn loaded<P: Plan<E>>(&self) -> Self::Loaded<P> {
        Loaded::new(Handle::alias(self))
    }
}

impl<'s, T: Rows<'s>> Rows<'s> for [T] {
    type Entity = T::Entity;
    type Loaded<P: Plan<T::Entity>> = Vec<T::Loaded<P>>;

    fn each<'a>(&'a self, visit: &mut dyn FnMut(&'a Handle<'s, T::Entity, Managed>)) {
        self.iter().for_each(|row| row.each(visit));
    }

    fn loaded<P: Plan<T::Entity>>(&self) -> Self::Loaded<P> {
        self.iter().map(T::loaded::<P>).collect()
    }
}

macro_rules! as_slice {
    ($([$($generics:tt)*] $rows:ty;)*) => {$(
        impl<'s, T: Rows<'s>, $($generics)*> Rows<'s> for $rows {
            type Entity = T::Entity;
            type Loaded<P: Plan<T::Entity>> = Vec<T::Loaded<P>>;

            fn each<'a>(&'a self, visit: &mut dyn FnMut(&'a Handle<'s, T::Entity, Managed>)) {
                self.as_slice().each(visit);
            }

            fn loaded<P: Plan<T::Entity>>(&self) -> Self::Loaded<P> {
                self.as_slice().loaded::<P>()
            }
        }
    )*};
}

as_slice! {
    [] Vec<T>;
    [const COUNT: usize] [T; COUNT];
}
