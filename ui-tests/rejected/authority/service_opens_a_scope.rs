// Rejected: opening a scope in a unit of work that one was handed.
// Because:  a scope flushes on its own.
// Instead:  accepted/authority/caller_flushes.rs
use moored::prelude::*;
use shop::*;

fn service(uow: &mut UnitOfWork<'_, Sqlite>) -> moored::Result<()> {
    uow.scope(|scope| scope.flush())
}

fn main() -> moored::Result<()> {
    shop::orm().session(|session| service(session))
}
