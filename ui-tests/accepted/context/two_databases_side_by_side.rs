// Accepted: a type for each database of one kind.
use moored::context::{self, Context};
use shop::*;

struct Shop;
impl Context for Shop {
    type Backend = Sqlite;
}

struct Archive;
impl Context for Archive {
    type Backend = Sqlite;
}

fn names<C: Context<Backend = Sqlite>>() -> moored::Result<u64> {
    context::with::<C, _>(|uow| uow.query::<Author>(authors::table).count())
}

fn main() -> moored::Result<()> {
    shop::orm().session(|shop| {
        shop::orm().session(|archive| {
            context::enter::<Shop, _>(shop, || {
                context::enter::<Archive, _>(archive, || {
                    assert_eq!(names::<Shop>()?, names::<Archive>()?);
                    Ok(())
                })
            })
        })
    })
}
