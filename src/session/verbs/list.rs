//! `reorder`, `push_with`: collections whose rows stand in an order.

use std::collections::VecDeque;

use hashbrown::{HashMap, HashSet};

use super::collection::{Collection, Held};
use super::link::Linkable;
use crate::backend::Backend;
use crate::entity::{Draft, Entity, Link, Model, Positioned};
use crate::error::{Error, Result};
use crate::handle::Handle;
use crate::relation::{Lists, Members, Relation};
use crate::session::Authority;
#[cfg(doc)]
use crate::session::UnitOfWork;

impl<'s, B, A, R> Collection<'_, 's, B, A, R>
where
    B: Backend,
    A: ?Sized,
    R: Relation<Owner: Entity<B>, Target: Entity<B>, Kind: Members<R, B>>,
{
    /// Puts these rows in front, in this order, and leaves those after them that are not named. A row that is in twice can be named
    /// twice. Loads the rows unless they are.
    ///
    /// The positions that there are are given out anew, so that a row which keeps its own is not written: to swap two rows
    /// updates two. Where two are the same they are counted on. Drafts may be named too.
    ///
    /// # Errors
    ///
    /// [`NotInCollection`](Error::NotInCollection) for a row that is not in, [`PositionExhausted`](Error::PositionExhausted)
    /// where there is no number after the greatest, what the database reports where the rows had to be loaded, and as
    /// [`edit`](UnitOfWork::edit). Then no row is moved.
    pub fn reorder<'h, S: Linkable + 'h>(
        &mut self,
        rows: impl IntoIterator<Item = &'h Handle<'s, R::Target, S>>,
    ) -> Result<&mut Self>
    where
        's: 'h,
        R::Kind: Lists<R, B>,
        A: Authority,
    {
        let rows = rows.into_iter().map(|row| self.uow.own(row)).collect::<Result<Vec<u32>>>()?;
        self.load()?;
        let mut rest = self.members();
        let mut held_by = HashMap::<u32, VecDeque<u32>>::new();
        rest.iter().for_each(|&(held, target)| held_by.entry(target).or_default().push_back(held));
        let mut order = Vec::with_capacity(rest.len());
        for row in rows {
            let held = held_by.get_mut(&row).and_then(VecDeque::pop_front);
            order.push(held.ok_or_else(|| Error::NotInCollection {
                entity: R::Owner::meta().name,
                relation: R::NAME,
            })?);
        }
        let named: HashSet<u32> = order.iter().copied().collect();
        rest.retain(|(held, _)| !named.contains(held));
        order.extend(rest.into_iter().map(|(held, _)| held));
        self.uow.core.put_in_order::<Held<R, B>>(&order)?;
        Ok(self)
    }

    /// Persists what the closure makes of this row and the position after the last: a draft that refers to it, or the row in
    /// between. Loads the rows unless they are.
    ///
    /// # Errors
    ///
    /// As [`persist`](UnitOfWork::persist), [`PositionExhausted`](Error::PositionExhausted) where there is no number after the
    /// greatest, and what the database reports where the rows had to be loaded.
    pub fn push_with<D>(
        &mut self,
        make: impl FnOnce(Link<'s, R::Owner>, <Held<R, B> as Positioned>::Position) -> D,
    ) -> Result<Handle<'s, D::Entity, D::State>>
    where
        D: Draft<'s, Entity = Held<R, B>>,
        R::Kind: Lists<R, B>,
        A: Authority,
    {
        self.load()?;
        let held: Vec<u32> = self.members().into_iter().map(|(held, _)| held).collect();
        let next = self.uow.core.next_position::<Held<R, B>>(&held)?;
        self.add_with(|owner| make(owner, next))
    }
}
