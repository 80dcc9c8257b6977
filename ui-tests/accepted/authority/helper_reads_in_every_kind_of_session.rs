// Accepted: a helper that reads is written once, for sessions, transactions, scopes, read sessions, and services.
use moored::prelude::*;
use shop::*;

fn titles<B: Backend, A: ?Sized>(uow: &mut UnitOfWork<'_, B, A>) -> moored::Result<Vec<String>>
where
    Book: Entity<B>,
{
    let books = uow.select(Select::<Book>::all().order(Book::ID.asc())).all()?;
    Ok(books.iter().map(|book| uow[book].title.clone()).collect())
}

fn service(uow: &mut UnitOfWork<'_, Sqlite>) -> moored::Result<Vec<String>> {
    titles(uow)
}

fn main() -> moored::Result<()> {
    let orm = shop::orm();
    let expected = orm.read(titles)?;
    assert!(!expected.is_empty());
    assert_eq!(orm.read_current(titles)?, expected);
    orm.session(|session| {
        assert_eq!(titles(session)?, expected);
        assert_eq!(service(session)?, expected);
        session.transaction(|tx| {
            assert_eq!(titles(tx)?, expected);
            Ok(())
        })?;
        session.requires_new(|new| {
            assert_eq!(titles(new)?, expected);
            Ok(())
        })?;
        session.scope(|scope| {
            assert_eq!(titles(scope)?, expected);
            Ok(())
        })
    })
}
