// Accepted: each session finds the row by its key, and one of them locks it.
use moored::Lock;
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    let orm = shop::orm();
    let key = orm.session(|one| {
        let arya = one.find::<Author>(1)?.required()?;
        Ok(one.key(&arya))
    })?;
    orm.session(|other| other.transaction(|tx| tx.find_locked::<Author>(key, Lock::UPDATE).map(drop)))
}
