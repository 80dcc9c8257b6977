// Rejected: locking a row of another session.
// Because:  each session's handles carry its own brand.
// Instead:  accepted/lock/found_by_key_in_each_session.rs
use moored::Lock;
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    let orm = shop::orm();
    orm.session(|one| {
        let arya = one.find::<Author>(1)?.required()?;
        orm.session(|other| other.transaction(|tx| tx.lock(&arya, Lock::UPDATE)))
    })
}
