// Rejected: statements that write at once, in a read session.
// Because:  a read session has no verb that writes, and may be connected to a copy that takes no writes.
// Instead:  accepted/authority/session_has_every_verb.rs
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().read(|session| {
        session.upsert(NewAuthor::new("Sansa"));
        session.upsert_many([NewAuthor::new("Sansa")]);
        session.update_where(Book::PAGES.gt(100));
        session.delete_all::<Tag>(tags::table);
        session.delete_where(Book::PAGES.gt(100));
        Ok(())
    })
}
