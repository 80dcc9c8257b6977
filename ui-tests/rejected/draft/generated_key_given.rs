// Rejected: giving a draft the key that the database makes.
// Because:  the database makes it, so the draft has no such field.
// Instead:  accepted/draft/what_the_database_makes_is_left_out.rs
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = NewAuthor { id: 7, ..NewAuthor::new("Sansa") };
        session.persist(arya)?;
        session.flush()
    })
}
