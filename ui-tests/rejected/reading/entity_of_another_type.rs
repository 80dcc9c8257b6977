// Rejected: reading a book through the handle of an author.
// Because:  a handle is of one entity.
// Instead:  accepted/reading/rows_compared_by_their_session.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let book: &Book = session.get(&arya);
        println!("{}", book.title);
        Ok(())
    })
}
