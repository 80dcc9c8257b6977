// Rejected: what one session loaded is read, or loaded further, in another.
// Because:  the rows of the two have nothing to do with each other.
// Instead:  accepted/loading/what_was_loaded_is_in_the_type.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    let orm = shop::orm();
    orm.session(|one| {
        let arya = one.find::<Author>(1)?.required()?;
        let arya = one.populate(&arya, Author::books())?;
        orm.session(|other| {
            other.related(&arya, Author::books());
            other.populate(&arya, Author::books()).map(drop)
        })
    })
}
