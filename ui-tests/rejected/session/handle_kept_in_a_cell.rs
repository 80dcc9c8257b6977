// Rejected: keeping a handle in a cell outside of the closure.
// Because:  the brand ends with the closure, and the row's slot with it.
// Instead:  accepted/session/return_the_key.rs
use shop::*;

fn main() -> moored::Result<()> {
    let cell = std::rc::Rc::new(std::cell::RefCell::new(None));
    let inner = cell.clone();
    let orm = shop::orm();
    orm.session(|session| {
        *inner.borrow_mut() = session.find::<Author>(1)?;
        Ok(())
    })?;
    orm.session(|session| {
        println!("{:?}", cell.borrow().as_ref().map(|arya| session[arya].name.clone()));
        Ok(())
    })
}
