// Rejected: awaiting a handle.
// Because:  the session ends on the thread that it began on, and its brand with it.
// Instead:  accepted/session/await_the_key.rs
use moored::prelude::*;
use shop::*;

async fn arya() -> moored::Result<()> {
    let arya = shop::orm().run(|session| session.find::<Author>(1)?.required()).await?;
    println!("{arya:?}");
    Ok(())
}

fn main() {
    drop(arya());
}
