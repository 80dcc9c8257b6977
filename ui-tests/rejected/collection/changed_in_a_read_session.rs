// Rejected: a collection is changed in a read session.
// Because:  a read session writes nothing; it counts and lists.
// Instead:  accepted/collection/changed_from_the_other_side.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().read(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let needle = session.find::<Book>(1)?.required()?;
        let mut books = session.collection(&arya, Author::books());
        assert_eq!(books.count()?, 1);
        books.add(&needle)?;
        Ok(())
    })
}
