// Rejected: unlinking a row in a read session.
// Because:  a read session has no verb that writes.
// Instead:  accepted/authority/read_session_reads.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().read(|session| {
        let needle = session.find::<Book>(1)?.required()?;
        session.unlink(&needle, Book::editor())
    })
}
