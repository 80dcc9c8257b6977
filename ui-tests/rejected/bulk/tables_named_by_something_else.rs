// Rejected: naming the tables of plain Diesel by Diesel's own tables.
// Because:  what may be pending is known by entity.
// Instead:  accepted/authority/caller_names_the_tables_of_plain_diesel.rs
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        session.connection_for::<(Author, books::table)>()?;
        Ok(())
    })
}
