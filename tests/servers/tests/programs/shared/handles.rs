//! The handles that a program has of one row, whatever its entity.

use moored::prelude::*;
use moored::{Authority, FlushAuthority, Result};

use super::schema::{
    Leaf, LeafRecord, Node, NodeRecord, Player, PlayerRecord, Seat, SeatRecord, Tag, TagRecord, Team,
    TeamRecord,
};
use crate::B;

pub(crate) type Uow<'s, A> = UnitOfWork<'s, B, A>;

/// The handles of one row: aliases of what it was, so that every state can be tried at any time.
pub(crate) struct Handles<'s, E: Shape> {
    pub(crate) new: Option<Handle<'s, E, New>>,
    pub(crate) managed: Option<Handle<'s, E, Managed>>,
    pub(crate) removed: Option<Handle<'s, E, Removed>>,
}

/// What the tests see of a row: key, text, unique value, foreign key, version.
pub(crate) type Shown = (i32, String, Option<i32>, Option<i32>, i32);

/// An entity of the tests: the same few fields under other names.
pub(crate) trait Shape: Entity<B> {
    fn shown(&self) -> Shown;
    fn set_text(&mut self, text: &str);
    fn set_unique(&mut self, unique: Option<i32>);
    fn shown_draft(draft: &Self::Record) -> (String, Option<i32>);
    fn set_draft_text(draft: &mut Self::Record, text: &str);
    fn set_draft_unique(draft: &mut Self::Record, unique: Option<i32>);
    /// The row with that key of its own, and that of the row it refers to.
    fn find<'s, A: FlushAuthority>(
        uow: &mut Uow<'s, A>,
        own: i32,
        other: Option<i32>,
    ) -> Result<Option<Handle<'s, Self, Managed>>>;
}

/// A unique value as a program gives it: a required one is never nothing.
pub(crate) trait Unique: Sized {
    fn of(unique: Option<i32>) -> Self;
    fn shown(&self) -> Option<i32>;
}

impl Unique for Option<i32> {
    fn of(unique: Option<i32>) -> Self {
        unique
    }

    fn shown(&self) -> Option<i32> {
        *self
    }
}

impl Unique for i32 {
    fn of(unique: Option<i32>) -> Self {
        unique.unwrap_or(NO_NUMBER)
    }

    fn shown(&self) -> Option<i32> {
        Some(*self)
    }
}

/// What a required unique value is set to where a program says nothing.
pub(crate) const NO_NUMBER: i32 = 9;

macro_rules! shape {
    ($entity:ident, $record:ty, $text:ident, |$row:ident| $shown:expr, |$own:ident, $other:ident| $key:expr $(, $unique:ident)?) => {
        impl Shape for $entity {
            fn shown(&self) -> Shown {
                let $row = self;
                $shown
            }
            fn set_text(&mut self, text: &str) {
                self.$text = text.into();
            }
            fn set_unique(&mut self, _unique: Option<i32>) {
                $(self.$unique = Unique::of(_unique);)?
            }
            fn shown_draft(draft: &$record) -> (String, Option<i32>) {
                let unique: [Option<i32>; 1] = [None $(.or(Unique::shown(&draft.$unique)))?];
                (draft.$text.clone(), unique[0])
            }
            fn set_draft_text(draft: &mut $record, text: &str) {
                draft.$text = text.into();
            }
            fn set_draft_unique(_draft: &mut $record, _unique: Option<i32>) {
                $(_draft.$unique = Unique::of(_unique);)?
            }
            fn find<'s, A: FlushAuthority>(
                uow: &mut Uow<'s, A>,
                $own: i32,
                $other: Option<i32>,
            ) -> Result<Option<Handle<'s, Self, Managed>>> {
                uow.find::<Self>($key)
            }
        }
    };
}

shape!(
    Node,
    NodeRecord,
    name,
    |row| (row.id, row.name.clone(), row.code, row.parent_id.map(Key::into_value), row.version),
    |own, _other| own,
    code
);
shape!(
    Leaf,
    LeafRecord,
    note,
    |row| (row.id, row.note.clone(), row.position, Some(row.node_id.into_value()), 0),
    |own, _other| own,
    position
);
shape!(Tag, TagRecord, label, |row| (row.code, row.label.clone(), None, None, 0), |own, _other| own);
shape!(
    Team,
    TeamRecord,
    name,
    |row| (row.id, row.name.clone(), None, row.captain_id.map(Key::into_value), 0),
    |own, _other| own
);
shape!(
    Player,
    PlayerRecord,
    name,
    |row| (row.id, row.name.clone(), Some(row.number), Some(row.team_id.into_value()), 0),
    |own, _other| own,
    number
);
shape!(
    Seat,
    SeatRecord,
    holder,
    |row| (row.place, row.holder.clone(), None, Some(row.node_id.into_value()), row.version),
    |own, other| (other.unwrap(), own)
);

