// Rejected: returning a draft that is linked to a row of the transaction.
// Because:  the link carries the brand of the transaction.
// Instead:  accepted/transaction/find_it_again_outside.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let draft = session.transaction(|tx| {
            let arya = tx.find::<Author>(1)?.required()?;
            Ok(NewBook::new("Valar Morghulis", &arya))
        })?;
        session.persist(draft)?;
        session.flush()
    })
}
