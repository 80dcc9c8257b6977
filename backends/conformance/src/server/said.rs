//! What is said to each server about its databases, their connections and their tables.

use crate::Flavour;

/// The SQL of a server. Every question is answered by one number.
pub(super) trait Said {
    /// The environment variable with the server's address.
    fn variable(self) -> &'static str;
    /// Makes a database.
    fn create(self, name: &str) -> String;
    /// 1 if the database is now locked to this connection, until that ends.
    fn lock(self, name: &str) -> String;
    /// What this connection needs for what follows.
    fn settings(self) -> &'static str;
    /// How many connections there are to the database beside this one.
    fn others(self) -> &'static str;
    /// One of them.
    fn another(self) -> &'static str;
    /// Ends it.
    fn end(self, connection: i64) -> String;
    /// How many tables the database has.
    fn count_tables(self) -> &'static str;
    /// Takes everything out of the database.
    fn wipe(self, name: &str) -> String;
    /// A number with a bit for each table, set where it has rows.
    fn have_rows(self, tables: &[&str]) -> String;
    /// The same, set where it has given out keys.
    fn have_counted(self, tables: &[&str]) -> String;
    /// Empties these tables and lets keys count from one.
    fn empty(self, tables: &[&str]) -> String;
}

impl Said for Flavour {
    fn variable(self) -> &'static str {
        match self {
            Self::Sqlite => panic!("SQLite has no server"),
            Self::Postgres => "MOORED_POSTGRES_URL",
            Self::Mariadb => "MOORED_MARIADB_URL",
            Self::Mysql => "MOORED_MYSQL_URL",
        }
    }

    fn create(self, name: &str) -> String {
        match self {
            Self::Postgres => format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"),
            // Each one's collation that tells all texts apart, and does not take a trailing space for nothing. Another process
            // that looks for a database may have made it meanwhile.
            Self::Mysql => {
                format!("CREATE DATABASE IF NOT EXISTS {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin")
            }
            _ => format!(
                "CREATE DATABASE IF NOT EXISTS {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin"
            ),
        }
    }

    fn lock(self, name: &str) -> String {
        match self {
            // Each database has locks of its own.
            Self::Postgres => "SELECT pg_try_advisory_lock(1)::int::bigint".into(),
            _ => format!("SELECT GET_LOCK('{name}', 0)"),
        }
    }

    fn settings(self) -> &'static str {
        match self {
            Self::Postgres => "SET client_min_messages = warning; SET lock_timeout = '20s'",
            // Otherwise it shows how far the keys were yesterday.
            Self::Mysql => {
                "SET information_schema_stats_expiry = 0, lock_wait_timeout = 20, foreign_key_checks = 0"
            }
            _ => "SET lock_wait_timeout = 20, foreign_key_checks = 0",
        }
    }

    fn others(self) -> &'static str {
        match self {
            Self::Postgres => {
                "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() \
                 AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            }
            // Its other list has the statements as well, and cannot show those with bytes in them.
            Self::Mysql => {
                "SELECT COUNT(*) FROM performance_schema.threads \
                 WHERE processlist_db = DATABASE() AND processlist_id <> CONNECTION_ID()"
            }
            _ => {
                "SELECT COUNT(*) FROM information_schema.processlist \
                 WHERE db = DATABASE() AND id <> CONNECTION_ID()"
            }
        }
    }

    fn another(self) -> &'static str {
        match self {
            Self::Postgres => {
                "SELECT MAX(pid)::bigint FROM pg_stat_activity WHERE datname = current_database() \
                 AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            }
            Self::Mysql => {
                "SELECT CAST(MAX(processlist_id) AS SIGNED) FROM performance_schema.threads \
                 WHERE processlist_db = DATABASE() AND processlist_id <> CONNECTION_ID()"
            }
            _ => {
                "SELECT CAST(MAX(id) AS SIGNED) FROM information_schema.processlist \
                 WHERE db = DATABASE() AND id <> CONNECTION_ID()"
            }
        }
    }

    fn end(self, connection: i64) -> String {
        match self {
            Self::Postgres => format!("SELECT pg_terminate_backend({connection})"),
            _ => format!("KILL {connection}"),
        }
    }

    fn count_tables(self) -> &'static str {
        match self {
            Self::Postgres => "SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'",
            _ => "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE()",
        }
    }

    fn wipe(self, name: &str) -> String {
        match self {
            // A test that waits for a lock longer than this will wait for ever.
            Self::Postgres => format!(
                "DROP SCHEMA public CASCADE; CREATE SCHEMA public; ALTER DATABASE {name} SET lock_timeout = '20s'"
            ),
            _ => format!("DROP DATABASE {name}; {}; USE {name}", self.create(name)),
        }
    }

    fn have_rows(self, tables: &[&str]) -> String {
        let bits = tables.iter().enumerate().map(|(bit, table)| match self {
            Self::Postgres => format!("EXISTS (SELECT 1 FROM \"{table}\")::int::bigint << {bit}"),
            _ => format!("EXISTS (SELECT 1 FROM `{table}`) << {bit}"),
        });
        let bits = bits.collect::<Vec<_>>().join(") | (");
        match self {
            Self::Postgres => format!("SELECT ({bits})"),
            _ => format!("SELECT CAST(({bits}) AS SIGNED)"),
        }
    }

    fn have_counted(self, tables: &[&str]) -> String {
        let list = tables.iter().map(|table| format!("'{table}'")).collect::<Vec<_>>().join(", ");
        match self {
            Self::Postgres => format!(
                "SELECT COALESCE(BIT_OR(1::bigint << array_position(ARRAY[{list}], \
                 regexp_replace(sequencename, '_id_seq$', '')) - 1), 0) FROM pg_sequences WHERE last_value IS NOT NULL"
            ),
            _ => format!(
                "SELECT CAST(COALESCE(BIT_OR(1 << (FIELD(table_name, {list}) - 1)), 0) AS SIGNED) \
                 FROM information_schema.tables WHERE table_schema = DATABASE() AND auto_increment > 1"
            ),
        }
    }

    fn empty(self, tables: &[&str]) -> String {
        match self {
            // Those that refer to them as well: PostgreSQL empties no table without them.
            Self::Postgres => format!("TRUNCATE \"{}\" RESTART IDENTITY CASCADE", tables.join("\", \"")),
            _ => format!("TRUNCATE TABLE `{}`", tables.join("`; TRUNCATE TABLE `")),
        }
    }
}
