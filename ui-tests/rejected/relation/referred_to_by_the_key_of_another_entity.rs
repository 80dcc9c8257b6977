// Rejected: referring to an author by the key of a book.
// Because:  a `Key<Book>` refers to a book and to nothing else.
// Instead:  accepted/relation/keys_of_the_right_entity.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let author = session.reference::<Author>(Key::<Book>::new(1))?;
        println!("{author:?}");
        Ok(())
    })
}
