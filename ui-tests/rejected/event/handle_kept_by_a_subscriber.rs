// Rejected: a handle that a subscriber was given is kept for later.
// Because:  it is of the session that is flushing, and a subscriber is called by many.
// Instead:  accepted/event/changes_what_is_written.rs
use std::sync::Mutex;

use shop::*;

fn main() -> moored::Result<()> {
    let last = Mutex::new(None);
    let orm = shop::orm_with(|settings| {
        settings.subscribe(move |events| {
            events.after_create::<Author>(move |_, author| {
                *last.lock().unwrap() = Some(author);
                Ok(())
            });
        })
    });
    orm.session(|session| session.flush())
}
