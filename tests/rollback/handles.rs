//! The handles that a program has of one row, whatever its entity.

use moored::entity::IntoKey;
use moored::prelude::*;
use moored::{Authority, FlushAuthority, Result};
use moored_sqlite::Sqlite;

use crate::model::Kind;
use crate::schema::{Leaf, Node, Tag};

type Uow<'s, A> = UnitOfWork<'s, Sqlite, A>;

/// The handles of one row: aliases of what it was, so that every state can be tried at any time.
pub(crate) struct Handles<'s, E: Shape> {
    pub(crate) new: Option<Handle<'s, E, New>>,
    pub(crate) managed: Option<Handle<'s, E, Managed>>,
    pub(crate) removed: Option<Handle<'s, E, Removed>>,
}

pub(crate) enum Entry<'s> {
    Node(Handles<'s, Node>),
    Leaf(Handles<'s, Leaf>),
    Tag(Handles<'s, Tag>),
}

macro_rules! each {
    ($entry:expr, $h:ident => $body:expr) => {
        match $entry {
            $crate::handles::Entry::Node($h) => $body,
            $crate::handles::Entry::Leaf($h) => $body,
            $crate::handles::Entry::Tag($h) => $body,
        }
    };
}
pub(crate) use each;

pub(crate) fn alias_all<'t, 's: 't>(world: &[Entry<'s>]) -> Vec<Entry<'t>> {
    world
        .iter()
        .map(|entry| match entry {
            Entry::Node(h) => Entry::Node(h.alias()),
            Entry::Leaf(h) => Entry::Leaf(h.alias()),
            Entry::Tag(h) => Entry::Tag(h.alias()),
        })
        .collect()
}

impl<'s> Entry<'s> {
    pub(crate) fn nothing(kind: Kind) -> Self {
        match kind {
            Kind::Node => Self::Node(Handles::nothing()),
            Kind::Leaf => Self::Leaf(Handles::nothing()),
            Kind::Tag => Self::Tag(Handles::nothing()),
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Node(_) => Kind::Node,
            Self::Leaf(_) => Kind::Leaf,
            Self::Tag(_) => Kind::Tag,
        }
    }

    pub(crate) fn new_node(handle: Handle<'s, Node, New>) -> Self {
        Self::Node(Handles { new: Some(handle), ..Handles::nothing() })
    }

    pub(crate) fn new_leaf(handle: Handle<'s, Leaf, New>) -> Self {
        Self::Leaf(Handles { new: Some(handle), ..Handles::nothing() })
    }

    pub(crate) fn node(handle: Handle<'s, Node, Managed>) -> Self {
        Self::Node(Handles { managed: Some(handle), ..Handles::nothing() })
    }

    pub(crate) fn leaf(handle: Handle<'s, Leaf, Managed>) -> Self {
        Self::Leaf(Handles { managed: Some(handle), ..Handles::nothing() })
    }

    pub(crate) fn tag(handle: Handle<'s, Tag, Managed>) -> Self {
        Self::Tag(Handles { managed: Some(handle), ..Handles::nothing() })
    }

    pub(crate) fn same<A>(&self, uow: &Uow<'s, A>, other: &Self) -> bool {
        match (self, other) {
            (Self::Node(a), Self::Node(b)) => a.same(uow, b),
            (Self::Leaf(a), Self::Leaf(b)) => a.same(uow, b),
            (Self::Tag(a), Self::Tag(b)) => a.same(uow, b),
            _ => false,
        }
    }
}

/// What the tests see of a row: key, text, unique value, foreign key, version.
pub(crate) type Shown = (i32, String, Option<i32>, Option<i32>, i32);

/// An entity of the tests: the same few fields under other names.
pub(crate) trait Shape: Entity<Sqlite> {
    fn shown(&self) -> Shown;
    fn set_text(&mut self, text: &str);
    fn set_unique(&mut self, unique: Option<i32>);
    fn shown_draft(draft: &Self::Record) -> (String, Option<i32>);
    fn set_draft_text(draft: &mut Self::Record, text: &str);
    fn set_draft_unique(draft: &mut Self::Record, unique: Option<i32>);
}

macro_rules! shape {
    ($entity:ident, $record:ty, $text:ident, |$row:ident| $shown:expr, $($unique:ident)?) => {
        impl Shape for $entity {
            fn shown(&self) -> Shown {
                let $row = self;
                $shown
            }
            fn set_text(&mut self, text: &str) {
                self.$text = text.into();
            }
            fn set_unique(&mut self, _unique: Option<i32>) {
                $(self.$unique = _unique;)?
            }
            fn shown_draft(draft: &$record) -> (String, Option<i32>) {
                let unique: [Option<i32>; 1] = [None $(.or(draft.$unique))?];
                (draft.$text.clone(), unique[0])
            }
            fn set_draft_text(draft: &mut $record, text: &str) {
                draft.$text = text.into();
            }
            fn set_draft_unique(_draft: &mut $record, _unique: Option<i32>) {
                $(_draft.$unique = _unique;)?
            }
        }
    };
}

shape!(
    Node,
    crate::schema::NodeRecord,
    name,
    |row| (row.id, row.name.clone(), row.code, row.parent_id.map(Key::into_value), row.version),
    code
);
shape!(
    Leaf,
    crate::schema::LeafRecord,
    note,
    |row| (row.id, row.note.clone(), row.rank, Some(row.node_id.into_value()), 0),
    rank
);
shape!(Tag, crate::schema::TagRecord, label, |row| (row.code, row.label.clone(), None, None, 0),);

impl<'s, E: Shape> Handles<'s, E> {
    fn nothing() -> Self {
        Self { new: None, managed: None, removed: None }
    }

    fn alias(&self) -> Self {
        Self {
            new: self.new.as_ref().map(Handle::alias),
            managed: self.managed.as_ref().map(Handle::alias),
            removed: self.removed.as_ref().map(Handle::alias),
        }
    }

    fn same<A>(&self, uow: &Uow<'s, A>, other: &Self) -> bool {
        match (&self.managed, &other.managed) {
            (Some(a), Some(b)) => uow.same(a, b),
            _ => false,
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
    pub(crate) fn promote<A: FlushAuthority>(&mut self, uow: &mut Uow<'s, A>, key: i32)
    where
        i32: IntoKey<E>,
    {
        if self.managed.is_none() {
            self.managed = Some(match &self.new {
                Some(new) => uow.promote(new).unwrap(),
                None => uow.find::<E>(key).unwrap().unwrap(),
            });
        }
        assert_eq!(uow[self.managed()].shown().0, key);
    }
}
