// Rejected: discarding the work of a unit of work that one was handed.
// Because:  it is the caller's work too.
// Instead:  accepted/authority/caller_flushes.rs
use moored::prelude::*;
use shop::*;

fn service(uow: &mut UnitOfWork<'_, Sqlite>) -> moored::Result<()> {
    uow.discard();
    Ok(())
}

fn main() -> moored::Result<()> {
    shop::orm().session(|session| service(session))
}
