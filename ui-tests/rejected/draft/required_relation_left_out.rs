// Rejected: making a draft without a relation that it must have.
// Because:  a book has an author: the column is not nullable.
// Instead:  accepted/draft/what_the_database_makes_is_left_out.rs
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        session.persist(NewBook::new("Ice"))?;
        session.flush()
    })
}
