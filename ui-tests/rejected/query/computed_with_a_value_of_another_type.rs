// Rejected: computing a number column from a text.
// Because:  Diesel knows the type of the column.
// Instead:  accepted/query/computed_by_the_database.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let needle = session.find::<Book>(1)?.required()?;
        session.compute(&needle, books::pages, "many")
    })
}
