// Accepted: an expression of the row's own columns is worked out by the database.
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let needle = session.find::<Book>(1)?.required()?;
        session.compute(&needle, books::pages, books::pages + 5)?;
        session.flush()?;
        assert_eq!(session[&needle].pages, 105);
        Ok(())
    })
}
