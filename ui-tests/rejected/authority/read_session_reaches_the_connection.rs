// Rejected: reaching the connection of a read session.
// Because:  a read session has no verb that writes.
// Instead:  accepted/authority/read_session_reads.rs

fn main() -> moored::Result<()> {
    shop::orm().read(|session| {
        use diesel::connection::SimpleConnection;
        session.connection()?.batch_execute("DELETE FROM tags")?;
        Ok(())
    })
}
