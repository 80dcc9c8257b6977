//! The client libraries that the backends link: looked for as the build scripts of Diesel's do, installed when missing.

use std::env;
use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

use nix::sys::signal::Signal;

use crate::error::Context;
use crate::interrupt::Interrupt;
use crate::process::{Guard, ended};
use crate::program::command;
use crate::suite::cargo::cargo;
use crate::{Error, Result, install};

/// The Debian package of what tells build scripts where libraries are.
const PKG_CONFIG: &str = "pkg-config";

/// A client library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Library {
    /// Of PostgreSQL.
    Postgres,
    /// Of MySQL and MariaDB: that of either.
    Mysql,
}

impl Library {
    /// All of them.
    pub const ALL: [Library; 2] = [Library::Postgres, Library::Mysql];

    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Library::Postgres => "libpq",
            Library::Mysql => "libmariadb (or libmysqlclient)",
        }
    }

    /// The Debian package that it is linked from.
    #[must_use]
    pub fn package(self) -> &'static str {
        match self {
            Library::Postgres => "libpq-dev",
            Library::Mysql => "libmariadb-dev",
        }
    }

    /// Whether it can be linked, by what `pq-sys` and `mysqlclient-sys` accept.
    #[must_use]
    pub fn is_there(self) -> bool {
        match self {
            Library::Postgres => {
                is_set("PQ_LIB_DIR") || pkg_config("libpq") || pg_config().is_some_and(|dir| has_libpq(&dir))
            }
            Library::Mysql => {
                pkg_config("mysqlclient")
                    || pkg_config("libmariadb")
                    || (is_set("MYSQLCLIENT_LIB_DIR") && is_set("MYSQLCLIENT_VERSION"))
                    || ["--libs", "--version"].iter().all(|what| says("mysql_config", &[what]).is_some())
            }
        }
    }

    /// Whether it is linked by what `cargo tree` lists, and not compiled in.
    fn is_linked(self, tree: &str) -> bool {
        let (linked, compiled) = match self {
            Library::Postgres => ("pq-sys", "pq-src"),
            Library::Mysql => ("mysqlclient-sys", "mysqlclient-src"),
        };
        let lists = |name| tree.lines().any(|line| line.split(' ').next() == Some(name));
        lists(linked) && !lists(compiled)
    }
}

/// Sees to it that the libraries are there which the workspace links. `folder` is for what only this reads.
///
/// # Errors
///
/// [`Error::Libraries`] when some are missing and cannot be installed, or the error of the installation.
pub fn provide(folder: &Path, interrupt: &Interrupt) -> Result<()> {
    let tree = tree(folder, interrupt)?;
    let is_missing = |library: &Library| library.is_linked(&tree) && !library.is_there();
    let missing: Vec<_> = Library::ALL.into_iter().filter(is_missing).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let mut packages: Vec<_> = missing.iter().map(|library| library.package()).collect();
    if pkg_config_says(&["--version"]).is_none() {
        packages.push(PKG_CONFIG);
    }
    if let Some(obstacle) = install::obstacle() {
        return Err(error(&missing, &packages, obstacle));
    }
    let purpose = "what the backends link";
    install::packages(&packages, purpose, &folder.join("log"), interrupt)?;
    let missing: Vec<_> = missing.into_iter().filter(is_missing).collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(error(&missing, &packages, "installing the packages changed nothing"))
    }
}

fn error(missing: &[Library], packages: &[&str], obstacle: &str) -> Error {
    let missing: Vec<_> = missing.iter().map(|library| library.name()).collect();
    Error::Libraries {
        missing: missing.join(" and "),
        obstacle: obstacle.into(),
        packages: packages.join(" "),
    }
}

/// All packages that the workspace is compiled from, each at the head of a line.
fn tree(folder: &Path, interrupt: &Interrupt) -> Result<String> {
    let file = folder.join("tree");
    let out = File::create(&file).context(|| format!("write {}", file.display()))?;
    let mut command = cargo(["tree", "--workspace", "--prefix=none", "--format={p}"]);
    let status = Guard::start(command.stdout(out), Signal::SIGTERM)?.finish(interrupt)?;
    if !status.success() {
        return Err(Error::Workspace(ended(status)));
    }
    fs::read_to_string(&file).context(|| format!("read {}", file.display()))
}

/// Whether a variable is set, be it for one target.
fn is_set(name: &str) -> bool {
    env::vars_os().any(|(set, _)| {
        set.to_str()
            .and_then(|set| set.strip_prefix(name))
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
    })
}

fn pkg_config(library: &str) -> bool {
    pkg_config_says(&["--libs", "--cflags", library]).is_some()
}

fn pkg_config_says(arguments: &[&str]) -> Option<String> {
    match env::var("PKG_CONFIG") {
        Ok(program) => says(&program, arguments),
        Err(_) => says("pkg-config", arguments).or_else(|| says("pkgconf", arguments)),
    }
}

/// The folder that PostgreSQL's own `pg_config` names. That program can be there without the library.
fn pg_config() -> Option<String> {
    let for_target = env::vars().find(|(name, _)| name.starts_with("PG_CONFIG_")).map(|(_, program)| program);
    says(for_target.as_deref().unwrap_or("pg_config"), &["--libdir"])
}

fn has_libpq(folder: &str) -> bool {
    ["libpq.so", "libpq.a", "libpq.dylib"].iter().any(|file| Path::new(folder).join(file).exists())
}

/// What a program on the PATH prints, if it succeeds.
fn says(program: &str, arguments: &[&str]) -> Option<String> {
    let mut command: Command = command(program);
    let output = command.args(arguments).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_is_needed_when_it_is_linked_and_not_compiled_in() {
        let tree =
            "moored v0.1.0 (/w)\npq-sys v0.7.8\nmysqlclient-sys v0.5.2\nmysqlclient-src v0.2.2+9.5.0\n";
        assert!(Library::Postgres.is_linked(tree) && !Library::Mysql.is_linked(tree));
        assert!(Library::ALL.iter().all(|library| !library.is_linked("moored v0.1.0 (/pq-sys v0.7.8)\n")));
    }

    #[test]
    fn what_is_missing_is_one_sentence_with_the_packages() {
        let said = error(&Library::ALL, &["libpq-dev", "libmariadb-dev"], "only root can install packages")
            .to_string();
        let expected = "the backends cannot be compiled: pkg-config does not find libpq and libmariadb (or \
                        libmysqlclient), and only root can install packages; run `apt-get install libpq-dev libmariadb-dev` \
                        on Debian, or install their like elsewhere";
        assert_eq!(said, expected);
    }
}
