// Rejected: comparing the version of an entity that has none.
// Because:  nothing of such a row tells whether another writer changed it.
// Instead:  accepted/version/expected_of_a_form.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let needle = session.find::<Book>(1)?.required()?;
        session.expect_version(&needle, 1)?;
        session.edit(&needle)?.title = "Widow's Wail".into();
        session.flush()
    })
}
