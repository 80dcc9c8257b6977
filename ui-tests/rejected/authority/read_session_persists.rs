// Rejected: persisting a draft in a read session.
// Because:  a read session has no verb that writes.
// Instead:  accepted/authority/read_session_reads.rs
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().read(|session| {
        session.persist(NewAuthor::new("Sansa"))?;
        Ok(())
    })
}
