//! Installs what is missing, from Debian's packages.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::Context;
use crate::interrupt::Interrupt;
use crate::place::lock;
use crate::process::step_leaving;
use crate::program::{command, find, is_root};
use crate::up::Setting;
use crate::{Error, Result, Server};

/// The longest that an installation may take.
pub(crate) const LIMIT: Duration = Duration::from_secs(15 * 60);

/// Held by one installation at a time of all launchers: `apt-get` would wait for the other anyway, and what is
/// [`Quiet`] for one goes before it is for the next.
const TURN: &str = "/run/moored-servers.lock";

/// Why nothing can be installed here, if so.
pub(crate) fn obstacle() -> Option<&'static str> {
    match (is_root(), find("apt-get")) {
        (_, None) => Some("there is no apt-get to install packages with"),
        (false, _) => Some("only root can install packages"),
        (true, Some(_)) => None,
    }
}

fn missing(server: Server, tried: &str, obstacle: &str) -> Error {
    Error::Missing {
        server,
        tried: format!("{tried}, and {obstacle}"),
        remedy: format!("install {server}, run as root on Debian"),
    }
}

/// Installs packages of a server. `tried` is what was missing before.
pub(crate) fn server(server: Server, names: &[&str], tried: &str, setting: &Setting<'_>) -> Result<()> {
    match obstacle() {
        Some(obstacle) => Err(missing(server, tried, obstacle)),
        None => packages(names, &server.to_string(), &setting.run.log, setting.interrupt),
    }
}

/// Installs packages, and has them start no service.
pub(crate) fn packages(names: &[&str], purpose: &str, log: &Path, interrupt: &Interrupt) -> Result<()> {
    let _turn = lock(Path::new(TURN), interrupt)?;
    eprintln!("moored-servers: installing {} for {purpose}", names.join(", "));
    let mut quiet = Quiet::default();
    quiet.starts_no_service()?;
    if names.contains(&POSTGRES) {
        quiet.makes_no_cluster()?;
    }
    let apt = |arguments: &[&str]| {
        let mut apt = command("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive").args(["-y", "-q", "-o", "DPkg::Lock::Timeout=300"]);
        step_leaving(&quiet.files, apt.args(arguments), log, LIMIT, interrupt)
    };
    let install = [&["install", "--no-install-recommends", "--no-remove"], names].concat();
    // The lists of packages may be old, or missing as in a fresh container.
    match apt(&install) {
        Err(Error::Step { .. }) => apt(&["update"]).and_then(|()| apt(&install)),
        done => done,
    }
}

/// The package whose scripts make a cluster, which would be started at every boot.
pub(crate) const POSTGRES: &str = "postgresql";

const POLICY: &str = "/usr/sbin/policy-rc.d";

const NO_SERVICE: &str =
    "#!/bin/sh\n# Left behind by moored-servers if this is still here: remove it.\nexit 101\n";

/// In a folder of settings that come after the machine's own.
const CLUSTER: &str = "/etc/postgresql-common/createcluster.d/moored-servers.conf";

/// Files that tell Debian's package scripts what not to do, while this lives.
#[derive(Default)]
struct Quiet {
    files: Vec<PathBuf>,
    /// Those that were made for a file, the innermost first. They go if they are empty.
    folders: Vec<PathBuf>,
}

impl Quiet {
    /// Services are not started. A policy of the machine's own stays.
    fn starts_no_service(&mut self) -> Result<()> {
        // One of an earlier launcher can be here if it was killed together with what watches over it.
        if Path::new(POLICY).exists() && fs::read(POLICY).ok().as_deref() != Some(NO_SERVICE.as_bytes()) {
            return Ok(());
        }
        self.write(POLICY, NO_SERVICE)?;
        let runs = fs::set_permissions(POLICY, fs::Permissions::from_mode(0o755));
        runs.context(|| format!("make a program of {POLICY}"))
    }

    /// PostgreSQL is installed without a cluster.
    fn makes_no_cluster(&mut self) -> Result<()> {
        let folders = Path::new(CLUSTER).ancestors().skip(1);
        self.folders = folders.take_while(|folder| !folder.exists()).map(Path::to_owned).collect();
        for folder in self.folders.iter().rev() {
            fs::create_dir(folder).context(|| format!("make the folder {}", folder.display()))?;
        }
        self.write(CLUSTER, "create_main_cluster = false\n")
    }

    fn write(&mut self, file: &str, text: &str) -> Result<()> {
        self.files.push(file.into());
        fs::write(file, text).context(|| format!("write {file}"))
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        for file in &self.files {
            let _ = fs::remove_file(file);
        }
        for folder in &self.folders {
            let _ = fs::remove_dir(folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_one_sentence_with_all_ways_out() {
        let said = missing(Server::Mariadb, "it is not here", "only root can install it").to_string();
        let expected = "MariaDB cannot be started: it is not here, and only root can install it; install MariaDB, run as \
                        root on Debian, or set MOORED_MARIADB_URL to the URL of one that runs (`docker compose up \
                        --wait` starts all of them)";
        assert_eq!(said, expected);
    }
}
