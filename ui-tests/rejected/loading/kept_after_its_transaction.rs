// Rejected: what a transaction loaded is kept after it.
// Because:  a rollback takes the rows out of memory that it brought in.
// Instead:  accepted/loading/what_was_loaded_is_in_the_type.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let arya = session.transaction(|tx| tx.populate(&arya, Author::books()))?;
        session.related(&arya, Author::books());
        Ok(())
    })
}
