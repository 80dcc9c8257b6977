// Rejected: finding a row and locking it outside of a transaction.
// Because:  a lock is held until the transaction ends; where none is open it would end with its own statement.
// Instead:  accepted/lock/in_a_transaction.rs
use moored::Lock;
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find_locked::<Author>(1, Lock::UPDATE)?.required()?;
        session.edit(&arya)?.name = "No One".into();
        session.flush()
    })
}
