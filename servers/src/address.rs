//! Where the server of a URL listens, and as whom the URL logs in.

use std::fmt;
use std::path::PathBuf;

use crate::{Error, Result, Server};

/// What a URL says of a server, but for the password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Where it may listen, the likeliest first.
    pub places: Vec<Place>,
    /// The user, if the URL has one.
    pub user: Option<String>,
    /// The database, if the URL has one.
    pub database: Option<String>,
}

/// Where a server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A host and its port.
    Tcp(String, u16),
    /// A socket file.
    Socket(PathBuf),
}

impl Address {
    /// Reads a URL as the server's own client library would.
    ///
    /// # Errors
    ///
    /// [`Error::BadUrl`] when it is not a URL of such a server. The error does not repeat it, for it may hold a
    /// password.
    pub fn of(server: Server, url: &str) -> Result<Self> {
        let bad = |reason: &str| Error::BadUrl { server, reason: reason.into() };
        let (scheme, rest) = url.split_once("://").ok_or_else(|| bad("it is not a URL"))?;
        match (server, scheme) {
            (Server::Postgres | Server::Primary | Server::Replica, "postgres" | "postgresql")
            | (Server::Mysql | Server::Mariadb, "mysql") => {}
            (Server::Postgres | Server::Primary | Server::Replica, _) => {
                return Err(bad("it does not begin with postgres://"));
            }
            (Server::Mysql | Server::Mariadb, _) => return Err(bad("it does not begin with mysql://")),
        }
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (login, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (host, port) = host_and_port(host).ok_or_else(|| bad("its port is not a number"))?;
        let parameter = |name: &str| {
            let pair = query.split('&').filter_map(|pair| pair.split_once('=')).find(|pair| pair.0 == name);
            pair.map(|(_, value)| decoded(value))
        };
        let port = match parameter("port") {
            Some(port) => Some(port.parse().map_err(|_| bad("its port is not a number"))?),
            None => port,
        };
        let port = port.unwrap_or_else(|| server.default_port());
        let host = decoded(host);
        let places = match server {
            Server::Postgres | Server::Primary | Server::Replica => {
                postgres(parameter("host").unwrap_or(host), port)
            }
            Server::Mysql | Server::Mariadb => mysql(host, port, parameter("unix_socket")),
        };
        let some = |text: &str| Some(decoded(text)).filter(|text| !text.is_empty());
        let user = login.split(':').next().and_then(some).or_else(|| parameter("user"));
        Ok(Address { places, user, database: some(path).or_else(|| parameter("dbname")) })
    }
}

/// libpq takes a host that is a path for the folder of the socket, and no host for the usual folder.
fn postgres(host: String, port: u16) -> Vec<Place> {
    let socket = |folder: &str| Place::Socket(PathBuf::from(format!("{folder}/.s.PGSQL.{port}")));
    match host {
        host if host.is_empty() => {
            let sockets = ["/var/run/postgresql", "/tmp"].map(socket);
            sockets.into_iter().chain([Place::Tcp("localhost".into(), port)]).collect()
        }
        host if host.starts_with('/') => vec![socket(&host)],
        host => vec![Place::Tcp(host, port)],
    }
}

/// MySQL's clients take `localhost` for the usual socket.
fn mysql(host: String, port: u16, socket: Option<String>) -> Vec<Place> {
    match (host, socket) {
        (_, Some(socket)) => vec![Place::Socket(socket.into())],
        (host, None) if host.is_empty() || host == "localhost" => {
            let sockets =
                ["/run/mysqld/mysqld.sock", "/tmp/mysql.sock"].map(|path| Place::Socket(path.into()));
            [Place::Tcp("localhost".into(), port)].into_iter().chain(sockets).collect()
        }
        (host, None) => vec![Place::Tcp(host, port)],
    }
}

/// Splits `host:port`, where the host of `[::1]:port` stands in brackets. None if the port is no number.
fn host_and_port(text: &str) -> Option<(&str, Option<u16>)> {
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, rest)) => (host, rest.strip_prefix(':')),
        None => text.rsplit_once(':').map_or((text, None), |(host, port)| (host, Some(port))),
    };
    match port {
        None | Some("") => Some((host, None)),
        Some(port) => Some((host, Some(port.parse().ok()?))),
    }
}

/// Resolves `%2F` and its like. What is no such sequence stays as it is.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let byte = match (first, after.split_at_checked(2)) {
            (b'%', Some((hex, after))) => {
                let byte = std::str::from_utf8(hex).ok().and_then(|hex| u8::from_str_radix(hex, 16).ok());
                byte.map(|byte| (byte, after))
            }
            _ => None,
        };
        let (byte, after) = byte.unwrap_or((first, after));
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, place) in self.places.iter().enumerate() {
            write!(f, "{}{place}", if index == 0 { "" } else { " or " })?;
        }
        Ok(())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Tcp(host, port) if host.contains(':') => write!(f, "[{host}]:{port}"),
            Place::Tcp(host, port) => write!(f, "{host}:{port}"),
            Place::Socket(path) => write!(f, "{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(server: Server, url: &str) -> String {
        match Address::of(server, url) {
            Ok(address) => format!("{address} {:?} {:?}", address.user, address.database),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn urls_are_read_as_the_clients_do() {
        let postgres = |url| shown(Server::Postgres, url);
        assert_eq!(postgres("postgres://u:p@h:1/d"), r#"h:1 Some("u") Some("d")"#);
        assert_eq!(postgres("postgresql://h"), "h:5432 None None");
        assert_eq!(postgres("postgres://[::1]:7/d%20d"), r#"[::1]:7 None Some("d d")"#);
        assert_eq!(postgres("postgres://u@%2Frun%2Fpg/d"), r#"/run/pg/.s.PGSQL.5432 Some("u") Some("d")"#);
        assert_eq!(postgres("postgres:///d?host=/x&port=9&user=u"), r#"/x/.s.PGSQL.9 Some("u") Some("d")"#);
        let mysql = |url| shown(Server::Mysql, url);
        assert_eq!(mysql("mysql://r@127.0.0.1/t"), r#"127.0.0.1:3306 Some("r") Some("t")"#);
        assert_eq!(mysql("mysql://r:a@b@h:4/t?unix_socket=/s"), r#"/s Some("r") Some("t")"#);
        assert!(mysql("mysql://localhost").starts_with("localhost:3306 or /run/mysqld/mysqld.sock"));
    }

    #[test]
    fn a_bad_url_is_not_repeated() {
        for url in ["mysql://u:secret@h", "postgres://u:secret@h:x/d", "secret"] {
            let error = shown(Server::Postgres, url);
            assert!(error.contains("MOORED_POSTGRES_URL") && !error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn a_broken_escape_stays() {
        assert_eq!(decoded("%2F%zz%4"), "/%zz%4");
    }
}
