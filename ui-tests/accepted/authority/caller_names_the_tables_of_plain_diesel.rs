// Accepted: who has the session says which tables plain Diesel touches, so that the others wait for their flush.
use shop::*;

use diesel::connection::SimpleConnection;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let _ = session.persist(NewAuthor::new("Sansa"))?;
        session.connection_for::<(Tag, Book)>()?.batch_execute("DELETE FROM tags")?;
        assert!(session.has_changes());
        session.flush()
    })
}
