// Rejected: comparing the version of an entity that has no row yet.
// Because:  the flush that inserts the row gives it its version; nobody can have seen it before.
// Instead:  accepted/version/expected_of_a_form.rs
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let sansa = session.persist(NewAuthor::new("Sansa"))?;
        session.expect_version(&sansa, 1)
    })
}
