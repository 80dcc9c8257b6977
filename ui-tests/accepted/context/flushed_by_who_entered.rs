// Accepted: an access changes entities, and who entered flushes once the scope is over.
use moored::context;
use shop::*;

fn service() -> moored::Result<()> {
    context::with::<Sqlite, _>(|uow| uow.persist(NewAuthor::new("Sansa")).map(drop))
}

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        context::enter::<Sqlite, _>(session, service)?;
        assert!(session.has_changes());
        session.flush()
    })
}
