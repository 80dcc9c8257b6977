// Rejected: reading the draft of a row that is there.
// Because:  the draft became the row.
// Instead:  accepted/state/managed_edited_and_flushed.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        println!("{}", session.draft(&arya)?.name);
        Ok(())
    })
}
