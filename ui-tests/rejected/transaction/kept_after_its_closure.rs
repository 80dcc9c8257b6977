// Rejected: keeping the transaction itself in a variable outside.
// Because:  it ends with the closure, committed or rolled back.
// Instead:  accepted/transaction/find_it_again_outside.rs

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let mut kept = None;
        session.transaction(|tx| {
            kept = Some(tx);
            Ok(())
        })?;
        println!("{kept:?}");
        Ok(())
    })
}
