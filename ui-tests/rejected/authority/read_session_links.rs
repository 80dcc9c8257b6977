// Rejected: linking rows in a read session.
// Because:  a read session has no verb that writes.
// Instead:  accepted/authority/read_session_reads.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().read(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let needle = session.find::<Book>(1)?.required()?;
        session.link(&needle, Book::editor(), &arya)
    })
}
