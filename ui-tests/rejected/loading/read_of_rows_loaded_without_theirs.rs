// Rejected: the relation of a row is read that came in by a relation, and was loaded without its own.
// Because:  a path that was not loaded so far ends where it was loaded.
// Instead:  accepted/loading/what_was_loaded_is_in_the_type.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let arya = session.populate(&arya, Author::books())?;
        for book in session.nested(&arya, Author::books())? {
            let _ = session.related(&book, Book::editor())?;
        }
        Ok(())
    })
}
