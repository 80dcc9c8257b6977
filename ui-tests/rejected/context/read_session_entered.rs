// Rejected: entering with a session that only reads.
// Because:  an access changes entities, and that session can never write them.
// Instead:  accepted/context/flushed_by_who_entered.rs
use moored::context;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().read(|session| context::enter::<Sqlite, _>(session, || Ok(())))
}
