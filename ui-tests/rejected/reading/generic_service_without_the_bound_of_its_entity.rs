// Rejected: a service for any backend that does not say which entities it works with.
// Because:  a backend may lack the SQL type of a column.
// Instead:  accepted/reading/generic_code_with_the_bound.rs
use moored::prelude::*;
use shop::*;

fn rename<B: Backend>(uow: &mut UnitOfWork<'_, B>, author: Key<Author>) -> moored::Result<()> {
    let author = uow.find::<Author>(author)?.required()?;
    uow.edit(&author)?.name = "No One".into();
    Ok(())
}

fn main() -> moored::Result<()> {
    shop::orm().session(|session| rename(session, Key::new(1)))
}
