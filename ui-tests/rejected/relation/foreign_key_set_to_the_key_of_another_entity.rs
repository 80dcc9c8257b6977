// Rejected: setting a foreign key to the key of another entity.
// Because:  a `Key<Book>` refers to a book and to nothing else.
// Instead:  accepted/relation/keys_of_the_right_entity.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let needle = session.find::<Book>(1)?.required()?;
        let book = session.key(&needle);
        session.edit(&needle)?.author_id = book;
        session.flush()
    })
}
