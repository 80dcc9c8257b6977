// Rejected: comparing the key of an author with that of a book.
// Because:  they are numbers of two tables.
// Instead:  accepted/relation/keys_of_the_right_entity.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        assert!(Key::<Author>::new(1) != Key::<Book>::new(1));
        session.flush()
    })
}
