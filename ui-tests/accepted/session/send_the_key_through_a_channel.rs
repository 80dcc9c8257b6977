// Accepted: a key is `Send` and belongs to no session.
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    let (sender, receiver) = std::sync::mpsc::channel();
    let orm = shop::orm();
    let other = orm.clone();
    let reader = std::thread::spawn(move || {
        other.session(|session| {
            let key: Key<Author> =
                receiver.recv().map_err(|_| moored::Error::NotFound { entity: "Author" })?;
            let arya = session.find::<Author>(key)?.required()?;
            Ok(session[&arya].name.clone())
        })
    });
    orm.session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        sender.send(session.key(&arya)).ok();
        Ok(())
    })?;
    assert!(matches!(reader.join(), Ok(Ok(name)) if name == "Arya"));
    Ok(())
}
