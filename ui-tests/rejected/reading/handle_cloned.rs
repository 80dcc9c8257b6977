// Rejected: cloning a handle.
// Because:  a second handle would not know what the first one did; `alias` makes one on purpose.
// Instead:  accepted/reading/rows_compared_by_their_session.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let other = arya.clone();
        assert!(session.same(&arya, &other));
        Ok(())
    })
}
