// Rejected: returning a reference to an entity of the session.
// Because:  the session owns the value, and ends with the closure.
// Instead:  accepted/session/return_a_struct_of_values.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    let arya = shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        Ok(&session[&arya])
    })?;
    println!("{}", arya.name);
    Ok(())
}
