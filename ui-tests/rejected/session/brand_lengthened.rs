// Rejected: lengthening the brand of a handle.
// Because:  a handle of an inner transaction would leave it.
// Instead:  accepted/session/brand_shortened_for_an_inner_part.rs
use moored::prelude::*;
use shop::*;

fn lengthen<'t, 's: 't>(handle: Handle<'t, Author, Managed>) -> Handle<'s, Author, Managed> {
    handle
}

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        println!("{:?}", lengthen(arya));
        Ok(())
    })
}
