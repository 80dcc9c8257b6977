// Accepted: who has the session reaches its connection, for plain Diesel.
use shop::*;

use diesel::connection::SimpleConnection;
use diesel::sqlite::SqliteConnection;

fn forget_tags(connection: &mut SqliteConnection) -> moored::Result<()> {
    connection.batch_execute("DELETE FROM tags")?;
    Ok(())
}

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        session.transaction(|tx| forget_tags(tx.connection()?))?;
        assert_eq!(session.query::<Tag>(tags::table).count()?, 0);
        Ok(())
    })
}
