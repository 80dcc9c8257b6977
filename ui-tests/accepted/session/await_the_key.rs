// Accepted: what a unit of work needs moves in, and a key or another value is awaited.
use moored::prelude::*;
use shop::*;

#[tokio::main(flavor = "current_thread")]
async fn main() -> moored::Result<()> {
    let id = 1;
    let arya = shop::orm().run(move |session| {
        let arya = session.find::<Author>(id)?.required()?;
        Ok(session.key(&arya))
    });
    assert_eq!(arya.await?, Key::new(1));
    Ok(())
}
