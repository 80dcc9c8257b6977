//! The program does the same on every database.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test")]

use std::process::Command;

use moored::Backend;
use moored_server_tests::Place;

moored_server_tests::on_every_database!(guests_are_counted);

fn guests_are_counted<B: Backend>(place: Place<B>) {
    let run = |names: &[&str]| {
        let output =
            Command::new(env!("CARGO_BIN_EXE_any-backend")).arg(place.url()).args(names).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
        said
    };
    assert_eq!(
        run(&["Ada", "Grace"]).lines().skip(1).collect::<Vec<_>>(),
        ["Ada was here 1 times", "Grace was here 1 times", &format!("on {}", B::NAME),]
    );
    assert_eq!(
        run(&["Ada", "Ada"]).lines().skip(1).collect::<Vec<_>>(),
        ["Ada was here 3 times", "Grace was here 1 times", &format!("on {}", B::NAME),]
    );
}

#[test]
fn an_address_that_no_backend_knows() {
    let output = Command::new(env!("CARGO_BIN_EXE_any-backend")).arg("oracle://host/x").output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("no backend for oracle://"));
}
