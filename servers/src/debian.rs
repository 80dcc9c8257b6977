//! A Debian system in a folder, for a server that the machine's own Debian does not have.
//!
//! `debootstrap` makes it, of the unstable branch, and it is kept between runs. Its programs are run from outside, with
//! its own loader and libraries.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Context;
use crate::place::lock;
use crate::process::step;
use crate::program::{command, find, is_root};
use crate::up::Setting;
use crate::{Error, Result, Server, install};

/// How often the system is tried to be made: what it is made from is fetched, and can be in the middle of a change.
const TRIES: usize = 2;

/// Gives the folder of the system with MySQL, which is made if it is not there. `finish` does what is to be done once.
/// Runs that come at once wait for each other.
pub(crate) fn with_mysql(
    setting: &Setting<'_>,
    root: &Path,
    finish: impl FnOnce(&Path) -> Result<()>,
) -> Result<PathBuf> {
    let _lock = lock(&root.with_extension("lock"), setting.interrupt)?;
    if !root.is_dir() {
        let partial = root.with_extension("partial");
        make(setting, &partial)?;
        finish(&partial)?;
        // Only a finished system gets the name.
        fs::rename(&partial, root).context(|| format!("make {}", root.display()))?;
    }
    Ok(root.to_owned())
}

/// A program of a system, run with the loader and the libraries of that, which are newer than the machine's. Unlike
/// after `chroot`, it sees all of the machine's folders.
pub(crate) fn command_in(root: &Path, program: &str) -> Result<Command> {
    let libraries = root.join("usr/lib");
    let (folder, loader) =
        loader(&libraries).context(|| format!("find ld-linux in {}", libraries.display()))?;
    let mut command = command(loader);
    command.arg("--library-path").arg(folder).arg(root.join(program));
    Ok(command)
}

fn make(setting: &Setting<'_>, root: &Path) -> Result<()> {
    let tried = "mysqld is not on the PATH, or is MariaDB";
    if !is_root() || find("debootstrap").is_none() {
        install::server(Server::Mysql, &["debootstrap", "debian-archive-keyring"], tried, setting)?;
    }
    let dir = setting.dir.display();
    eprintln!("moored-servers: making a Debian system with MySQL in {dir} (about a minute, once)");
    for last in (1..=TRIES).map(|attempt| attempt == TRIES) {
        remove(root)?;
        let mut debootstrap = command("debootstrap");
        debootstrap.args(["--variant=minbase", "--include=mysql-server-core", "sid"]).arg(root);
        match step(&mut debootstrap, &setting.run.log, install::LIMIT, setting.interrupt) {
            Err(Error::Step { .. }) if !last => {}
            done => return done,
        }
    }
    Ok(())
}

/// The loader, and the folder of libraries that it is in, which is named after the kind of machine.
fn loader(libraries: &Path) -> io::Result<(PathBuf, PathBuf)> {
    for folder in
        fs::read_dir(libraries)?.filter(|entry| entry.as_ref().is_ok_and(|entry| entry.path().is_dir()))
    {
        let folder = folder?.path();
        for file in fs::read_dir(&folder)? {
            let file = file?;
            if file.file_name().to_string_lossy().starts_with("ld-linux") {
                return Ok((folder, file.path()));
            }
        }
    }
    Err(io::ErrorKind::NotFound.into())
}

/// Removes what an earlier try left. Something mounted in it, like /proc, is unmounted first and never emptied.
fn remove(folder: &Path) -> Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    let mounts = fs::read_to_string("/proc/mounts").unwrap_or_default();
    let inside = mounts
        .lines()
        .filter_map(|line| line.split(' ').nth(1))
        .filter(|at| Path::new(at).starts_with(folder));
    for at in inside.collect::<Vec<_>>().into_iter().rev() {
        let unmounted = command("umount").arg(at).status().is_ok_and(|status| status.success());
        if !unmounted {
            let source = io::Error::other("it is in use");
            return Err(Error::Machine { action: format!("unmount {at}"), source });
        }
    }
    fs::remove_dir_all(folder).context(|| format!("remove {}", folder.display()))
}
