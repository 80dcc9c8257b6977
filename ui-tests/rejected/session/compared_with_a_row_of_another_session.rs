// Rejected: asking one session whether its row is that of another.
// Because:  two sessions never share a row; compare keys.
// Instead:  accepted/session/compare_keys_across_sessions.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    let orm = shop::orm();
    orm.session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        orm.session(|other| {
            let here = other.find::<Author>(1)?.required()?;
            assert!(!other.same(&arya, &here));
            Ok(())
        })
    })
}
