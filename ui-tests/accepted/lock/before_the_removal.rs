// Accepted: a row is locked, looked at, and then removed.
use moored::Lock;
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        session.transaction(|tx| {
            let jon = tx.find_locked::<Author>(2, Lock::UPDATE)?.required()?;
            assert!(tx[&jon].email.is_none());
            let _ = tx.remove(jon)?;
            Ok(())
        })
    })
}
