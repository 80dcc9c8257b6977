//! The handles of one row, whatever its entity.

use moored::prelude::*;

use super::handles::{Handles, Uow};
use super::model::Kind;
use super::schema::{Leaf, Node, Player, Seat, Tag, Team};

macro_rules! entries {
    ($($kind:ident),+) => {
        pub(crate) enum Entry<'s> {
            $($kind(Handles<'s, $kind>),)+
        }

        macro_rules! each {
            ($entry:expr, $h:ident => $body:expr) => {
                match $entry {
                    $(super::entry::Entry::$kind($h) => $body,)+
                }
            };
        }

        impl<'s> Entry<'s> {
            pub(crate) fn nothing(kind: Kind) -> Self {
                match kind {
                    $(Kind::$kind => Self::$kind(Handles::nothing()),)+
                }
            }

            pub(crate) fn kind(&self) -> Kind {
                match self {
                    $(Self::$kind(_) => Kind::$kind,)+
                }
            }

            pub(crate) fn same<A>(&self, uow: &Uow<'s, A>, other: &Self) -> bool {
                match (self, other) {
                    $((Self::$kind(a), Self::$kind(b)) => a.same(uow, b),)+
                    _ => false,
                }
            }

            pub(crate) fn alias<'t>(&self) -> Entry<'t>
            where
                's: 't,
            {
                match self {
                    $(Self::$kind(h) => Entry::$kind(h.alias()),)+
                }
            }
        }

        $(
            impl<'s> From<Handle<'s, $kind, New>> for Entry<'s> {
                fn from(handle: Handle<'s, $kind, New>) -> Self {
                    Self::$kind(Handles { new: Some(handle), ..Handles::nothing() })
                }
            }

            impl<'s> From<Handle<'s, $kind, Managed>> for Entry<'s> {
                fn from(handle: Handle<'s, $kind, Managed>) -> Self {
                    Self::$kind(Handles { managed: Some(handle), ..Handles::nothing() })
                }
            }
        )+
    };
}

entries!(Node, Leaf, Tag, Team, Player, Seat);
pub(crate) fn alias_all<'t, 's: 't>(world: &[Entry<'s>]) -> Vec<Entry<'t>> {
    world.iter().map(Entry::alias).collect()
}
