// Rejected: committing on a session.
// Because:  a session has no transaction of its own: its flush is one.
// Instead:  accepted/transaction/ended_by_its_closure.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        session.persist(NewAuthor::new("Arya"))?;
        session.commit()
    })
}
