//! Rows to begin a test with.

use moored::{Backend, Entity, Key, Orm};

use crate::entities::{Author, Book, NewAuthor, NewBook};
pub use crate::harness::execute;

/// A stored author of that name, without an email.
pub fn author<B: Backend>(orm: &Orm<B>, name: &str) -> Key<Author>
where
    Author: Entity<B>,
{
    orm.session(|session| {
        let author = session.persist(NewAuthor::new(name))?;
        session.flush()?;
        let author = session.promote(&author)?;
        Ok(session.key(&author))
    })
    .unwrap()
}

/// A stored book of that title by that author.
pub fn book<B: Backend>(orm: &Orm<B>, title: &str, author: Key<Author>) -> Key<Book>
where
    Author: Entity<B>,
    Book: Entity<B>,
{
    orm.session(|session| {
        let book = session.persist(NewBook::new(title, author))?;
        session.flush()?;
        let book = session.promote(&book)?;
        Ok(session.key(&book))
    })
    .unwrap()
}
