//! Cargo as it is called from a program that Cargo itself has started.

use std::env;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::process::{Command, Stdio};

/// Cargo with these arguments. It asks nothing, and knows nothing of the launcher's package.
pub(crate) fn cargo<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()));
    cargo.args(arguments).stdin(Stdio::null());
    without_package(&mut cargo);
    cargo
}

/// Where test programs find Rust's own shared libraries, which those of macros need. Cargo sets it too, when it is
/// what started the launcher.
pub(super) fn library_path() -> OsString {
    let rustc = env::var_os("RUSTC").unwrap_or("rustc".into());
    let said = Command::new(rustc).args(["--print", "target-libdir"]).stdin(Stdio::null()).output();
    let mut path = env::var_os("LD_LIBRARY_PATH").unwrap_or_default();
    if let Ok(said) = said.map(|said| said.stdout) {
        path.push(if path.is_empty() { "" } else { ":" });
        path.push(OsStr::from_bytes(said.trim_ascii()));
    }
    path
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