impl<'s, E: Shape> Handles<'s, E> {
    pub(crate) fn nothing() -> Self {
        Self { new: None, managed: None, removed: None }
    }

    pub(crate) fn alias<'t>(&self) -> Handles<'t, E>
    where
        's: 't,
    {
        Handles {
            new: self.new.as_ref().map(Handle::alias),
            managed: self.managed.as_ref().map(Handle::alias),
            removed: self.removed.as_ref().map(Handle::alias),
        }
    }

    pub(crate) fn same<A>(&self, uow: &Uow<'s, A>, other: &Self) -> bool {
        match (&self.managed, &other.managed) {
            (Some(a), Some(b)) => uow.same(a, b),
            _ => false,
        }
    }

    /// The row as the end of a relation.
    pub(crate) fn link(&self) -> Link<'s, E> {
        match (&self.managed, &self.new) {
            (Some(managed), _) => managed.into(),
            (None, Some(new)) => new.into(),
            _ => unreachable!("a row without a handle"),
        }
    }

    fn managed(&self) -> &Handle<'s, E, Managed> {
        self.managed.as_ref().unwrap()
    }

    pub(crate) fn shown<A>(&self, uow: &Uow<'s, A>) -> Option<Shown> {
        self.managed.as_ref().map(|handle| uow[handle].shown())
    }

    pub(crate) fn shown_draft<A>(&self, uow: &Uow<'s, A>) -> Result<(String, Option<i32>)> {
        uow.draft(self.new.as_ref().unwrap()).map(E::shown_draft)
    }

    pub(crate) fn set_text<A: Authority>(&self, uow: &mut Uow<'s, A>, draft: bool, text: &str) -> Result<()> {
        if draft {
            uow.edit_draft(self.new.as_ref().unwrap()).map(|draft| E::set_draft_text(draft, text))
        } else {
            uow.edit(self.managed()).map(|row| row.set_text(text))
        }
    }

    pub(crate) fn set_unique<A: Authority>(
        &self,
        uow: &mut Uow<'s, A>,
        draft: bool,
        unique: Option<i32>,
    ) -> Result<()> {
        if draft {
            uow.edit_draft(self.new.as_ref().unwrap()).map(|draft| E::set_draft_unique(draft, unique))
        } else {
            uow.edit(self.managed()).map(|row| row.set_unique(unique))
        }
    }

    pub(crate) fn remove<A: Authority>(&mut self, uow: &mut Uow<'s, A>, draft: bool) -> Result<()> {
        if draft {
            return uow.remove(self.new.as_ref().unwrap().alias());
        }
        let removed = uow.remove(self.managed().alias())?;
        assert!(uow.same(&removed, self.managed()));
        self.removed = Some(removed);
        Ok(())
    }

    /// Nothing when the row was never removed through a handle that the program still has.
    pub(crate) fn restore<A: Authority>(&mut self, uow: &mut Uow<'s, A>) -> Option<Result<()>> {
        let removed = self.removed.as_ref()?.alias();
        Some(uow.restore(removed).map(|managed| assert!(uow.same(&managed, self.managed()))))
    }

    pub(crate) fn refresh<A: Authority>(&self, uow: &mut Uow<'s, A>) -> Option<Result<()>> {
        self.managed.as_ref().map(|handle| uow.refresh(handle))
    }

    /// The row is written: its handle is `Managed` from now on.
    pub(crate) fn promote<A: FlushAuthority>(&mut self, uow: &mut Uow<'s, A>, own: i32, other: Option<i32>) {
        if self.managed.is_none() {
            self.managed = Some(match &self.new {
                Some(new) => uow.promote(new).unwrap(),
                None => E::find(uow, own, other).unwrap().unwrap(),
            });
        }
        assert_eq!(uow[self.managed()].shown().0, own);
    }
}
