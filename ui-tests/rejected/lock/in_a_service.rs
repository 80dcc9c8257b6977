// Rejected: locking a row in a service that was handed any unit of work.
// Because:  its caller may have no transaction open; who needs one says so in the signature.
// Instead:  accepted/lock/in_a_service_that_asks_for_a_transaction.rs
use moored::Lock;
use moored::prelude::*;
use shop::*;

fn service<'s>(uow: &mut UnitOfWork<'s, Sqlite>, author: &Handle<'s, Author, Managed>) -> moored::Result<()> {
    uow.lock(author, Lock::UPDATE)
}

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        session.transaction(|tx| service(tx, &arya))
    })
}
