// Rejected: returning a draft that is linked to a row of the session.
// Because:  the link carries the brand.
// Instead:  accepted/session/return_a_draft_with_a_key.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    let orm = shop::orm();
    let draft = orm.session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        Ok(NewBook::new("Valar Morghulis", &arya))
    })?;
    orm.session(|session| {
        session.persist(draft)?;
        session.flush()
    })
}
