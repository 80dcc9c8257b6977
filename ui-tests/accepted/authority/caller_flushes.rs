// Accepted: a service changes things, and its caller decides when they are written.
use moored::prelude::*;
use shop::*;

fn rename<'s>(uow: &mut UnitOfWork<'s, Sqlite>, author: &Handle<'s, Author, Managed>) -> moored::Result<()> {
    uow.edit(author)?.name = "No One".into();
    Ok(())
}

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        session.transaction(|tx| {
            rename(tx, &arya)?;
            tx.flush()
        })?;
        assert_eq!(session[&arya].version, 2);
        Ok(())
    })
}
