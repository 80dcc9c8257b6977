// Rejected: flushing in an access to a context.
// Because:  who entered decides when it is written; an access only changes it.
// Instead:  accepted/context/flushed_by_who_entered.rs
use moored::context;
use shop::*;

fn service() -> moored::Result<()> {
    context::with::<Sqlite, _>(|uow| uow.flush())
}

fn main() -> moored::Result<()> {
    shop::orm().session(|session| context::enter::<Sqlite, _>(session, service))
}
