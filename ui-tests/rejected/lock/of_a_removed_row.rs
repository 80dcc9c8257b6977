// Rejected: locking a row whose removal is scheduled.
// Because:  it is on its way out; the DELETE locks it by itself.
// Instead:  accepted/lock/before_the_removal.rs
use moored::Lock;
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        session.transaction(|tx| {
            let jon = tx.find::<Author>(2)?.required()?;
            let jon = tx.remove(jon)?;
            tx.lock(&jon, Lock::UPDATE)
        })
    })
}
