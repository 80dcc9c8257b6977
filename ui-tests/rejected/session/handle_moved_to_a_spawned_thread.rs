// Rejected: moving a handle to a thread that may outlive the session.
// Because:  a spawned thread is not bound to the closure, a handle is.
// Instead:  accepted/session/send_the_key_through_a_channel.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        std::thread::spawn(move || println!("{arya:?}"));
        Ok(())
    })
}
