// Rejected: keeping a handle in a thread-local variable.
// Because:  what is there for good cannot hold what ends with a closure.
// Instead:  accepted/session/return_the_key.rs
use moored::prelude::*;
use shop::*;

std::thread_local! {
 static KEPT: std::cell::RefCell<Option<Handle<'static, Author, Managed>>> = const { std::cell::RefCell::new(None) };
}

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?;
        KEPT.set(arya);
        Ok(())
    })
}
