//! Every misuse in `ui-tests/rejected` fails to compile with the words beside it, and every legal use in
//! `ui-tests/accepted` compiles and does what it says.
#![allow(missing_docs, reason = "a test")]

/// One `cargo check` for all of them. `TRYBUILD=overwrite` writes the words anew.
#[test]
fn every_misuse_is_rejected() {
    trybuild::TestCases::new().compile_fail("ui-tests/rejected/*/*.rs");
}

/// What a `main` may return.
trait Outcome {
    fn check(self);
}

impl Outcome for () {
    fn check(self) {}
}

impl Outcome for moored::Result<()> {
    #[expect(clippy::expect_used, reason = "a test")]
    fn check(self) {
        self.expect("a legal use");
    }
}

/// A module and a test for each file. Built into this one program, they cost one link and not one each.
macro_rules! accepted {
    ($($subject:ident: $($name:ident),+;)*) => {$(
        mod $subject {$(
            mod $name {
                include!(concat!(
                    env!("CARGO_MANIFEST_DIR"), "/ui-tests/accepted/", stringify!($subject), "/", stringify!($name), ".rs"
                ));

                #[test]
                fn holds() {
                    super::super::Outcome::check(main());
                }
            }
        )+}
    )*};
}

include!("../ui-tests/accepted/all.rs");
