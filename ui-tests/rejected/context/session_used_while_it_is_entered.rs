// Rejected: using a session by its name while the thread has it.
// Because:  its rows and its connection are the thread's until the scope ends.
// Instead:  accepted/context/flushed_by_who_entered.rs
use moored::context;
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        context::enter::<Sqlite, _>(session, || {
            let arya = session.find::<Author>(1)?.required()?;
            session.edit(&arya)?.name = "No One".into();
            Ok(())
        })
    })
}
