// Rejected: opening what commits, flushing in other words, and plain Diesel, in a read session.
// Because:  a read session has nothing to flush or to commit, and Diesel could write.
// Instead:  accepted/authority/session_has_every_verb.rs
use moored::prelude::*;
use shop::*;

use moored::TransactionOptions;

fn main() -> moored::Result<()> {
    shop::orm().read(|session| {
        session.transaction_with(TransactionOptions::new(), |_| Ok(()))?;
        session.requires_new(|_| Ok(()))?;
        session.scope(|_| Ok(()))?;
        session.discard();
        session.set_flush_mode(FlushMode::Always);
        session.query::<Author>(authors::table).flush_mode(FlushMode::Always);
        session.connection_for::<Tag>()?;
        Ok(())
    })
}
