// Rejected: keeping a handle of a transaction in the scope around it.
// Because:  a rollback forgets what was made inside, so its handles end with it.
// Instead:  accepted/transaction/find_it_again_outside.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        session.scope(|scope| {
            let arya = scope.transaction(|tx| tx.find::<Author>(1)?.required())?;
            println!("{}", scope[&arya].name);
            Ok(())
        })
    })
}
