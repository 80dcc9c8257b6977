// Rejected: querying while an entity is borrowed.
// Because:  the query may refresh what is being read.
// Instead:  accepted/reading/edit_is_the_way_to_change.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let arya = &session[&arya];
        session.query::<Author>(authors::table).all()?;
        println!("{}", arya.name);
        Ok(())
    })
}
