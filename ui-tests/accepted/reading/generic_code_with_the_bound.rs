// Accepted: one bound names the entity, and the code works for every backend.
use moored::prelude::*;
use shop::*;

fn rename<'s, B: Backend>(
    uow: &mut UnitOfWork<'s, B>,
    author: &Handle<'s, Author, Managed>,
) -> moored::Result<()>
where
    Author: Entity<B>,
{
    uow.edit(author)?.name = "No One".into();
    Ok(())
}

fn forget<'s, B: Backend, E: Entity<B>>(
    uow: &mut UnitOfWork<'s, B>,
    row: Handle<'s, E, Managed>,
) -> moored::Result<()> {
    uow.remove(row)?;
    Ok(())
}

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let needle = session.find::<Book>(1)?.required()?;
        rename(session, &arya)?;
        forget(session, needle)?;
        session.flush()
    })
}
