// Rejected: returning a linked draft that `detach` gave back.
// Because:  the link carries the brand.
// Instead:  accepted/session/return_a_draft_with_a_key.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    let draft = shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let book = session.persist(NewBook::new("Valar Morghulis", &arya))?;
        session.detach(book)
    })?;
    println!("{draft:?}");
    Ok(())
}
