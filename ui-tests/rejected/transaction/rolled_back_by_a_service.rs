// Rejected: a service that rolls back the transaction that it runs in.
// Because:  what is one transaction, and what becomes of it, is its caller's to decide. An error says that it must not commit.
// Instead:  accepted/transaction/ended_by_its_closure.rs
use moored::prelude::*;
use moored_sqlite::Sqlite;

fn give_up(uow: &mut UnitOfWork<'_, Sqlite>) {
    uow.set_rollback_only();
}

fn main() {
    let _ = give_up;
}
