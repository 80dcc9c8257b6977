// Rejected: comparing a version with the text of a form's field.
// Because:  a version is compared as the value that it is, so that 1 is the same version however a form spells it.
// Instead:  accepted/version/expected_of_a_form.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    let form = [("version", "1"), ("name", "No One")];
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        session.expect_version(&arya, form[0].1)?;
        session.edit(&arya)?.name = form[1].1.into();
        session.flush()
    })
}
