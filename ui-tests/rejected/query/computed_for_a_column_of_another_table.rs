// Rejected: computing a column that is not of the entity's table.
// Because:  the UPDATE is of one table.
// Instead:  accepted/query/computed_by_the_database.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let needle = session.find::<Book>(1)?.required()?;
        session.compute(&needle, authors::name, "Arya")
    })
}
