// Accepted: a transaction of its own finds rows by their keys, and gives keys back.
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let key = session.key(&arya);
        let found = session.requires_new(|tx| {
            let same_row = tx.find::<Author>(key)?.required()?;
            Ok(tx.key(&same_row))
        })?;
        assert_eq!(found, key);
        Ok(())
    })
}
