// Rejected: locking a row in a read session.
// Because:  a read session has no transaction, and nothing to keep others from a row for.
// Instead:  accepted/lock/in_a_transaction.rs
use moored::Lock;
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().read(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        session.lock(&arya, Lock::SHARE)
    })
}
