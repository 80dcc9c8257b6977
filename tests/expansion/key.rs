//! What spells a key, and what can hold one.

use moored::entity::{ForeignKey, IntoKey, Key, Model};

use crate::schema::*;

fn key<E: Model>(key: impl IntoKey<E>) -> E::Key {
    key.into_key()
}

#[test]
fn a_single_key_is_spelled_by_its_value_or_a_reference() {
    assert_eq!(key::<Author>(1), 1);
    assert_eq!(key::<Author>(&1), 1);
    assert_eq!(key::<Author>(Key::new(1)), 1);
    assert_eq!(key::<Country>("no"), "no");
    assert_eq!(key::<Country>("no".to_owned()), "no");
    assert_eq!(key::<Country>(&"no".to_owned()), "no");
    let id = TokenId(uuid::Uuid::from_u128(2));
    assert_eq!(key::<Token>(&id), id);
}

#[test]
fn a_key_that_is_another_entitys_is_spelled_by_that() {
    let author = Key::<Author>::new(1);
    assert_eq!(key::<Profile>(author), author);
    assert_eq!(key::<Profile>(&author), author);
    assert_eq!(key::<Profile>(Key::<Profile>::new(author)), author);
}

#[test]
fn a_composite_key_is_spelled_by_its_parts() {
    let expected = (Key::<Author>::new(1), Key::<Country>::new("no"));
    assert_eq!(key::<Membership>((1, "no")), expected);
    assert_eq!(key::<Membership>((expected.0, &expected.1)), expected);
    assert_eq!(key::<Membership>(&expected), expected);
    assert_eq!(key::<Visit>((1, "monday")), (1, "monday".to_owned()));
    assert_eq!(key::<Visit>((Key::<Author>::new(1), "monday".to_owned())), (1, "monday".to_owned()));
}

#[test]
fn a_row_gives_its_key() {
    let row = Membership { author_id: Key::new(1), country_code: Key::new("no"), since: 1 };
    assert_eq!(row.key(), (Key::new(1), Key::new("no")));
    let author = Author { id: 3, name: "Arya".into(), mentor_id: None, version: 1 };
    assert!(author.with_key(|key| std::ptr::eq(key, &author.id)), "a single key is not copied");
}

#[test]
fn a_plain_value_can_hold_a_key() {
    assert_eq!(<i32 as ForeignKey<Author>>::from_key(&4), 4);
    assert_eq!(<i32 as ForeignKey<Author>>::to_key(&4), Some(4));
    assert!(<i32 as ForeignKey<Author>>::nothing().is_none());
    assert_eq!(<Option<i32> as ForeignKey<Author>>::nothing(), Some(None));
    assert_eq!(<Option<String> as ForeignKey<Country>>::to_key(&Some("no".into())), Some("no".into()));
}
