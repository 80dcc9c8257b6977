// Rejected: editing in a helper that takes any unit of work.
// Because:  it may be a read session; `A: Authority` says that it is not.
// Instead:  accepted/authority/read_session_reads.rs
use moored::prelude::*;
use shop::*;

fn rename<A: ?Sized>(uow: &mut UnitOfWork<'_, Sqlite, A>) -> moored::Result<()> {
    let arya = uow.find::<Author>(1)?.required()?;
    uow.edit(&arya)?.name = "No One".into();
    Ok(())
}

fn main() -> moored::Result<()> {
    shop::orm().session(|session| rename(session))
}
