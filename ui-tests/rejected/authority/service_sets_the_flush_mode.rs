// Rejected: setting the flush mode of a unit of work that one was handed.
// Because:  who opens the unit of work decides when it is written; a service only changes it.
// Instead:  accepted/authority/caller_flushes.rs
use moored::prelude::*;
use shop::*;

fn service(uow: &mut UnitOfWork<'_, Sqlite>) -> moored::Result<()> {
    uow.set_flush_mode(FlushMode::Always);
    Ok(())
}

fn main() -> moored::Result<()> {
    shop::orm().session(|session| service(session))
}
