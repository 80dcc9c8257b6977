//! Cargo as it is called from a program that Cargo itself has started.

use std::env;
use std::ffi::OsStr;
use std::process::{Command, Stdio};

/// Cargo with these arguments. It asks nothing, and knows nothing of the launcher's package.
pub(super) fn cargo<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()));
    cargo.args(arguments).stdin(Stdio::null());
    without_package(&mut cargo);
    cargo
}

/// Takes from a command's environment what Cargo said there of the launcher's package.
pub(super) fn without_package(command: &mut Command) {
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
}
