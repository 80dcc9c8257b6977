// Rejected: using an entity that is not `Queryable`.
// Because:  a row is loaded by Diesel.
// Instead:  accepted/entity/a_struct_that_mirrors_its_table.rs
use moored::prelude::*;

diesel::table! {
 swords (id) {
 id -> Integer,
 name -> Text,
 edge -> Nullable<Integer>,
 owner_id -> Integer,
 }
}

#[derive(Entity, Clone, Debug)]
#[diesel(table_name = swords)]
struct Sword {
    #[entity(key)]
    id: i32,
    name: String,
}

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let sword = session.find::<Sword>(1)?.required()?;
        println!("{}", session[&sword].name);
        Ok(())
    })
}
