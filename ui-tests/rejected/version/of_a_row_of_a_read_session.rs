// Rejected: touching, expecting or resolving a row of a read session.
// Because:  a read session flushes nothing, and has no edits that could be in anybody's way.
// Instead:  accepted/version/touched_and_expected.rs
use moored::prelude::*;
use moored::Resolution;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().read(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        session.touch(&arya)?;
        session.expect_unchanged(&arya)?;
        session.resolve(&arya, Resolution::Mine)
    })
}
