// Rejected: building a query and not running it.
// Because:  a query does nothing until it runs.
// Instead:  accepted/query/one_after_the_other.rs
#![deny(unused_must_use)]
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        session.query::<Author>(authors::table);
        Ok(())
    })
}
