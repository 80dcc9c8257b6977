// Rejected: using a handle of the session in an access to the context that it entered.
// Because:  an access does not know whose unit of work it was given.
// Instead:  accepted/context/keys_from_one_access_to_the_next.rs
use moored::context;
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        context::enter::<Sqlite, _>(session, || {
            context::with::<Sqlite, _>(|uow| Ok(uow.edit(&arya)?.name = "No One".into()))
        })
    })
}
