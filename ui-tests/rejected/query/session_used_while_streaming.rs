// Rejected: using the session while rows stream from it.
// Because:  the stream has its connection.
// Instead:  accepted/query/keys_collected_while_streaming.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        session.query::<Author>(authors::table).stream(|author| {
            session.persist(NewBook::new(author.name, Key::<Author>::new(author.id)))?;
            Ok(())
        })
    })
}
