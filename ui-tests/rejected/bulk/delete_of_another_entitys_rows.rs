// Rejected: a set-based delete of one entity by the rows of another one's table.
// Because:  the entity says which rows in memory are told of it.
// Instead:  accepted/bulk/many_rows_at_once.rs
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        session.delete_all::<Book>(tags::table).execute()?;
        Ok(())
    })
}
