// Rejected: sending a handle through a channel that outlives the session.
// Because:  the brand ends with the closure, and the row's slot with it.
// Instead:  accepted/session/send_the_key_through_a_channel.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    let (sender, receiver) = std::sync::mpsc::channel();
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        sender.send(arya).ok();
        Ok(())
    })?;
    println!("{:?}", receiver.recv());
    Ok(())
}
