// Rejected: taking a unit of work and a handle without saying that they belong together.
// Because:  each `'_` is a brand of its own.
// Instead:  accepted/session/helper_names_the_brand.rs
use moored::prelude::*;
use shop::*;

fn rename(uow: &mut UnitOfWork<'_, Sqlite>, author: &Handle<'_, Author, Managed>) -> moored::Result<()> {
    uow.edit(author)?.name = "No One".into();
    Ok(())
}

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        rename(session, &arya)
    })
}
