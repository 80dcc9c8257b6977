// Rejected: a row is taken out of the collection that its column requires.
// Because:  it would refer to nothing, and nobody said that it is to be removed then.
// Instead:  accepted/collection/changed_from_the_other_side.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let needle = session.find::<Book>(1)?.required()?;
        session.collection(&arya, Author::books()).remove(&needle)?;
        session.collection(&arya, Author::books()).clear()?;
        session.flush()
    })
}
