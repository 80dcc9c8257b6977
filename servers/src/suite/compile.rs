//! Has Cargo compile the tests, and reads from its messages what there is to run.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nix::sys::signal::Signal;
use serde_json::Value;

use super::Job;
use super::cargo::{cargo, library_path, without_package};
use crate::error::Context;
use crate::interrupt::Interrupt;
use crate::process::{Guard, ended};
use crate::{Error, Result};

/// The test that compiles other programs, which takes it longer than its size lets on.
const COMPILER: &str = "ui.rs";

/// Compiles the tests of the workspace and gives their programs, and the doctests as one more. The compiler's own
/// words go to the terminal. `folder` is for what only this reads.
///
/// # Errors
///
/// [`Error::Compile`] when they do not compile, [`Error::Interrupted`] when a signal came.
pub(super) fn compile(folder: &Path, interrupt: &Interrupt) -> Result<Vec<Job>> {
    let messages = folder.join("messages");
    let out = File::create(&messages).context(|| format!("write {}", messages.display()))?;
    let mut command = cargo(["test", "--workspace", "--no-run", "--message-format=json-render-diagnostics"]);
    let status = Guard::start(command.stdout(out), Signal::SIGTERM)?.finish(interrupt)?;
    if !status.success() {
        return Err(Error::Compile(ended(status)));
    }
    let messages = fs::read_to_string(&messages).context(|| format!("read {}", messages.display()))?;
    let path = library_path();
    let job = |executable: Executable| executable.job(&path);
    let mut jobs: Vec<_> = messages.lines().filter_map(Executable::of).map(job).collect();
    // They are compiled one by one as they run, which takes longest of all.
    let command = cargo(["test", "--workspace", "--doc", "--no-fail-fast", "--"]);
    jobs.push(Job { name: "documentation".into(), command, weight: u64::MAX, runs: true });
    Ok(jobs)
}

/// A test program that Cargo has compiled.
#[derive(Debug, PartialEq, Eq)]
struct Executable {
    path: PathBuf,
    /// The root of its sources.
    source: PathBuf,
    manifest: PathBuf,
    package: String,
    version: String,
}

impl Executable {
    /// Reads one of Cargo's messages, which is a line of JSON. None if it is of something else.
    fn of(message: &str) -> Option<Self> {
        let message: Value = serde_json::from_str(message).ok()?;
        let text = |pointer| message.pointer(pointer).and_then(Value::as_str);
        let is_test = message.pointer("/profile/test") == Some(&Value::Bool(true));
        if text("/reason") != Some("compiler-artifact") || !is_test {
            return None;
        }
        let (package, version) = package(text("/package_id")?)?;
        Some(Executable {
            path: text("/executable")?.into(),
            source: text("/target/src_path")?.into(),
            manifest: text("/manifest_path")?.into(),
            package: package.into(),
            version: version.into(),
        })
    }

    /// Runs it where and with what Cargo would.
    fn job(self, library_path: &OsStr) -> Job {
        let folder = self.manifest.parent().unwrap_or(Path::new("."));
        let source = self.source.strip_prefix(folder).unwrap_or(&self.source);
        let mut command = Command::new(&self.path);
        without_package(&mut command);
        command
            .current_dir(folder)
            .env("CARGO_MANIFEST_DIR", folder)
            .env("CARGO_MANIFEST_PATH", &self.manifest)
            .env("CARGO_PKG_NAME", &self.package)
            .env("CARGO_PKG_VERSION", &self.version)
            .env("LD_LIBRARY_PATH", library_path)
            .stdin(Stdio::null());
        let size = || fs::metadata(&self.path).map_or(0, |file| file.len());
        let weight = if source.ends_with(COMPILER) { u64::MAX } else { size() };
        Job { name: format!("{} {}", self.package, source.display()), command, weight, runs: true }
    }
}

/// Splits a package's id, `URL#name@version`, or `URL#version` where the name is the end of the URL.
fn package(id: &str) -> Option<(&str, &str)> {
    let (url, fragment) = id.split_once('#')?;
    let end = || Some((url.rsplit('/').next()?, fragment));
    fragment.split_once('@').or_else(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_id_is_split() {
        assert_eq!(package("path+file:///w/servers#moored-servers@0.1.0"), Some(("moored-servers", "0.1.0")));
        assert_eq!(package("path+file:///w/shop#0.2.0"), Some(("shop", "0.2.0")));
        assert_eq!(package("shop 0.2.0"), None);
    }

    #[test]
    fn only_test_programs_are_taken() {
        let message = |test: bool, executable: &str| {
            format!(
                r#"{{"reason":"compiler-artifact","package_id":"path+file:///w/shop#0.2.0","manifest_path":"/w/shop/Cargo.toml",
                "target":{{"kind":["test"],"src_path":"/w/shop/tests/a.rs"}},"profile":{{"test":{test}}},"executable":{executable}}}"#
            )
        };
        let executable = Executable::of(&message(true, r#""/w/target/a""#));
        let name = executable.map(|executable| executable.job(OsStr::new("")).name);
        assert_eq!(name.as_deref(), Some("shop tests/a.rs"));
        assert_eq!(Executable::of(&message(false, r#""/w/target/a""#)), None);
        assert_eq!(Executable::of(&message(true, "null")), None);
        assert_eq!(Executable::of(r#"{"reason":"build-finished","success":true}"#), None);
    }
}
