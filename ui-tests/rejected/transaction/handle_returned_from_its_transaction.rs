// Rejected: returning a handle from a transaction.
// Because:  a rollback forgets what was made inside, so its handles end with it.
// Instead:  accepted/transaction/find_it_again_outside.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.transaction(|tx| tx.find::<Author>(1)?.required())?;
        println!("{}", session[&arya].name);
        Ok(())
    })
}
