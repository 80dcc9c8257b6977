//! Starts MySQL itself: the machine's own, or one in a small Debian system made for it.
//!
//! Stable Debian has MariaDB under MySQL's name and no MySQL. Its unstable branch has; `debootstrap` makes a system
//! with it in a folder, which is kept between runs, and the server runs with that folder as its root.

use std::fs::{self, File};
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

/// In the system made for it: the server, and data without a table, of which each run gets a copy.
const PROGRAM: &str = "/usr/sbin/mysqld";
const TEMPLATE: &str = "srv/template";

/// Makes its system tables and starts it. The database `moored` is made before it answers.
pub(crate) fn start(setting: &mut Setting<'_>, port: Reserved) -> Result<Guard> {
    let program = match own() {
        Some(program) => Program { root: None, program },
        None => in_root(setting)?,
    };
    if let Some(root) = &program.root {
        setting.run.move_data(&root.join("srv"), "moored-");
        let mut copy = command("cp");
        copy.arg("-a").arg(root.join(TEMPLATE)).arg(&setting.run.data);
        step(&mut copy, &setting.run.log, LIMIT, setting.interrupt)?;
    } else {
        make_tables(&program, &setting.run.data, setting)?;
    }

    write_init_file(&setting.run.data)?;
    let mut server = program.command();
    let data = program.inside(&setting.run.data);
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
const FAST: [&str; 5] = [
    "--skip-log-bin",
    "--sync-binlog=0",
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

/// How `mysqld` is run.
struct Program {
    /// The folder that it sees as the root.
    root: Option<PathBuf>,
    /// Where it is, as seen from there.
    program: PathBuf,
}

impl Program {
    fn command(&self) -> Command {
        let mut command = match &self.root {
            None => command(&self.program),
            Some(root) => {
                let mut chroot = command("chroot");
                chroot.arg(root).arg(&self.program);
                chroot
            }
        };
        // Which must come first.
        command.arg("--no-defaults").args(is_root().then_some("--user=root"));
        command
    }

    /// A path as it sees it.
    fn inside(&self, path: &Path) -> String {
        let inside = self.root.as_ref().and_then(|root| path.strip_prefix(root).ok());
        inside.map_or_else(|| path.display().to_string(), |inside| format!("/{}", inside.display()))
    }
}

/// The machine's own `mysqld`, unless that is MariaDB.
fn own() -> Option<PathBuf> {
    let program = find("mysqld")?;
    let version = command(&program).args(["--no-defaults", "--version"]).output().ok()?;
    let mysql = version.status.success() && !String::from_utf8_lossy(&version.stdout).contains("MariaDB");
    mysql.then_some(program)
}

/// The one in the kept system, which is made first if need be. Runs that come at once wait for each other.
fn in_root(setting: &Setting<'_>) -> Result<Program> {
    let root = setting.dir.join("mysql-root");
    let lock = setting.dir.join("mysql-root.lock");
    let lock = File::create(&lock).context(|| format!("open {}", lock.display()))?;
    while lock.try_lock().is_err() {
        setting.interrupt.tick()?;
    }
    if !is_root() || !root.join(TEMPLATE).is_dir() {
        make_root(setting, &root)?;
    }
    Ok(Program { root: Some(root), program: PROGRAM.into() })
}

fn make_root(setting: &Setting<'_>, root: &Path) -> Result<()> {
    let tried = "mysqld is not on the PATH, or is MariaDB";
    if !is_root() || find("debootstrap").is_none() {
        install::packages(Server::Mysql, &["debootstrap", "debian-archive-keyring"], tried, setting)?;
    }
    let partial = root.with_extension("partial");
    for folder in [root, &partial] {
        remove_system(folder)?;
    }
    eprintln!(
        "moored-servers: making a Debian system with MySQL in {} (about a minute, once)",
        root.display()
    );
    let mut debootstrap = command("debootstrap");
    debootstrap.args(["--variant=minbase", "--include=mysql-server-core", "sid"]).arg(&partial);
    step(&mut debootstrap, &setting.run.log, install::LIMIT, setting.interrupt)?;
    let program = Program { root: Some(partial.clone()), program: PROGRAM.into() };
    make_tables(&program, &partial.join(TEMPLATE), setting)?;
    // Only a finished system gets the name.
    fs::rename(&partial, root).context(|| format!("make {}", root.display()))
}

/// Makes the system tables, and root without a password.
fn make_tables(program: &Program, data: &Path, setting: &Setting<'_>) -> Result<()> {
    let mut tables = program.command();
    tables.args(["--initialize-insecure", "--secure-file-priv=NULL"]).args(FAST);
    tables.arg(format!("--datadir={}", program.inside(data)));
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
