// Accepted: a key goes from one access to the next, which finds the row again without SQL.
use moored::context;
use moored::prelude::*;
use shop::*;

fn author_of(book: i32) -> moored::Result<Key<Author>> {
    context::with::<Sqlite, _>(|uow| {
        let book = uow.find::<Book>(book)?.required()?;
        Ok(uow[&book].author_id)
    })
}

fn rename(author: Key<Author>) -> moored::Result<()> {
    context::with::<Sqlite, _>(|uow| {
        let author = uow.find::<Author>(author)?.required()?;
        uow.edit(&author)?.name = "No One".into();
        Ok(())
    })
}

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        session.transaction(|tx| context::enter::<Sqlite, _>(tx, || rename(author_of(1)?)))?;
        assert_eq!(session[&arya].name, "No One");
        Ok(())
    })
}
