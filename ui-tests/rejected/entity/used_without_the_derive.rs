// Rejected: using a struct that is no entity.
// Because:  only an entity has rows in a session.
// Instead:  accepted/entity/a_struct_that_mirrors_its_table.rs
use moored::prelude::*;

struct Sword {
    id: i32,
}

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let sword = session.find::<Sword>(1)?.required()?;
        println!("{}", session[&sword].id);
        Ok(())
    })
}
