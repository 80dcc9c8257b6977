//! Starts PostgreSQL, which refuses to run as root.

use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::{DirBuilderExt, chown};
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
use crate::{Error, Result, install};

/// The longest that making its data may take.
pub(crate) const LIMIT: Duration = Duration::from_secs(120);

/// What makes it fast: the data need not outlive a crash. No socket file: its path may be too long.
const SETTINGS: [&str; 9] = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=300",
    "max_locks_per_transaction=256",
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    // What a replica that falls behind can still ask for.
    "wal_keep_size=512MB",
    // How soon a replica whose primary was not there asks again; after five seconds by default.
    "wal_retrieve_retry_interval=200ms",
];

/// Its programs, and as whom they run.
pub(crate) struct Programs {
    folder: PathBuf,
    user: Option<User>,
}

/// Makes a cluster with the database `moored`, and starts it.
pub(crate) fn start(setting: &mut Setting<'_>, port: Reserved) -> Result<Guard> {
    let programs = Programs::of(setting)?;
    programs.make_data(setting)?;
    let data = setting.run.data.as_path();
    let prepare = |command: &mut Command| step(command, &setting.run.log, LIMIT, setting.interrupt);

    // Linux has the locale C.UTF-8 everywhere; it sorts by code point and knows the letters of all languages.
    let locale = if cfg!(target_os = "linux") { "--locale=C.UTF-8" } else { "--locale=C" };
    let initdb = ["--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", locale, "--pgdata"];
    prepare(programs.command("initdb").args(initdb).arg(data))?;

    let sql = setting.run.log.with_file_name("create.sql");
    let sql = fs::write(&sql, "CREATE DATABASE moored;\n").and_then(|()| File::open(&sql));
    let sql = sql.context(|| "write create.sql".into())?;
    let mut single = programs.command("postgres");
    single.args(["--single", "-c", "fsync=off", "-D"]).arg(data).arg("postgres");
    prepare(single.stdin(Stdio::from(sql)))?;
    programs.serve(setting, port)
}

impl Programs {
    /// Finds them, or installs them when they are missing.
    pub(crate) fn of(setting: &Setting<'_>) -> Result<Self> {
        let (folder, user) = (folder(setting)?, program::plain_user());
        if program::is_root() && user.is_none() {
            return Err(Error::Missing {
                server: setting.server,
                tried: "it refuses to run as root, and there is neither a user postgres nor nobody".into(),
                remedy: "add one of them".into(),
            });
        }
        Ok(Self { folder, user })
    }

    /// One of them, to be run.
    pub(crate) fn command(&self, name: &str) -> Command {
        let mut command = command(self.folder.join(name));
        run_as(&mut command, self.user.as_ref());
        command
    }

    /// Makes the folder of the data, where its user can reach it: in the temporary one, if not where it was to be.
    pub(crate) fn make_data(&self, setting: &mut Setting<'_>) -> Result<()> {
        let make = |data: &Path| {
            let owner = |user: &User| chown(data, Some(user.uid.as_raw()), Some(user.gid.as_raw()));
            // It refuses a folder that others can read.
            DirBuilder::new()
                .mode(0o700)
                .create(data)
                .and_then(|()| self.user.as_ref().map_or(Ok(()), owner))
                .context(|| format!("make the folder {}", data.display()))
        };
        make(&setting.run.data)?;
        let mut test = command("test");
        run_as(test.arg("-w").arg(&setting.run.data), self.user.as_ref());
        if !test.status().is_ok_and(|status| status.success()) {
            setting.run.remove_data()?;
            setting.run.move_data(&std::env::temp_dir());
            make(&setting.run.data)?;
        }
        Ok(())
    }

    /// Starts the server on the data that was made.
    pub(crate) fn serve(&self, setting: &Setting<'_>, port: Reserved) -> Result<Guard> {
        let mut server = self.command("postgres");
        server.arg("-D").arg(&setting.run.data).args(["-p", &port.release().to_string()]);
        server.args(SETTINGS.iter().flat_map(|setting| ["-c", setting]));
        // SIGQUIT is its "immediate shutdown": it ends all of its processes and writes nothing.
        Guard::start(logged(&mut server, &setting.run.log)?, Signal::SIGQUIT)
    }
}

/// The folder of its programs, which are installed when they are missing.
fn folder(setting: &Setting<'_>) -> Result<PathBuf> {
    let tried = "initdb, pg_basebackup and postgres are neither on the PATH nor in /usr/lib/postgresql";
    if let Some(folder) = find() {
        return Ok(folder);
    }
    install::server(setting.server, &[install::POSTGRES], tried, setting)?;
    find().ok_or_else(|| Error::Missing {
        server: setting.server,
        tried: format!("{tried}, not even after the package postgresql was installed"),
        remedy: "install PostgreSQL".into(),
    })
}

/// The folder on the PATH, or the highest version that Debian has installed.
fn find() -> Option<PathBuf> {
    let complete = |folder: &PathBuf| {
        ["initdb", "pg_basebackup", "postgres"].iter().all(|name| is_program(&folder.join(name)))
    };
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
