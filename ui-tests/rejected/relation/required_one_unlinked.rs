// Rejected: pointing a relation that must refer to a row at nothing.
// Because:  the column of the author is not nullable.
// Instead:  accepted/relation/optional_one_unlinked.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let needle = session.find::<Book>(1)?.required()?;
        session.unlink(&needle, Book::author())
    })
}
