// Accepted: a helper names the brand, and lets the borrow end by itself.
use moored::prelude::*;
use shop::*;

fn first<'s>(uow: &mut UnitOfWork<'s, Sqlite>) -> moored::Result<Handle<'s, Author, Managed>> {
    uow.find::<Author>(1)?.required()
}

fn rename<'s>(uow: &mut UnitOfWork<'s, Sqlite>, author: &Handle<'s, Author, Managed>) -> moored::Result<()> {
    uow.edit(author)?.name = "No One".into();
    Ok(())
}

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = first(session)?;
        rename(session, &arya)?;
        assert_eq!(session[&arya].name, "No One");
        session.flush()
    })
}
