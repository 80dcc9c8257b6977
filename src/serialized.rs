//! The feature `serde`: detached values and keys on their way through a network, a queue or a browser.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::entity::{Key, Model};
use crate::session::Detached;

/// What is sent. The snapshot goes along even where nothing was edited yet: whoever receives it may edit the value.
#[derive(Serialize, Deserialize)]
#[serde(rename = "Detached")]
struct Sent<T> {
    value: T,
    snapshot: T,
}

/// `{"value": {..}, "snapshot": {..}}`, both as the entity is serialized. An editor changes `value` and sends both back.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Entity, Queryable, Clone, Serialize, Deserialize)]
/// #[diesel(table_name = authors)]
/// struct Profile {
///     #[entity(key, generated)]
///     id: i32,
///     name: String,
///     #[entity(version)]
///     version: i32,
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let library = library()?;
/// let profile = library.session(|session| {
///     let profile = session.find::<Profile>(1)?.required()?;
///     session.detach(profile)
/// })?;
/// let sent = serde_json::to_string(&profile)?;
/// assert_eq!(
///     sent,
///     r#"{"value":{"id":1,"name":"Ursula","version":1},"snapshot":{"id":1,"name":"Ursula","version":1}}"#
/// );
/// let edited = sent.replacen("Ursula", "Octavia", 1); // by whoever received it
///
/// let profile: Detached<Profile> = serde_json::from_str(&edited)?;
/// assert!(profile.edited_columns().eq(["name"]));
/// library.session(|session| {
///     session.merge(&profile)?;
///     session.flush() // UPDATE authors SET name = ?, version = ? WHERE id = ? AND version = ?
/// })?;
/// # Ok(())
/// # }
/// ```
impl<E: Model + Serialize> Serialize for Detached<E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Sent { value: self.get(), snapshot: self.snapshot() }.serialize(serializer)
    }
}

/// Of what comes from outside nothing is to be trusted, see [`Detached`](Detached#values-from-outside).
impl<'de, E: Model + Deserialize<'de>> Deserialize<'de> for Detached<E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Both are required. A value in place of a missing snapshot would pass its edits off as what the database has.
        let Sent { value, snapshot } = Sent::deserialize(deserializer)?;
        Ok(Self::of(value, snapshot))
    }
}

/// As the key itself.
impl<E: Model<Key: Serialize>> Serialize for Key<E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

/// As the key itself. Whether such a row exists is for the database to say.
impl<'de, E: Model<Key: Deserialize<'de>>> Deserialize<'de> for Key<E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        E::Key::deserialize(deserializer).map(Self::from_value)
    }
}
