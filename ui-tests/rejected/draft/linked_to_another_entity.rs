// Rejected: giving a draft the row of another entity as its relation.
// Because:  the author of a book is an author.
// Instead:  accepted/draft/what_the_database_makes_is_left_out.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let needle = session.find::<Book>(1)?.required()?;
        session.persist(NewBook::new("Ice", &needle))?;
        session.flush()
    })
}
