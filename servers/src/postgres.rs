//! Starts PostgreSQL, which refuses to run as root.

use std::fs::{self, File};
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use nix::sys::signal::Signal;
use nix::unistd::User;

use crate::error::Context;
use crate::port::Reserved;
use crate::process::{Guard, logged, step};
use crate::program::{self, command, is_program, run_as};
use crate::up::Setting;
use crate::{Error, Result, Server, install};

const LIMIT: Duration = Duration::from_secs(120);

/// What makes it fast: the data need not outlive a crash. No socket file: its path may be too long.
const SETTINGS: [&str; 7] = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=300",
    "max_locks_per_transaction=256",
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
];

/// Makes a cluster with the database `moored`, and starts it.
pub(crate) fn start(setting: &mut Setting<'_>, port: Reserved) -> Result<Guard> {
    let programs = programs(setting)?;
    let user = program::plain_user();
    if program::is_root() && user.is_none() {
        return Err(Error::Missing {
            server: Server::Postgres,
            tried: "it refuses to run as root, and there is neither a user postgres nor nobody".into(),
            remedy: "add one of them".into(),
        });
    }
    let as_user = |name: &str| {
        let mut command = command(programs.join(name));
        run_as(&mut command, user.as_ref());
        command
    };
    make_data(setting, user.as_ref())?;
    let data = setting.run.data.as_path();
    let prepare = |command: &mut Command| step(command, &setting.run.log, LIMIT, setting.interrupt);

    // Linux has the locale C.UTF-8 everywhere; it sorts by code point and knows the letters of all languages.
    let locale = if cfg!(target_os = "linux") { "--locale=C.UTF-8" } else { "--locale=C" };
    let initdb = ["--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", locale, "--pgdata"];
    prepare(as_user("initdb").args(initdb).arg(data))?;

    let sql = setting.run.log.with_file_name("create.sql");
    let sql = fs::write(&sql, "CREATE DATABASE moored;\n").and_then(|()| File::open(&sql));
    let sql = sql.context(|| "write create.sql".into())?;
    let mut single = as_user("postgres");
    single.args(["--single", "-c", "fsync=off", "-D"]).arg(data).arg("postgres");
    prepare(single.stdin(Stdio::from(sql)))?;

    let mut server = as_user("postgres");
    server.arg("-D").arg(data).args(["-p", &port.release().to_string()]);
    server.args(SETTINGS.iter().flat_map(|setting| ["-c", setting]));
    // SIGQUIT is its "immediate shutdown": it ends all of its processes and writes nothing.
    Guard::start(logged(&mut server, &setting.run.log)?, Signal::SIGQUIT)
}

/// The folder of its programs, which are installed when they are missing.
fn programs(setting: &Setting<'_>) -> Result<PathBuf> {
    let tried = "initdb and postgres are neither on the PATH nor in /usr/lib/postgresql";
    if let Some(folder) = find() {
        return Ok(folder);
    }
    install::server(Server::Postgres, &[install::POSTGRES], tried, setting)?;
    find().ok_or_else(|| Error::Missing {
        server: Server::Postgres,
        tried: format!("{tried}, not even after the package postgresql was installed"),
        remedy: "install PostgreSQL".into(),
    })
}

/// The folder on the PATH, or the highest version that Debian has installed.
fn find() -> Option<PathBuf> {
    let complete =
        |folder: &PathBuf| ["initdb", "postgres"].iter().all(|name| is_program(&folder.join(name)));
    let on_path = program::find("initdb").and_then(|initdb| initdb.parent().map(Path::to_owned));
    on_path.filter(complete).or_else(|| {
        let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        let version = |entry: fs::DirEntry| {
            Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path().join("bin")))
        };
        let found = versions.filter_map(version).filter(|(_, folder)| complete(folder));
        found.max().map(|(_, folder)| folder)
    })
}

/// Makes the folder of the data, where its user can reach it: in the temporary one, if not where it was to be.
fn make_data(setting: &mut Setting<'_>, user: Option<&User>) -> Result<()> {
    let make = |data: &Path| {
        let owner = |user: &User| chown(data, Some(user.uid.as_raw()), Some(user.gid.as_raw()));
        fs::create_dir(data)
            .and_then(|()| user.map_or(Ok(()), owner))
            .context(|| format!("make the folder {}", data.display()))
    };
    make(&setting.run.data)?;
    let mut test = command("test");
    run_as(test.arg("-w").arg(&setting.run.data), user);
    if !test.status().is_ok_and(|status| status.success()) {
        setting.run.remove_data()?;
        setting.run.move_data(&std::env::temp_dir(), "moored-postgres-");
        make(&setting.run.data)?;
    }
    Ok(())
}
