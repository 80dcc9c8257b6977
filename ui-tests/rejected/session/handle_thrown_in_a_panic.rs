// Rejected: carrying a handle out in the payload of a panic.
// Because:  a payload is `Any`, for types without a lifetime.
// Instead:  accepted/session/return_the_key.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        std::panic::panic_any(arya)
    })
}
