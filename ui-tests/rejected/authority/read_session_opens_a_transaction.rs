// Rejected: opening a transaction in a read session.
// Because:  a read session has no verb that writes.
// Instead:  accepted/authority/read_session_reads.rs

fn main() -> moored::Result<()> {
    shop::orm().read(|session| session.transaction(|tx| tx.flush()))
}
