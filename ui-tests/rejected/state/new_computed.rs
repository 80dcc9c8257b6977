// Rejected: computing a column of an entity that has no row yet.
// Because:  a New entity has no row before the flush.
// Instead:  accepted/state/promoted_after_the_flush.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let book = session.persist(NewBook::new("Ice", Key::<Author>::new(1)))?;
        session.compute(&book, books::pages, 7)
    })
}
