//! The three servers: their names, their variables and what starting one takes.

use std::fmt;
use std::str::FromStr;

use crate::Result;
use crate::port::Reserved;
use crate::process::Guard;
use crate::up::Setting;
use crate::{mariadb, mysql, postgres};

/// A server that Moored is tested against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Server {
    /// PostgreSQL.
    Postgres,
    /// MariaDB.
    Mariadb,
    /// MySQL itself, not MariaDB.
    Mysql,
}

impl Server {
    /// All of them.
    pub const ALL: [Server; 3] = [Server::Postgres, Server::Mariadb, Server::Mysql];

    /// The name on the command line and of its folder.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Server::Postgres => "postgres",
            Server::Mariadb => "mariadb",
            Server::Mysql => "mysql",
        }
    }

    /// The environment variable that holds its URL.
    #[must_use]
    pub fn variable(self) -> &'static str {
        match self {
            Server::Postgres => "MOORED_POSTGRES_URL",
            Server::Mariadb => "MOORED_MARIADB_URL",
            Server::Mysql => "MOORED_MYSQL_URL",
        }
    }

    /// The URL of one that was started here on this port.
    #[must_use]
    pub fn url(self, port: u16) -> String {
        match self {
            Server::Postgres => format!("postgres://postgres@127.0.0.1:{port}/moored"),
            Server::Mariadb | Server::Mysql => format!("mysql://root@127.0.0.1:{port}/moored"),
        }
    }

    /// The port that a URL without one means.
    #[must_use]
    pub fn default_port(self) -> u16 {
        match self {
            Server::Postgres => 5432,
            Server::Mariadb | Server::Mysql => 3306,
        }
    }

    /// Starts one in the background, on that port. It does not answer yet.
    pub(crate) fn start(self, setting: &mut Setting<'_>, port: Reserved) -> Result<Guard> {
        match self {
            Server::Postgres => postgres::start(setting, port),
            Server::Mariadb => mariadb::start(setting, port),
            Server::Mysql => mysql::start(setting, port),
        }
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Server::Postgres => "PostgreSQL",
            Server::Mariadb => "MariaDB",
            Server::Mysql => "MySQL",
        })
    }
}

impl FromStr for Server {
    type Err = String;

    fn from_str(name: &str) -> std::result::Result<Self, String> {
        Server::ALL.into_iter().find(|server| server.name() == name).ok_or_else(|| {
            format!("there is no server {name:?}; the servers are postgres, mariadb and mysql")
        })
    }
}
