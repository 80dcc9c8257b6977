// Rejected: using an entity with any backend without saying that it can store it.
// Because:  a backend stores an entity if it has the SQL types of its columns.
// Instead:  accepted/reading/generic_code_with_the_bound.rs
use moored::prelude::*;
use shop::*;

fn rename<'s, B: Backend>(
    uow: &mut UnitOfWork<'s, B>,
    author: &Handle<'s, Author, Managed>,
) -> moored::Result<()> {
    uow.edit(author)?.name = "No One".into();
    Ok(())
}

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        rename(session, &arya)
    })
}
