// Rejected: borrowing what the caller has in a unit of work that it awaits.
// Because:  the caller can stop waiting, and the unit goes on until its next statement.
// Instead:  accepted/session/await_the_key.rs
use moored::prelude::*;
use shop::*;

async fn find(id: &i32) -> moored::Result<()> {
    shop::orm().run(|session| session.find::<Author>(*id)?.required().map(drop)).await
}

fn main() {
    drop(find(&1));
}
