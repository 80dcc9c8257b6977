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
}
