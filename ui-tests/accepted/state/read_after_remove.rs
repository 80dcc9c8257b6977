// Accepted: the handle that `remove` gives reads the row, after the flush too.
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let needle = session.find::<Book>(1)?.required()?;
        let needle = session.remove(needle)?;
        session.flush()?;
        assert_eq!(session[&needle].title, "Needle");
        Ok(())
    })
}
