// Rejected: keeping the session itself in a variable outside.
// Because:  the session ends with the closure.
// Instead:  accepted/session/return_the_key.rs

fn main() -> moored::Result<()> {
    let mut kept = None;
    shop::orm().session(|session| {
        kept = Some(session);
        Ok(())
    })?;
    println!("{kept:?}");
    Ok(())
}
