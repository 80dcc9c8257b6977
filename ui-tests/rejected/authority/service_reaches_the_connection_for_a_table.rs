// Rejected: reaching the connection of a unit of work that one was handed, if only for one table.
// Because:  behind the session's back nothing it has in memory would be true.
// Instead:  accepted/authority/caller_names_the_tables_of_plain_diesel.rs
use moored::prelude::*;
use shop::*;

fn service(uow: &mut UnitOfWork<'_, Sqlite>) -> moored::Result<()> {
    use diesel::connection::SimpleConnection;
    uow.connection_for::<Tag>()?.batch_execute("DELETE FROM tags")?;
    Ok(())
}

fn main() -> moored::Result<()> {
    shop::orm().session(|session| service(session))
}
