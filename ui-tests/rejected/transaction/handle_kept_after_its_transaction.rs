// Rejected: keeping a handle that a transaction made for later.
// Because:  a rollback forgets what was made inside, so its handles end with it.
// Instead:  accepted/transaction/find_it_again_outside.rs
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let mut kept = None;
        session.transaction(|tx| {
            kept = tx.find::<Author>(1)?;
            Ok(())
        })?;
        println!("{:?}", kept.map(|arya| session[&arya].name.clone()));
        Ok(())
    })
}
