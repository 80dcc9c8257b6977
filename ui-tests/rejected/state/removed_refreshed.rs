// Rejected: refreshing a row that is removed.
// Because:  its deletion is scheduled; there is nothing left to write.
// Instead:  accepted/state/restore_before_the_flush.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let arya = session.remove(arya)?;
        session.refresh(&arya)
    })
}
