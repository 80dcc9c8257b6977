// Rejected: swapping two sessions under their handles.
// Because:  two sessions are two types, since their brands differ.
// Instead:  accepted/session/two_sessions_side_by_side.rs

fn main() -> moored::Result<()> {
    let orm = shop::orm();
    orm.session(|session| {
        orm.session(|other| {
            std::mem::swap(session, other);
            Ok(())
        })
    })
}
