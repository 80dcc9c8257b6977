// Rejected: the collection of a relation to one row.
// Because:  there is one row, or none: it is linked, and not added.
// Instead:  accepted/collection/changed_from_the_other_side.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let needle = session.find::<Book>(1)?.required()?;
        let count = session.collection(&needle, Book::author()).count()?;
        assert_eq!(count, 1);
        Ok(())
    })
}
