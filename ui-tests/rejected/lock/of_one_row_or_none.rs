// Rejected: leaving out a row that is locked, where that row alone was asked for.
// Because:  nothing would be left; a query may give fewer rows, a handle stands for one.
// Instead:  accepted/lock/query_in_a_transaction.rs
use moored::Lock;
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        session.transaction(|tx| tx.lock(&arya, Lock::UPDATE.skip_locked()))
    })
}
