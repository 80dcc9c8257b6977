// Accepted: rows are added to a collection and counted, for an owner that is written or not, in a session or a service.
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let new = session.persist(NewAuthor::new("Sansa"))?;
        publish(session, &new)?;
        let jon = session.find::<Author>(2)?.required()?;
        let needle = session.find::<Book>(1)?.required()?;
        session.collection(&jon, Author::books()).add(&needle)?;
        session.link(&needle, Book::editor(), &jon)?; // the other relation to the same entity
        session.flush()?;
        assert_eq!(session.collection(&jon, Author::books()).count()?, 1);
        Ok(())
    })
}

fn publish<'s>(uow: &mut UnitOfWork<'s, Sqlite>, author: &Handle<'s, Author, New>) -> moored::Result<()> {
    uow.collection(author, Author::books()).add_with(|author| NewBook::new("Lady", author))?;
    Ok(())
}
