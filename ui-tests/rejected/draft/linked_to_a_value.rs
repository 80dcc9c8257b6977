// Rejected: giving a draft a value as its relation.
// Because:  a value that is in no session has no row to refer to.
// Instead:  accepted/draft/relation_persisted_first.rs
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let author = NewAuthor::new("Sansa");
        session.persist(NewBook::new("Ice", author))?;
        session.flush()
    })
}
