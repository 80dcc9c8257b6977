// Rejected: using the session while a scope of it is open.
// Because:  the scope has the session's rows and its connection until it ends.
// Instead:  accepted/scope/outer_handle_used_inside.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        session.scope(|scope| {
            session.edit(&arya)?.name = "No One".into();
            scope.flush()
        })
    })
}
