// Rejected: keeping a handle of one access to a context for the next one.
// Because:  each access has a brand of its own, so its handles end with it.
// Instead:  accepted/context/keys_from_one_access_to_the_next.rs
use moored::context;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        context::enter::<Sqlite, _>(session, || {
            let mut kept = None;
            context::with::<Sqlite, _>(|uow| {
                kept = uow.find::<Author>(1)?;
                Ok(())
            })?;
            context::with::<Sqlite, _>(|uow| Ok(println!("{:?}", kept.map(|arya| uow[&arya].name.clone()))))
        })
    })
}
