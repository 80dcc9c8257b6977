//! Which server answers: MySQL or MariaDB, and its version.

use diesel::sql_types::Text;
use diesel::{MysqlConnection, QueryResult};
use moored::backend::load;

use crate::Mysql;

/// The server behind a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// MySQL or MariaDB.
    pub flavor: Flavor,
    /// Major, minor and patch.
    pub version: (u16, u16, u16),
}

/// The two servers of one protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flavor {
    /// MySQL, and what calls itself like it.
    Mysql,
    /// MariaDB.
    MariaDb,
}

impl Server {
    /// Asks the server what it is.
    ///
    /// # Errors
    ///
    /// What the server or the network reports.
    pub fn of(connection: &mut MysqlConnection) -> QueryResult<Self> {
        let mut version = String::new();
        load::<Mysql, (Text,), (String,)>(
            connection,
            &diesel::sql_query("SELECT VERSION()"),
            &mut |(text,)| {
                version = text;
                false
            },
        )?;
        Ok(Self::parse(&version))
    }

    /// `10.11.19-MariaDB-0+deb12u1`, `9.7.0`, and behind some proxies `5.5.5-10.11.19-MariaDB`.
    fn parse(text: &str) -> Self {
        let flavor = if text.contains("MariaDB") { Flavor::MariaDb } else { Flavor::Mysql };
        let number = match flavor {
            Flavor::MariaDb => text.strip_prefix("5.5.5-").unwrap_or(text),
            Flavor::Mysql => text,
        };
        let number = number.split(|c: char| !c.is_ascii_digit() && c != '.').next().unwrap_or_default();
        let mut parts = number.split('.').map(|part| part.parse().unwrap_or(0));
        let mut part = || parts.next().unwrap_or(0);
        Self { flavor, version: (part(), part(), part()) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Flavor, Server};

    #[test]
    fn versions_are_read() {
        let maria = Server { flavor: Flavor::MariaDb, version: (10, 11, 19) };
        assert_eq!(Server::parse("10.11.19-MariaDB-0+deb12u1"), maria);
        assert_eq!(Server::parse("5.5.5-10.11.19-MariaDB"), maria);
        assert_eq!(Server::parse("9.7.0"), Server { flavor: Flavor::Mysql, version: (9, 7, 0) });
        assert_eq!(Server::parse("8.4.2-cloud"), Server { flavor: Flavor::Mysql, version: (8, 4, 2) });
    }
}
