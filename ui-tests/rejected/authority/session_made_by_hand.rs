// Rejected: making a session without an `Orm`.
// Because:  only `Orm::session` gives a brand that nothing else has.
// Instead:  accepted/session/two_sessions_side_by_side.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    let session = Session::<'static, Sqlite>::open(shop::orm());
    println!("{session:?}");
    Ok(())
}
