// Rejected: keeping a handle in a static variable.
// Because:  what is there for good cannot hold what ends with a closure.
// Instead:  accepted/session/return_the_key.rs
use moored::prelude::*;
use shop::*;

static KEPT: std::sync::Mutex<Option<Handle<'static, Author, Managed>>> = std::sync::Mutex::new(None);

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?;
        *KEPT.lock().unwrap_or_else(|held| held.into_inner()) = arya;
        Ok(())
    })
}
