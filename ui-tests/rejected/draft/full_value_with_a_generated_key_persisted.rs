// Rejected: persisting a value whose key the database makes.
// Because:  the number in its key field would be thrown away.
// Instead:  accepted/draft/full_value_persisted.rs
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        session.persist(Author { id: 0, name: "Sansa".into(), email: None, version: 1 })?;
        session.flush()
    })
}
