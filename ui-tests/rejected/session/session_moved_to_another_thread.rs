// Rejected: using a session on another thread.
// Because:  a session is one connection and one thread's work.
// Instead:  accepted/session/a_session_on_each_thread.rs

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        std::thread::scope(|scope| {
            scope.spawn(|| session.flush());
        });
        Ok(())
    })
}
