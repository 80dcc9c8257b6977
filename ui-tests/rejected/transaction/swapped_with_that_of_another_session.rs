// Rejected: swapping the transactions of two sessions.
// Because:  each has a brand of its own.
// Instead:  accepted/session/two_sessions_side_by_side.rs

fn main() -> moored::Result<()> {
    let orm = shop::orm();
    orm.session(|session| {
        orm.session(|other| {
            session.transaction(|here| {
                other.transaction(|there| {
                    std::mem::swap(here, there);
                    Ok(())
                })
            })
        })
    })
}
