// Rejected: taking a unit of work for the session that it may be.
// Because:  it may be a transaction or a scope as well, and the way back is closed.
// Instead:  accepted/authority/caller_flushes.rs
use moored::prelude::*;
use shop::*;

fn service(uow: &mut UnitOfWork<'_, Sqlite>) -> moored::Result<()> {
    let session: &mut Session<'_, Sqlite> = uow;
    session.flush()
}

fn main() -> moored::Result<()> {
    shop::orm().session(|session| service(session))
}
