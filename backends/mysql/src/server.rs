//! Which server answers: MySQL or MariaDB, and its version.

use diesel::sql_types::{BigInt, Text};
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
    /// The most bytes in one packet, that is one statement with its values.
    pub max_allowed_packet: usize,
    /// Whether a lock that is not granted in time ends the whole transaction.
    pub rollback_on_timeout: bool,
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
        let mut server = None;
        load::<Mysql, (Text, BigInt, BigInt), (String, i64, i64)>(
            connection,
            &diesel::sql_query(
                "SELECT VERSION(), CAST(@@max_allowed_packet AS SIGNED), CAST(@@innodb_rollback_on_timeout AS SIGNED)",
            ),
            &mut |(version, packet, rollback)| {
                let (flavor, version) = parse(&version);
                let max_allowed_packet = usize::try_from(packet).unwrap_or(usize::MAX);
                server =
                    Some(Self { flavor, version, max_allowed_packet, rollback_on_timeout: rollback != 0 });
                false
            },
        )?;
        server.ok_or(diesel::result::Error::NotFound)
    }
}

/// `10.11.19-MariaDB-0+deb12u1`, `9.7.0`, and behind some proxies `5.5.5-10.11.19-MariaDB`.
fn parse(text: &str) -> (Flavor, (u16, u16, u16)) {
    let flavor = if text.contains("MariaDB") { Flavor::MariaDb } else { Flavor::Mysql };
    let number = match flavor {
        Flavor::MariaDb => text.strip_prefix("5.5.5-").unwrap_or(text),
        Flavor::Mysql => text,
    };
    let number = number.split(|c: char| !c.is_ascii_digit() && c != '.').next().unwrap_or_default();
    let mut parts = number.split('.').map(|part| part.parse().unwrap_or(0));
    let mut part = || parts.next().unwrap_or(0);
    (flavor, (part(), part(), part()))
}

#[cfg(test)]
mod tests {
    use super::{Flavor, parse};

    #[test]
    fn versions_are_read() {
        assert_eq!(parse("10.11.19-MariaDB-0+deb12u1"), (Flavor::MariaDb, (10, 11, 19)));
        assert_eq!(parse("5.5.5-10.11.19-MariaDB"), (Flavor::MariaDb, (10, 11, 19)));
        assert_eq!(parse("9.7.0"), (Flavor::Mysql, (9, 7, 0)));
        assert_eq!(parse("8.4.2-cloud"), (Flavor::Mysql, (8, 4, 2)));
    }
}
