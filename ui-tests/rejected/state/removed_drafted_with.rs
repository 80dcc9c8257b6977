// Rejected: making a draft that is linked to a row that is removed.
// Because:  the flush would have to delete what it links to.
// Instead:  accepted/state/restore_before_the_flush.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let arya = session.remove(arya)?;
        session.persist(NewBook::new("Valar Morghulis", &arya))?;
        session.flush()
    })
}
