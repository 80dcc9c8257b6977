//! Starts MySQL itself: the machine's own, or one from a small Debian system made for it.
//!
//! Stable Debian has MariaDB under MySQL's name and no MySQL; its unstable branch has, see [`debian`].

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use nix::sys::signal::Signal;

use crate::error::Context;
use crate::port::Reserved;
use crate::process::{Guard, logged, step};
use crate::program::{command, find, is_root};
use crate::up::Setting;
use crate::{Result, debian};

const LIMIT: Duration = Duration::from_secs(120);

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
        let root = debian::with_mysql(setting, &setting.dir.join("mysql-root"), |root| {
            make_tables(&Program::Systems(root.to_owned()), &root.join(TEMPLATE), setting)
        })?;
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
            Program::Systems(root) => (
                debian::command_in(root, "usr/sbin/mysqld")?,
                Some(format!("--basedir={}", root.join("usr").display())),
            ),
        };
        command.arg("--no-defaults").args(base).args(is_root().then_some("--user=root"));
        Ok(command)
    }
}

/// The machine's own `mysqld`, unless that is MariaDB.
fn own() -> Option<PathBuf> {
    let program = find("mysqld")?;
    let version = command(&program).args(["--no-defaults", "--version"]).output().ok()?;
    let mysql = version.status.success() && !String::from_utf8_lossy(&version.stdout).contains("MariaDB");
    mysql.then_some(program)
}

/// Makes the system tables, and root without a password.
fn make_tables(program: &Program, data: &Path, setting: &Setting<'_>) -> Result<()> {
    let mut tables = program.command()?;
    tables.args(["--initialize-insecure", "--secure-file-priv=NULL"]).args(FAST);
    tables.arg(format!("--datadir={}", data.display()));
    step(&mut tables, &setting.run.log, LIMIT, setting.interrupt)
}
