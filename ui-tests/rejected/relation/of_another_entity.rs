// Rejected: setting the relation of a book on an author.
// Because:  a relation belongs to one entity.
// Instead:  accepted/relation/keys_of_the_right_entity.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        session.link(&arya, Book::author(), &arya)
    })
}
