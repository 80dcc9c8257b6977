// Rejected: a row of another entity is added, or one of another session.
// Because:  a collection has the rows of its relation's entity, of its session.
// Instead:  accepted/collection/changed_from_the_other_side.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    let orm = shop::orm();
    orm.session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let jon = session.find::<Author>(2)?.required()?;
        session.collection(&arya, Author::books()).add(&jon)?;
        session.flush()
    })
}
