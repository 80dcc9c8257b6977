//! The address of a server, and what the benchmark makes of it.

use std::path::{Path, PathBuf};

/// `scheme://user:password@host:port/database?parameters`
#[derive(Clone)]
pub(crate) struct Address {
    scheme: String,
    /// With the `@` at its end, if there is one.
    user: String,
    host: String,
    port: String,
    database: String,
    /// With the `?` at its beginning, if there is one.
    parameters: String,
}

impl Address {
    /// Reads a URL with a host and a port, or says what is wrong with that of the variable.
    pub(crate) fn of(variable: &str) -> Result<Self, String> {
        let url = std::env::var(variable).map_err(|_| {
            format!(
                "{variable} is not set: `cargo run -p moored-servers -- cargo bench -p moored-server-benches` brings \
                 the servers up, and `--only` leaves others out"
            )
        })?;
        Self::parse(&url).ok_or_else(|| {
            format!("{variable} has to name a host and a port, `..://user:password@host:port/database`")
        })
    }

    fn parse(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let (rest, parameters) = rest.split_at(rest.find('?').unwrap_or(rest.len()));
        let (place, database) = rest.split_once('/')?;
        let (user, place) = place.split_at(place.rfind('@').map_or(0, |at| at + 1));
        let (host, port) = place.rsplit_once(':')?;
        let [scheme, user, host, port, database, parameters] =
            [scheme, user, host, port, database, parameters].map(str::to_owned);
        Some(Self { scheme, user, host, port, database, parameters })
    }

    pub(crate) fn url(&self) -> String {
        let Self { scheme, user, host, port, database, parameters } = self;
        format!("{scheme}://{user}{host}:{port}/{database}{parameters}")
    }

    /// Host and port.
    pub(crate) fn place(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    pub(crate) fn port(&self) -> &str {
        &self.port
    }

    pub(crate) fn with_database(&self, database: &str) -> Self {
        Self { database: database.to_owned(), ..self.clone() }
    }

    /// The same server at the end of a line that begins at a port of this machine.
    pub(crate) fn through(&self, port: u16) -> Self {
        Self { host: "127.0.0.1".into(), port: port.to_string(), ..self.clone() }
    }

    /// The URL of the same database, through a socket of this machine.
    pub(crate) fn url_on_socket(&self, socket: &Path) -> String {
        let Self { scheme, user, port, database, parameters, .. } = self;
        let and = if parameters.is_empty() { "?" } else { "&" };
        if scheme.starts_with("mysql") {
            let socket = socket.display();
            return format!("{scheme}://{user}localhost/{database}{parameters}{and}unix_socket={socket}");
        }
        let folder = socket.parent().unwrap_or(socket).display();
        format!("{scheme}://{user}/{database}{parameters}{and}host={folder}&port={port}")
    }
}

/// The path of a socket that can be used: it is there, and not too long for the operating system.
pub(crate) fn socket(path: PathBuf) -> Option<PathBuf> {
    (path.exists() && path.as_os_str().len() < 108).then_some(path)
}
