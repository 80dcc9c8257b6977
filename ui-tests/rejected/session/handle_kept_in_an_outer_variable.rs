// Rejected: keeping a handle in a variable outside of the closure.
// Because:  the brand ends with the closure, and the row's slot with it.
// Instead:  accepted/session/return_the_key.rs
use shop::*;

fn main() -> moored::Result<()> {
    let mut kept = None;
    shop::orm().session(|session| {
        kept = session.find::<Author>(1)?;
        Ok(())
    })?;
    println!("{kept:?}");
    Ok(())
}
