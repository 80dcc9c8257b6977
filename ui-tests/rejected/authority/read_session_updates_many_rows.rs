// Rejected: a set-based update in a session that only reads.
// Because:  a read session has no verb that writes.
// Instead:  accepted/bulk/many_rows_at_once.rs
use diesel::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().read(|session| {
        session.update_all::<Book>(books::table).set(books::pages.eq(0)).execute()?;
        Ok(())
    })
}
