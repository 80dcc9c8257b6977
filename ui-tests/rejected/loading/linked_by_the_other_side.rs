// Rejected: a relation is linked from the side that does not hold its column.
// Because:  the column is the other row's: link that one.
// Instead:  accepted/relation/optional_one_unlinked.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let needle = session.find::<Book>(1)?.required()?;
        session.link(&arya, Author::books(), &needle)?;
        session.flush()
    })
}
