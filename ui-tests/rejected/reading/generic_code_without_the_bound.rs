// Rejected: using an entity in generic code that does not say it is one.
// Because:  whether a backend can store an entity is a bound.
// Instead:  accepted/reading/generic_code_with_the_bound.rs
use moored::prelude::*;
use shop::*;

fn forget<'s, B: Backend, E>(uow: &mut UnitOfWork<'s, B>, row: Handle<'s, E, Managed>) -> moored::Result<()> {
    uow.remove(row)?;
    Ok(())
}

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let needle = session.find::<Book>(1)?.required()?;
        forget(session, needle)
    })
}
