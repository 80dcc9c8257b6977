// Rejected: returning the handle of what a transaction persisted.
// Because:  a rollback forgets what was made inside, so its handles end with it.
// Instead:  accepted/transaction/find_it_again_outside.rs
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let sansa = session.transaction(|tx| tx.persist(NewAuthor::new("Sansa")))?;
        let sansa = session.promote(&sansa)?;
        println!("{}", session[&sansa].id);
        Ok(())
    })
}
