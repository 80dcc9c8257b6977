// Rejected: returning a handle from an access to a context.
// Because:  each access has a brand of its own, so its handles end with it.
// Instead:  accepted/context/keys_from_one_access_to_the_next.rs
use moored::context;
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        context::enter::<Sqlite, _>(session, || {
            let arya = context::with::<Sqlite, _>(|uow| uow.find::<Author>(1)?.required())?;
            context::with::<Sqlite, _>(|uow| Ok(println!("{}", uow[&arya].name)))
        })
    })
}
