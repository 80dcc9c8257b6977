// Rejected: reading a field of a handle.
// Because:  a handle is not the row: the session has that.
// Instead:  accepted/reading/edit_is_the_way_to_change.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        println!("{}", arya.name);
        Ok(())
    })
}
