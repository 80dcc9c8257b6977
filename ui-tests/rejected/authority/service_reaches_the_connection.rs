// Rejected: reaching the connection of a unit of work that one was handed.
// Because:  behind the session's back nothing it has in memory would be true.
// Instead:  accepted/authority/caller_hands_the_connection_on.rs
use moored::prelude::*;
use shop::*;

fn service(uow: &mut UnitOfWork<'_, Sqlite>) -> moored::Result<()> {
    use diesel::connection::SimpleConnection;
    uow.connection()?.batch_execute("DELETE FROM tags")?;
    Ok(())
}

fn main() -> moored::Result<()> {
    shop::orm().session(|session| service(session))
}
