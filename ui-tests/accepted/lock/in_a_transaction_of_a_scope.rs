// Accepted: a scope opens a transaction and locks there.
use moored::Lock;
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        session.scope(|scope| {
            let arya = scope.find::<Author>(1)?.required()?;
            scope.transaction(|tx| tx.lock(&arya, Lock::UPDATE))
        })
    })
}
