// Rejected: merging a detached value in a read session.
// Because:  a read session has no verb that writes.
// Instead:  accepted/authority/read_session_reads.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    let orm = shop::orm();
    let arya = orm.session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        session.detach(arya)
    })?;
    orm.read(|session| session.merge(&arya).map(|_| ()))
}
