// Rejected: a context named by a type that does not say which database is meant.
// Because:  the unit of work that an access gets is of the context's backend.
// Instead:  accepted/context/two_databases_side_by_side.rs
use moored::context;

struct Shop;

fn main() -> moored::Result<()> {
    context::with::<Shop, _>(|_| Ok(()))
}
