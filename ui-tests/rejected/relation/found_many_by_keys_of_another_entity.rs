// Rejected: finding authors by the keys of books.
// Because:  a `Key<Book>` refers to a book and to nothing else.
// Instead:  accepted/relation/keys_of_the_right_entity.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let keys = [Key::<Book>::new(1), Key::<Book>::new(2)];
        let authors = session.find_many::<Author, _>(keys)?;
        println!("{authors:?}");
        Ok(())
    })
}
