// Rejected: returning a handle from the session's closure.
// Because:  the brand ends with the closure, and the row's slot with it.
// Instead:  accepted/session/return_the_key.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    let arya = shop::orm().session(|session| session.find::<Author>(1)?.required())?;
    println!("{arya:?}");
    Ok(())
}
