// Rejected: setting the version of a draft.
// Because:  the library counts versions.
// Instead:  accepted/draft/what_the_database_makes_is_left_out.rs
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        session.persist(NewAuthor::new("Sansa").version(7))?;
        session.flush()
    })
}
