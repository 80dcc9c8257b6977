// Rejected: a service that needs the books of an author is given one without them, or with something else.
// Because:  what it asks for stands in its signature.
// Instead:  accepted/loading/what_was_loaded_is_in_the_type.rs
use moored::prelude::*;
use moored::relation::{Has, Loaded};
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        count(session, &arya);
        let book = session.find::<Book>(1)?.required()?;
        let book = session.populate(&book, Book::author())?;
        edited(session, &book)
    })
}

fn count<'s>(uow: &UnitOfWork<'s, Sqlite>, author: &Loaded<'s, Author, impl Has<AuthorBooks>>) -> usize {
    uow.related(author, Author::books()).len()
}

fn edited<'s>(uow: &UnitOfWork<'s, Sqlite>, book: &Loaded<'s, Book, impl Has<BookEditor>>) -> moored::Result<()> {
    uow.related(book, Book::editor()).map(drop)
}
