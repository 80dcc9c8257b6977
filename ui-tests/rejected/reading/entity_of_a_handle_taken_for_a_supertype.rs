// Rejected: taking the handle of one type for that of another that it is a subtype of.
// Because:  the session keeps the rows of each type by itself, and would find none.
// Instead:  accepted/reading/rows_compared_by_their_session.rs
use moored::prelude::*;

type Any = for<'a> fn(&'a str);
type Static = fn(&'static str);

fn weaken<'s>(handle: Handle<'s, Any, Managed>) -> Handle<'s, Static, Managed> {
    handle
}

fn main() {
    let _ = weaken;
}
