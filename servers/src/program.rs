//! Programs of this machine, and as whom they run.

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nix::unistd::{Uid, User};

/// Where programs are that the PATH of a plain user may leave out.
const USUAL: [&str; 6] = [
    "/usr/local/sbin",
    "/usr/local/bin",
    "/usr/sbin",
    "/usr/bin",
    "/opt/homebrew/bin",
    "/usr/local/mysql/bin",
];

/// Finds a program on the PATH, or where servers are usually put.
#[must_use]
pub fn find(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain(USUAL.iter().map(PathBuf::from))
        .map(|folder| folder.join(name))
        .find(|program| is_program(program))
}

/// Whether a file is there that can be run.
#[must_use]
pub fn is_program(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

/// A program that asks nothing, speaks English and stands in no folder that its user cannot read.
#[must_use]
pub fn command(program: impl AsRef<Path>) -> Command {
    let mut command = Command::new(program.as_ref());
    // Cargo sets the library path for the launcher; a server has its own.
    command.env("LC_ALL", "C").env_remove("LD_LIBRARY_PATH").current_dir("/").stdin(Stdio::null());
    command
}

/// Whether the launcher is root.
#[must_use]
pub fn is_root() -> bool {
    Uid::effective().is_root()
}

/// The user to run as what refuses root: `postgres`, or else `nobody`. None if the launcher is not root.
#[must_use]
pub fn plain_user() -> Option<User> {
    let user = |name| User::from_name(name).ok().flatten();
    if is_root() { user("postgres").or_else(|| user("nobody")) } else { None }
}

/// Runs a command as that user.
pub fn run_as(command: &mut Command, user: Option<&User>) {
    if let Some(user) = user {
        command.uid(user.uid.as_raw()).gid(user.gid.as_raw()).env("HOME", "/").env("USER", &user.name);
    }
}
