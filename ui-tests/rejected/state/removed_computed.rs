// Rejected: computing a column of a row that is removed.
// Because:  its deletion is scheduled; there is nothing left to write.
// Instead:  accepted/state/restore_before_the_flush.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let needle = session.find::<Book>(1)?.required()?;
        let needle = session.remove(needle)?;
        session.compute(&needle, books::pages, 7)
    })
}
