// Accepted: rows are locked in a transaction, by their handle or by their key, until it ends.
use moored::Lock;
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        session.transaction(|tx| {
            tx.lock(&arya, Lock::UPDATE)?;
            let jon = tx.find_locked::<Author>(2, Lock::SHARE.no_wait())?.required()?;
            let name = tx[&jon].name.clone();
            tx.edit(&arya)?.name = name;
            Ok(())
        })?;
        assert_eq!(session[&arya].name, "Jon");
        Ok(())
    })
}
