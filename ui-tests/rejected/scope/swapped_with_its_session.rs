// Rejected: swapping a scope with its session.
// Because:  they are two types, and the session is borrowed while the scope is open.
// Instead:  accepted/scope/outer_handle_used_inside.rs

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        session.scope(|scope| {
            std::mem::swap(session, scope);
            Ok(())
        })
    })
}
