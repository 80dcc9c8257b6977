// Rejected: linking to a row that is removed.
// Because:  the flush would have to delete what it links to.
// Instead:  accepted/state/restore_before_the_flush.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let needle = session.find::<Book>(1)?.required()?;
        let arya = session.remove(arya)?;
        session.link(&needle, Book::editor(), &arya)
    })
}
