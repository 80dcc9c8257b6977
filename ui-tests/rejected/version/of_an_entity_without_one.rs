// Rejected: moving on or comparing the version of an entity that has none.
// Because:  nothing would tell whether another writer changed the row.
// Instead:  accepted/version/touched_and_expected.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let needle = session.find::<Book>(1)?.required()?;
        session.touch(&needle)?;
        session.expect_unchanged(&needle)?;
        session.flush()
    })
}
