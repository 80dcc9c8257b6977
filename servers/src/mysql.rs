//! Starts MySQL itself: the machine's own, or one from a small Debian system made for it.
//!
//! Stable Debian has MariaDB under MySQL's name and no MySQL. Its unstable branch has; `debootstrap` makes a system
//! with it in a folder, which is kept between runs. The server is run from there with that system's own libraries.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use nix::sys::signal::Signal;

use crate::error::Context;
use crate::port::Reserved;
use crate::process::{Guard, logged, step};
use crate::program::{command, find, is_root};
use crate::up::Setting;
use crate::{Error, Result, Server, install};

const LIMIT: Duration = Duration::from_secs(120);

/// How often the system is tried to be made: what it is made from is fetched, and can be in the middle of a change.
const TRIES: usize = 2;

/// In the system made for it: data without a table, of which each run gets a copy.
const TEMPLATE: &str = "srv/template";

/// Makes its system tables and starts it. The database `moored` is made before it answers.
pub(crate) fn start(setting: &mut Setting<'_>, port: Reserved) -> Result<Guard> {
    let data = setting.run.data.as_path();
    let program = if let Some(mysqld) = own() {
        let program = Program::Machines(mysqld);
        make_tables(&program, data, setting)?;
        program
    } else {
        let root = kept_system(setting)?;
        let mut copy = command("cp");
        copy.arg("-a").arg(root.join(TEMPLATE)).arg(data);
        step(&mut copy, &setting.run.log, LIMIT, setting.interrupt)?;
        Program::Systems(root)
    };

    write_init_file(data)?;
    let mut server = program.command()?;
    let data = data.display().to_string();
    server.args(settings(&data, port.release())).args(["--secure-file-priv=NULL", "--mysqlx=OFF"]);
    // Its data goes away and it is a single process: there is nothing for a slow shutdown to save.
    Guard::start(logged(&mut server, &setting.run.log)?, Signal::SIGKILL)
}

/// What MariaDB and MySQL are both started with. The socket is in the data folder: its whole path may be too long.
pub(crate) fn settings(data: &str, port: u16) -> Vec<String> {
    let mut settings = vec![
        format!("--datadir={data}"),
        format!("--port={port}"),
        format!("--init-file={data}/{INIT_FILE}"),
        "--bind-address=127.0.0.1".into(),
        "--socket=server.sock".into(),
        "--pid-file=server.pid".into(),
        "--character-set-server=utf8mb4".into(),
        "--max-connections=300".into(),
    ];
    settings.extend(FAST.map(String::from));
    settings
}

/// What makes it fast: the data need not outlive a crash of the machine.
const FAST: [&str; 4] = [
    "--skip-log-bin",
    "--innodb-doublewrite=OFF",
    "--innodb-flush-log-at-trx-commit=0",
    "--loose-innodb-flush-method=nosync",
];

const INIT_FILE: &str = "moored.sql";

/// Writes the statements that the server runs before it takes connections.
pub(crate) fn write_init_file(data: &Path) -> Result<()> {
    let file = data.join(INIT_FILE);
    let written = fs::write(&file, "CREATE DATABASE moored CHARACTER SET utf8mb4;\n");
    written.context(|| format!("write {}", file.display()))
}

/// A `mysqld`.
enum Program {
    /// Of the machine, here.
    Machines(PathBuf),
    /// Of the system in this folder.
    Systems(PathBuf),
}

impl Program {
    /// Begins its command line with what must come first.
    fn command(&self) -> Result<Command> {
        let (mut command, base) = match self {
            Program::Machines(mysqld) => (command(mysqld), None),
            Program::Systems(root) => {
                (within(root)?, Some(format!("--basedir={}", root.join("usr").display())))
            }
        };
        command.arg("--no-defaults").args(base).args(is_root().then_some("--user=root"));
        Ok(command)
    }
}

/// Runs it with the loader and the libraries of its system, which are newer than the machine's. Unlike after
/// `chroot`, its data can be anywhere.
fn within(root: &Path) -> Result<Command> {
    let libraries = root.join("usr/lib");
    let (folder, loader) =
        loader(&libraries).context(|| format!("find ld-linux in {}", libraries.display()))?;
    let mut mysqld = command(loader);
    mysqld.arg("--library-path").arg(folder).arg(root.join("usr/sbin/mysqld"));
    Ok(mysqld)
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

/// The machine's own `mysqld`, unless that is MariaDB.
fn own() -> Option<PathBuf> {
    let program = find("mysqld")?;
    let version = command(&program).args(["--no-defaults", "--version"]).output().ok()?;
    let mysql = version.status.success() && !String::from_utf8_lossy(&version.stdout).contains("MariaDB");
    mysql.then_some(program)
}

/// The kept system's folder. It is made first if need be; runs that come at once wait for each other.
fn kept_system(setting: &Setting<'_>) -> Result<PathBuf> {
    let root = setting.dir.join("mysql-root");
    let lock = setting.dir.join("mysql-root.lock");
    let lock = File::create(&lock).context(|| format!("open {}", lock.display()))?;
    while lock.try_lock().is_err() {
        setting.interrupt.tick()?;
    }
    if !root.join(TEMPLATE).is_dir() {
        make_system(setting, &root)?;
    }
    Ok(root)
}

fn make_system(setting: &Setting<'_>, root: &Path) -> Result<()> {
    let tried = "mysqld is not on the PATH, or is MariaDB";
    if !is_root() || find("debootstrap").is_none() {
        install::packages(Server::Mysql, &["debootstrap", "debian-archive-keyring"], tried, setting)?;
    }
    let made = root.display();
    eprintln!("moored-servers: making a Debian system with MySQL in {made} (about a minute, once)");
    let partial = root.with_extension("partial");
    remove_system(root)?;
    for last in (1..=TRIES).map(|attempt| attempt == TRIES) {
        remove_system(&partial)?;
        let mut debootstrap = command("debootstrap");
        debootstrap.args(["--variant=minbase", "--include=mysql-server-core", "sid"]).arg(&partial);
        match step(&mut debootstrap, &setting.run.log, install::LIMIT, setting.interrupt) {
            Err(Error::Step { .. }) if !last => {}
            done => {
                done?;
                break;
            }
        }
    }
    make_tables(&Program::Systems(partial.clone()), &partial.join(TEMPLATE), setting)?;
    // Only a finished system gets the name.
    fs::rename(&partial, root).context(|| format!("make {made}"))
}

/// Makes the system tables, and root without a password.
fn make_tables(program: &Program, data: &Path, setting: &Setting<'_>) -> Result<()> {
    let mut tables = program.command()?;
    tables.args(["--initialize-insecure", "--secure-file-priv=NULL"]).args(FAST);
    tables.arg(format!("--datadir={}", data.display()));
    step(&mut tables, &setting.run.log, LIMIT, setting.interrupt)
}

/// Removes what an earlier try left. Something mounted in it, like /proc, is unmounted first and never emptied.
fn remove_system(folder: &Path) -> Result<()> {
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
            let source = std::io::Error::other("it is in use");
            return Err(Error::Machine { action: format!("unmount {at}"), source });
        }
    }
    fs::remove_dir_all(folder).context(|| format!("remove {}", folder.display()))
}
