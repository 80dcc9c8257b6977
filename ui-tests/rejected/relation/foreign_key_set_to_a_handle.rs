// Rejected: setting a foreign key to a handle.
// Because:  a field holds a value, and a handle is none; `link` takes handles.
// Instead:  accepted/relation/optional_one_unlinked.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let needle = session.find::<Book>(1)?.required()?;
        session.edit(&needle)?.author_id = arya;
        session.flush()
    })
}
