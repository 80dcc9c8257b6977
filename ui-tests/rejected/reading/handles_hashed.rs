// Rejected: putting handles into a hash map.
// Because:  handles of two sessions would meet in it; keys are made for that.
// Instead:  accepted/reading/rows_compared_by_their_session.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let mut seen = std::collections::HashSet::new();
        seen.insert(arya);
        Ok(())
    })
}
