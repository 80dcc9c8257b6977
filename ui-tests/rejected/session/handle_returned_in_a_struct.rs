// Rejected: returning a struct that holds a handle.
// Because:  the brand ends with the closure, and the row's slot with it.
// Instead:  accepted/session/return_a_struct_of_values.rs
use moored::prelude::*;
use shop::*;

struct Shelf<'s> {
    first: Handle<'s, Book, Managed>,
}

fn main() -> moored::Result<()> {
    let shelf = shop::orm().session(|session| Ok(Shelf { first: session.find::<Book>(1)?.required()? }))?;
    println!("{:?}", shelf.first);
    Ok(())
}
