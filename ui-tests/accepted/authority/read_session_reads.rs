// Accepted: a read session finds, queries and reads, and helpers that read take it too.
use moored::prelude::*;
use shop::*;

fn name<'s, A: ?Sized>(uow: &mut UnitOfWork<'s, Sqlite, A>, key: i32) -> moored::Result<String> {
    let author = uow.find::<Author>(key)?.required()?;
    Ok(uow[&author].name.clone())
}

fn main() -> moored::Result<()> {
    let orm = shop::orm();
    assert_eq!(orm.read(|session| name(session, 1))?, "Arya");
    assert_eq!(orm.session(|session| name(session, 2))?, "Jon");
    Ok(())
}
