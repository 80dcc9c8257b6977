// Rejected: carrying a handle out of a transaction in the error that rolls it back.
// Because:  a rollback forgets what was made inside, so its handles end with it.
// Instead:  accepted/transaction/find_it_again_outside.rs
use moored::prelude::*;
use shop::*;

struct Refused<'t>(Option<Handle<'t, Author, Managed>>);

impl From<moored::Error> for Refused<'_> {
    fn from(_: moored::Error) -> Self {
        Self(None)
    }
}

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let refused = session.try_transaction(|tx| {
            let arya = tx.find::<Author>(1)?;
            Err::<(), _>(Refused(arya))
        });
        if let Err(Refused(Some(arya))) = refused {
            println!("{}", session[&arya].name);
        }
        Ok(())
    })
}
