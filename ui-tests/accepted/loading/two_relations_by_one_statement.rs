// Accepted: a relation and the next one by one statement, and what was loaded so is in the type as well.
use moored::prelude::*;
use moored::relation::{Has, Loaded};
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let needle = session.find::<Book>(1)?.required()?;
        let needle = session.populate(&needle, Book::author().then_joined(Author::books()))?;
        assert_eq!(shelf(session, &needle)?, 1);
        let arya = session.find::<Author>(1)?.required()?;
        let arya = session.populate(&arya, Author::books().then_joined(Book::editor().then(Author::books())))?;
        for book in session.nested(&arya, Author::books())? {
            assert!(session.related(&book, Book::editor())?.is_none());
        }
        Ok(())
    })
}

fn shelf<'s, W>(uow: &UnitOfWork<'s, Sqlite>, book: &Loaded<'s, Book, W>) -> moored::Result<usize>
where
    W: Has<BookAuthor, Each: Has<AuthorBooks>>,
{
    let author = uow.nested(book, Book::author())?;
    Ok(uow.related(&author, Author::books()).len())
}
