// Rejected: flushing in code that is generic over the authority to change.
// Because:  `Authority` is to change; `FlushAuthority` is to write.
// Instead:  accepted/authority/generic_code_asks_to_flush.rs
use moored::prelude::*;
use shop::*;

use moored::Authority;

fn service<A: Authority + ?Sized>(uow: &mut UnitOfWork<'_, Sqlite, A>) -> moored::Result<()> {
    uow.flush()
}

fn main() -> moored::Result<()> {
    shop::orm().session(|session| service(session))
}
