//! Installs what is missing, from Debian's packages.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::error::Context;
use crate::process::step;
use crate::program::{command, find, is_root};
use crate::up::Setting;
use crate::{Error, Result, Server};

/// The longest that an installation may take.
pub(crate) const LIMIT: Duration = Duration::from_secs(15 * 60);

/// One installation at a time: `apt-get` would wait for the other anyway.
static TURN: Mutex<()> = Mutex::new(());

/// Why nothing can be installed here, if so.
fn obstacle() -> Option<&'static str> {
    match (is_root(), find("apt-get")) {
        (_, None) => Some("there is no apt-get to install it with"),
        (false, _) => Some("only root can install it"),
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

/// Installs packages, without starting the services that come with them. `tried` is what was missing before.
pub(crate) fn packages(server: Server, names: &[&str], tried: &str, setting: &Setting<'_>) -> Result<()> {
    if let Some(obstacle) = obstacle() {
        return Err(missing(server, tried, obstacle));
    }
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    eprintln!("moored-servers: installing {} for {server}", names.join(" and "));
    let _services = ServicesOff::new()?;
    let apt = |arguments: &[&str]| {
        let mut apt = command("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive").args(["-y", "-q", "-o", "DPkg::Lock::Timeout=300"]);
        step(apt.args(arguments), &setting.run.log, LIMIT, setting.interrupt)
    };
    let install = [&["install", "--no-install-recommends", "--no-remove"], names].concat();
    // The lists of packages may be old, or missing as in a fresh container.
    match apt(&install) {
        Err(Error::Step { .. }) => apt(&["update"]).and_then(|()| apt(&install)),
        done => done,
    }
}

/// Tells Debian's package scripts to start no services, while this lives and unless the machine has its own policy.
struct ServicesOff(Option<PathBuf>);

impl ServicesOff {
    fn new() -> Result<Self> {
        let policy = Path::new("/usr/sbin/policy-rc.d");
        if policy.exists() {
            return Ok(ServicesOff(None));
        }
        let off = ServicesOff(Some(policy.to_owned()));
        fs::write(
            policy,
            "#!/bin/sh\n# Left behind by moored-servers if this is still here: remove it.\nexit 101\n",
        )
        .and_then(|()| fs::set_permissions(policy, fs::Permissions::from_mode(0o755)))
        .context(|| format!("write {}", policy.display()))?;
        Ok(off)
    }
}

impl Drop for ServicesOff {
    fn drop(&mut self) {
        if let Some(policy) = &self.0 {
            let _ = fs::remove_file(policy);
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
                        --wait` starts all three)";
        assert_eq!(said, expected);
    }
}
