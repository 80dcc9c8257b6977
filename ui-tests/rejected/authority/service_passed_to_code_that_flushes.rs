// Rejected: passing a unit of work that one was handed to code that flushes.
// Because:  what may not flush cannot lend that.
// Instead:  accepted/authority/generic_code_asks_to_flush.rs
use moored::prelude::*;
use shop::*;

use moored::FlushAuthority;

fn batch<A: FlushAuthority>(uow: &mut UnitOfWork<'_, Sqlite, A>) -> moored::Result<()> {
    uow.flush()
}

fn service(uow: &mut UnitOfWork<'_, Sqlite>) -> moored::Result<()> {
    batch(uow)
}

fn main() -> moored::Result<()> {
    shop::orm().session(|session| service(session))
}
