// Rejected: hiding a handle in `Box<dyn Any>` to get its type back in another session.
// Because:  `Any` is for types without a lifetime, and a handle has its brand.
// Instead:  accepted/session/find_the_row_in_each_session.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    let orm = shop::orm();
    orm.session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let hidden: Box<dyn std::any::Any> = Box::new(arya);
        orm.session(|other| {
            let arya = hidden
                .downcast::<Handle<'_, Author, Managed>>()
                .map_err(|_| moored::Error::NotFound { entity: "Author" })?;
            println!("{}", other[&*arya].name);
            Ok(())
        })
    })
}
