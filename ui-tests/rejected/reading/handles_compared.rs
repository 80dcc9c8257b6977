// Rejected: comparing handles with `==`.
// Because:  handles of two sessions would compare; the session knows its rows.
// Instead:  accepted/reading/rows_compared_by_their_session.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let jon = session.find::<Author>(2)?.required()?;
        assert!(arya != jon);
        Ok(())
    })
}
