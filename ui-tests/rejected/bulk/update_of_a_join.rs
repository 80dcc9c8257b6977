// Rejected: a set-based update of a join.
// Because:  one statement changes one table; a subquery names the others.
// Instead:  accepted/bulk/many_rows_at_once.rs
use diesel::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let hers = books::table.inner_join(authors::table).filter(authors::name.eq("Arya"));
        session.update_all::<Book>(hers).set(books::pages.eq(0)).execute()?;
        Ok(())
    })
}
