//! Starts MariaDB.

use nix::sys::signal::Signal;
use std::path::PathBuf;
use std::time::Duration;

use crate::port::Reserved;
use crate::process::{Guard, logged, step};
use crate::program::{command, find, is_root};
use crate::up::Setting;
use crate::{Error, Result, Server, install, mysql};

const LIMIT: Duration = Duration::from_secs(120);

/// Makes its system tables and starts it. The database `moored` is made before it answers.
pub(crate) fn start(setting: &mut Setting<'_>, port: Reserved) -> Result<Guard> {
    let [install_db, mariadbd] = programs(setting)?;
    let data = setting.run.data.display();
    let user = is_root().then_some("--user=root");

    let mut tables = command(install_db);
    tables.arg("--no-defaults").arg(format!("--datadir={data}")).args(user);
    // Root without a password, over TCP as well; no anonymous users and no database `test`.
    tables.args(["--auth-root-authentication-method=normal", "--skip-test-db"]);
    step(&mut tables, &setting.run.log, LIMIT, setting.interrupt)?;

    mysql::write_init_file(&setting.run.data)?;
    let mut server = command(mariadbd);
    server.arg("--no-defaults").args(user).args(mysql::settings(&data.to_string(), port.release()));
    // Its data goes away and it is a single process: there is nothing for a slow shutdown to save.
    Guard::start(logged(&mut server, &setting.run.log)?, Signal::SIGKILL)
}

/// Its programs, which are installed when they are missing.
fn programs(setting: &Setting<'_>) -> Result<[PathBuf; 2]> {
    let tried = "mariadb-install-db and mariadbd are not on the PATH";
    let both = || Some([find("mariadb-install-db")?, find("mariadbd")?]);
    if let Some(programs) = both() {
        return Ok(programs);
    }
    // Without mariadb-server itself, which is a service that would start at once and at every boot. What makes the
    // tables needs a program of the clients' package.
    let packages = ["mariadb-server-core", "mariadb-client"];
    install::server(Server::Mariadb, &packages, tried, setting)?;
    both().ok_or_else(|| Error::Missing {
        server: Server::Mariadb,
        tried: format!("{tried}, not even after the package mariadb-server-core was installed"),
        remedy: "install MariaDB".into(),
    })
}
