// Rejected: a relation of another entity is loaded with a row, or a path that does not meet.
// Because:  a relation is of its owner, and leads to one entity.
// Instead:  accepted/loading/what_was_loaded_is_in_the_type.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        session.populate(&arya, Book::editor())?;
        Ok(())
    })
}
