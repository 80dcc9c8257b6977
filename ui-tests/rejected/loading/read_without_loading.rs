// Rejected: a relation is read that was not loaded.
// Because:  nobody knows whether its rows are in memory; an empty list could mean either.
// Instead:  accepted/loading/what_was_loaded_is_in_the_type.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        session.related(&arya, Author::books());
        let book = session.find::<Book>(1)?.required()?;
        let book = session.populate(&book, Book::author())?;
        let _ = session.related(&book, Book::editor())?;
        Ok(())
    })
}
