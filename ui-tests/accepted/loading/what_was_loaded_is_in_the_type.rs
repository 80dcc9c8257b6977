// Accepted: a relation is loaded, and read through what comes back; a service asks for a row with its relations.
use moored::prelude::*;
use moored::relation::{Has, Loaded, With};
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let authors = session.query::<Author>(authors::table).all()?;
        let authors = session.populate(&authors, Author::books().then((Book::author(), Book::editor())))?;
        for author in &authors {
            titles(session, author);
            editors(session, author)?;
            session.edit(author)?.name.push('!'); // it is a handle as well
        }
        session.transaction(|tx| {
            for author in &authors {
                titles(tx, author); // loaded outside, read inside
                let more = tx.populate(author, Author::books())?;
                titles(tx, &more);
            }
            Ok(())
        })?;
        let page = Page { authors: authors.iter().map(|author| author.only::<AuthorBooks>()).collect() };
        assert_eq!(page.authors.len(), 2);
        let book = session.find::<Book>(1)?.required()?;
        let book = session.loaded(&book, Book::author())?; // it was loaded above, by way of its author
        let book = with_editor(session, &book)?;
        session.related(&book, Book::author())?;
        session.flush()
    })
}

type WithBoth = With<BookEditor, (), With<BookAuthor>>;

struct Page<'s> {
    authors: Vec<Loaded<'s, Author, With<AuthorBooks, WithBoth>>>,
}

fn titles<'s, A: ?Sized>(
    uow: &UnitOfWork<'s, Sqlite, A>,
    author: &Loaded<'s, Author, impl Has<AuthorBooks>>,
) -> Vec<String> {
    uow.related(author, Author::books()).iter().map(|book| uow[book].title.clone()).collect()
}

fn editors<'s, A: ?Sized>(
    uow: &UnitOfWork<'s, Sqlite, A>,
    author: &Loaded<'s, Author, impl Has<AuthorBooks, Each: Has<BookEditor>>>,
) -> moored::Result<usize> {
    let mut editors = 0;
    for book in uow.nested(author, Author::books())? {
        editors += usize::from(uow.related(&book, Book::editor())?.is_some());
    }
    Ok(editors)
}

fn with_editor<'s, W: Has<BookAuthor>>(
    uow: &mut UnitOfWork<'s, Sqlite>,
    book: &Loaded<'s, Book, W>,
) -> moored::Result<Loaded<'s, Book, With<BookEditor, (), W>>> {
    uow.populate(book, Book::editor())
}
