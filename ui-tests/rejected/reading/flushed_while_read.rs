// Rejected: flushing while an entity is borrowed.
// Because:  the flush may change what is being read.
// Instead:  accepted/reading/edit_is_the_way_to_change.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let arya = &session[&arya];
        session.flush()?;
        println!("{}", arya.name);
        Ok(())
    })
}
