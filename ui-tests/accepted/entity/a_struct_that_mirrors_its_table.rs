// Accepted: a struct that mirrors its table, field by column.
use diesel::prelude::*;
use moored::prelude::*;

diesel::table! {
 swords (id) {
 id -> Integer,
 name -> Text,
 edge -> Nullable<Integer>,
 owner_id -> Integer,
 }
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = swords)]
struct Sword {
    #[entity(key, generated)]
    id: i32,
    name: String,
    edge: Option<i32>,
    #[entity(belongs_to = shop::Author)]
    owner_id: Key<shop::Author>,
}

fn main() {
    let draft = NewSword::new("Needle", Key::<shop::Author>::new(1)).edge(2);
    assert_eq!((draft.name.as_str(), draft.edge), ("Needle", Some(2)));
}
