//! Which SQL a backend's tables are written in, and where databases differ in what they can keep.

/// The kinds of SQL that the suite's tables are written in.
///
/// Its methods say where databases really differ. A behaviour that depends on one of them holds each database to its own
/// side of the difference; none is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Flavour {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
    /// MariaDB.
    Mariadb,
    /// MySQL itself.
    Mysql,
}

/// What a float column does with a NaN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Nan {
    /// Keeps it.
    Kept,
    /// Makes it NULL.
    Null,
    /// Refuses it.
    Refused,
}

impl Flavour {
    /// The suite's tables.
    pub(crate) const fn tables(self) -> &'static str {
        match self {
            Self::Sqlite => include_str!("ddl/sqlite.sql"),
            Self::Postgres => include_str!("ddl/postgres.sql"),
            Self::Mariadb | Self::Mysql => include_str!("ddl/mysql.sql"),
        }
    }

    /// What a float column does with a NaN. SQLite makes it NULL: <https://www.sqlite.org/quirks.html>. MySQL and MariaDB
    /// have no NaN.
    #[must_use]
    pub const fn nan(self) -> Nan {
        match self {
            Self::Sqlite => Nan::Null,
            Self::Postgres => Nan::Kept,
            Self::Mariadb | Self::Mysql => Nan::Refused,
        }
    }

    /// Whether a float column tells -0.0 from 0.0. SQLite stores whole numbers of such a column as integers:
    /// <https://www.sqlite.org/datatype3.html#storage_classes_and_datatypes>. MariaDB drops the sign.
    #[must_use]
    pub const fn stores_negative_zero(self) -> bool {
        match self {
            Self::Sqlite | Self::Mariadb => false,
            Self::Postgres | Self::Mysql => true,
        }
    }

    /// Whether a decimal column keeps every digit. SQLite makes it a binary number:
    /// <https://www.sqlite.org/datatype3.html#type_affinity>.
    #[must_use]
    pub const fn stores_decimals_exactly(self) -> bool {
        match self {
            Self::Sqlite => false,
            Self::Postgres | Self::Mariadb | Self::Mysql => true,
        }
    }

    /// Whether a text column keeps the character NUL. PostgreSQL refuses it, by design:
    /// <https://www.postgresql.org/docs/current/datatype-character.html>.
    #[must_use]
    pub const fn stores_nul(self) -> bool {
        match self {
            Self::Sqlite | Self::Mariadb | Self::Mysql => true,
            Self::Postgres => false,
        }
    }

    /// How many characters the longest text key of the suite's tables can have, where that is limited: MySQL and MariaDB
    /// index no TEXT, and no more than 3,072 bytes of a VARCHAR.
    #[must_use]
    pub const fn longest_key(self) -> Option<usize> {
        match self {
            Self::Sqlite | Self::Postgres => None,
            Self::Mariadb | Self::Mysql => Some(255),
        }
    }

    /// Whether there is one writer at a time, so that a second transaction waits at its BEGIN and never meets the first
    /// one's rows: SQLite, <https://www.sqlite.org/isolation.html>.
    #[must_use]
    pub const fn has_one_writer(self) -> bool {
        match self {
            Self::Sqlite => true,
            Self::Postgres | Self::Mariadb | Self::Mysql => false,
        }
    }

    /// Whether the size of a statement is limited, so that a batch may have to be split, and is sent in a transaction.
    #[must_use]
    pub const fn limits_statements(self) -> bool {
        match self {
            Self::Sqlite => false,
            Self::Postgres | Self::Mariadb | Self::Mysql => true,
        }
    }

    /// What is asked of and said to the server behind a connection; SQLite has none.
    #[must_use]
    pub const fn server(self) -> Option<ServerSql> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some(ServerSql {
                connection: "SELECT pg_backend_pid()::bigint",
                end: "SELECT pg_terminate_backend",
                alive: "SELECT COUNT(*) FROM pg_stat_activity WHERE pid = ",
                prepared: "SELECT COUNT(*) FROM pg_prepared_statements",
            }),
            Self::Mariadb => Some(ServerSql {
                connection: "SELECT CAST(CONNECTION_ID() AS SIGNED)",
                end: "KILL ",
                alive: "SELECT COUNT(*) FROM information_schema.processlist WHERE id = ",
                prepared: "SELECT CAST(SUM(CASE variable_name WHEN 'COM_STMT_PREPARE' THEN variable_value \
                     ELSE -variable_value END) AS SIGNED) FROM information_schema.session_status \
                     WHERE variable_name IN ('COM_STMT_PREPARE', 'COM_STMT_CLOSE')",
            }),
            Self::Mysql => Some(ServerSql {
                connection: "SELECT CAST(CONNECTION_ID() AS SIGNED)",
                end: "KILL ",
                alive: "SELECT COUNT(*) FROM performance_schema.threads WHERE processlist_id = ",
                prepared: "SELECT COUNT(*) FROM performance_schema.prepared_statements_instances \
                     WHERE owner_thread_id = PS_CURRENT_THREAD_ID()",
            }),
        }
    }

    /// Lets a connection wait for another's locks no longer than a second.
    #[must_use]
    pub const fn impatience(self) -> &'static str {
        match self {
            Self::Sqlite => "PRAGMA busy_timeout = 50",
            Self::Postgres => "SET lock_timeout = '50ms'",
            Self::Mariadb | Self::Mysql => "SET innodb_lock_wait_timeout = 1",
        }
    }

    /// How a transaction is told to fail where it meets a row that was changed since it began: what is sent before it, and
    /// within it before anything else. SQLite has one writer, and MySQL then works on the changed row.
    #[must_use]
    pub const fn serializes(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Sqlite | Self::Mysql => None,
            Self::Postgres => Some(("SELECT 1", "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")),
            Self::Mariadb => Some(("SET innodb_snapshot_isolation = ON", "SELECT 1")),
        }
    }
}

/// What is asked of and said to the server behind a connection.
#[derive(Clone, Copy, Debug)]
pub struct ServerSql {
    /// The number of this connection.
    pub connection: &'static str,
    /// Ends a connection whose number follows in parentheses.
    pub end: &'static str,
    /// 1 as long as the connection is there whose number follows.
    pub alive: &'static str,
    /// How many prepared statements this connection has.
    pub prepared: &'static str,
}
