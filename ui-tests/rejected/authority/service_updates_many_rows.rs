// Rejected: a set-based update by code that was handed a unit of work.
// Because:  it writes at once, and whether that is part of a transaction is the caller's to say.
// Instead:  accepted/bulk/many_rows_at_once.rs
use diesel::prelude::*;
use moored::prelude::*;
use shop::*;

fn service(uow: &mut UnitOfWork<'_, Sqlite>) -> moored::Result<u64> {
    uow.update_all::<Book>(books::table).set(books::pages.eq(0)).execute()
}

fn main() -> moored::Result<()> {
    shop::orm().session(|session| service(session).map(|_| ()))
}
