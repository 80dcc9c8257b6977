//! The servers: their names, their variables and what starting one takes.

use std::fmt;
use std::str::FromStr;

/// A server that Moored is tested against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Server {
    /// PostgreSQL.
    Postgres,
    /// The PostgreSQL server that has a replica. It is the one above where both are started here.
    Primary,
    /// The streaming replica of [`Primary`](Self::Primary), which takes reads alone.
    Replica,
    /// MariaDB.
    Mariadb,
    /// MySQL itself, not MariaDB.
    Mysql,
}

impl Server {
    /// Those to choose from. A primary and its replica come with PostgreSQL.
    pub const ALL: [Server; 3] = [Server::Postgres, Server::Mariadb, Server::Mysql];

    /// The name on the command line and of its folder.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Server::Postgres => "postgres",
            Server::Primary => "postgres-primary",
            Server::Replica => "postgres-replica",
            Server::Mariadb => "mariadb",
            Server::Mysql => "mysql",
        }
    }

    /// The environment variable that holds its URL.
    #[must_use]
    pub fn variable(self) -> &'static str {
        match self {
            Server::Postgres => "MOORED_POSTGRES_URL",
            Server::Primary => "MOORED_POSTGRES_PRIMARY_URL",
            Server::Replica => "MOORED_POSTGRES_REPLICA_URL",
            Server::Mariadb => "MOORED_MARIADB_URL",
            Server::Mysql => "MOORED_MYSQL_URL",
        }
    }

    /// The URL of one that was started here on this port.
    #[must_use]
    pub fn url(self, port: u16) -> String {
        match self {
            Server::Postgres | Server::Primary | Server::Replica => {
                format!("postgres://postgres@127.0.0.1:{port}/moored")
            }
            Server::Mariadb | Server::Mysql => format!("mysql://root@127.0.0.1:{port}/moored"),
        }
    }

    /// The port that a URL without one means.
    #[must_use]
    pub fn default_port(self) -> u16 {
        match self {
            Server::Postgres | Server::Primary | Server::Replica => 5432,
            Server::Mariadb | Server::Mysql => 3306,
        }
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Server::Postgres => "PostgreSQL",
            Server::Primary => "PostgreSQL's primary",
            Server::Replica => "PostgreSQL's replica",
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
