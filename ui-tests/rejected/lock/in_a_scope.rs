// Rejected: locking a row in a scope.
// Because:  a scope is no transaction: what it writes stands at once, and a lock would be held by nothing.
// Instead:  accepted/lock/in_a_transaction_of_a_scope.rs
use moored::Lock;
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        session.scope(|scope| {
            let arya = scope.find::<Author>(1)?.required()?;
            scope.lock(&arya, Lock::UPDATE)
        })
    })
}
