// Rejected: locking an entity that has no row yet.
// Because:  a lock is on a row; a New entity has none until the flush.
// Instead:  accepted/lock/in_a_transaction.rs
use moored::Lock;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        session.transaction(|tx| {
            let bran = tx.persist(NewAuthor::new("Bran"))?;
            tx.lock(&bran, Lock::UPDATE)
        })
    })
}
