// Rejected: finding an author by the key of a book.
// Because:  a `Key<Book>` refers to a book and to nothing else.
// Instead:  accepted/relation/keys_of_the_right_entity.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let key = Key::<Book>::new(1);
        let author = session.find::<Author>(key)?;
        println!("{author:?}");
        Ok(())
    })
}
