// Rejected: returning a handle as a boxed trait object.
// Because:  the brand ends with the closure, and the row's slot with it.
// Instead:  accepted/session/return_the_key.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    let arya = shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        Ok(Box::new(arya) as Box<dyn std::fmt::Debug>)
    })?;
    println!("{arya:?}");
    Ok(())
}
