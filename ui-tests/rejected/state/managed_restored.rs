// Rejected: restoring a row that is not removed.
// Because:  only what is removed can be restored.
// Instead:  accepted/state/restore_before_the_flush.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let _arya = session.restore(arya)?;
        Ok(())
    })
}
