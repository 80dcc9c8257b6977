// Accepted: an `Orm` is shared by threads, and each opens a session.
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    let orm = shop::orm();
    std::thread::scope(|scope| {
        for id in [1, 2] {
            let orm = &orm;
            scope.spawn(move || orm.session(|session| session.find::<Author>(id)?.required().map(|_| ())));
        }
    });
    Ok(())
}
