// Rejected: asking whether an author and a book are one row.
// Because:  they never are.
// Instead:  accepted/reading/rows_compared_by_their_session.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let needle = session.find::<Book>(1)?.required()?;
        assert!(!session.same(&arya, &needle));
        Ok(())
    })
}
