//! What the tests have in common.

use moored::New;
use moored::entity::{Draft, Key, Links, Model};

use crate::schema::{Author, Kind, NewBook};

/// A book with nothing but what it must have, by the author with the key 7.
pub fn book() -> NewBook<'static> {
    NewBook::new("Needle", Key::<Author>::new(7), 1, 0.5, 0, Kind::Novel)
}

/// The stored draft of a draft whose links are all keys.
pub fn pending<E: Model>(draft: impl Draft<'static, Entity = E, State = New>) -> E::Record {
    draft.into_pending(&mut Links::of_keys())
}
