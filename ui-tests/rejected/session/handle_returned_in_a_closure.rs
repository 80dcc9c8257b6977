// Rejected: returning a closure that captured a handle.
// Because:  the brand ends with the closure, and the row's slot with it.
// Instead:  accepted/session/return_the_key.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    let again = shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        Ok(move || arya.alias())
    })?;
    println!("{:?}", again());
    Ok(())
}
