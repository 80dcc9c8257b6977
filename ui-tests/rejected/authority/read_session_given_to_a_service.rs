// Rejected: giving a read session to a service that changes things.
// Because:  a read session has no verb that writes.
// Instead:  accepted/authority/read_session_reads.rs
use moored::prelude::*;
use shop::*;

fn rename(uow: &mut UnitOfWork<'_, Sqlite>) -> moored::Result<()> {
    let arya = uow.find::<Author>(1)?.required()?;
    uow.edit(&arya)?.name = "No One".into();
    Ok(())
}

fn main() -> moored::Result<()> {
    shop::orm().read(|session| rename(session))
}
