// Rejected: persisting one draft twice.
// Because:  the session took it.
// Instead:  accepted/draft/one_draft_for_each_row.rs
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let draft = NewAuthor::new("Sansa");
        session.persist(draft)?;
        session.persist(draft)?;
        session.flush()
    })
}
