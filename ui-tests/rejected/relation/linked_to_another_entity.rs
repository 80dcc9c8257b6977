// Rejected: linking a book to a book as its author.
// Because:  the relation says what it refers to.
// Instead:  accepted/relation/keys_of_the_right_entity.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let needle = session.find::<Book>(1)?.required()?;
        session.link(&needle, Book::author(), &needle)
    })
}
