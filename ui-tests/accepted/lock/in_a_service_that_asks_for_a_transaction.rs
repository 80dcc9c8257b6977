// Accepted: a service that locks takes a transaction, or asks for the authority to lock.
use moored::prelude::*;
use moored::{Lock, LockAuthority};
use shop::*;

fn of_a_transaction<'t>(
    tx: &mut Transaction<'t, '_, Sqlite>,
    author: &Handle<'t, Author, Managed>,
) -> moored::Result<()> {
    tx.lock(author, Lock::UPDATE)
}

fn that_asks<'s, B: Backend, A: LockAuthority>(
    uow: &mut UnitOfWork<'s, B, A>,
    author: &Handle<'s, Author, Managed>,
) -> moored::Result<()>
where
    Author: Entity<B>,
{
    uow.lock(author, Lock::UPDATE)
}

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        session.transaction(|tx| {
            of_a_transaction(tx, &arya)?;
            that_asks(tx, &arya)
        })
    })
}
