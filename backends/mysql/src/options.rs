//! The settings of every connection.

use std::time::Duration;

use diesel::sql_types::Text;
use diesel::{MysqlConnection, QueryResult, RunQueryDsl};

use moored::backend::KeyBatches;

use crate::server::{Flavor, Server};

/// What every connection to the server is set to.
///
/// The character set is `utf8mb4`, which Diesel requires; messages are English, since errors are told apart by them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MysqlOptions {
    /// The `sql_mode`. `None` is strict: no value is cut or bent to fit, no zero dates, GROUP BY as the standard has it,
    /// and a zero that is written to an `AUTO_INCREMENT` column stays a zero. On MariaDB, an UPDATE's assignments all see
    /// the row as it was before, as on every other database.
    pub sql_mode: Option<String>,
    /// The time zone in which `TIMESTAMP` columns are read and written.
    pub time_zone: String,
    /// How long a statement waits for a row's lock; whole seconds, at least one. `None` leaves it to the server.
    pub lock_wait_timeout: Option<Duration>,
    /// Whether several rows whose keys the database makes may go into one INSERT. The server tells the first key alone; the
    /// others follow from it where nothing disturbs their sequence.
    ///
    /// Proven is an `AUTO_INCREMENT` key of an InnoDB table without partitions and without a trigger before INSERT. MySQL shows
    /// triggers only to a user with the privilege `TRIGGER`: to one without it nothing is proven, and rows go in one at a
    /// time, with three statements each. Grant it, or say [`KeyBatches::Always`] where you know.
    pub key_batches: KeyBatches,
}

impl Default for MysqlOptions {
    fn default() -> Self {
        Self {
            sql_mode: None,
            time_zone: "+00:00".into(),
            lock_wait_timeout: None,
            key_batches: KeyBatches::default(),
        }
    }
}

const STRICT: &str = "STRICT_ALL_TABLES,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,\
     NO_ENGINE_SUBSTITUTION,ONLY_FULL_GROUP_BY,NO_AUTO_VALUE_ON_ZERO";

impl MysqlOptions {
    pub(crate) fn apply(&self, connection: &mut MysqlConnection, server: &Server) -> QueryResult<()> {
        let sql_mode = match (&self.sql_mode, server.flavor) {
            (Some(mode), _) => mode.clone(),
            (None, Flavor::MariaDb) => format!("{STRICT},SIMULTANEOUS_ASSIGNMENT"),
            (None, Flavor::Mysql) => STRICT.to_owned(),
        };
        let mut set =
            String::from("SET SESSION sql_mode = ?, SESSION time_zone = ?, SESSION lc_messages = 'en_US'");
        if let Some(wait) = self.lock_wait_timeout {
            let seconds = wait.as_secs().max(1);
            set.push_str(&format!(", SESSION innodb_lock_wait_timeout = {seconds}"));
        }
        diesel::sql_query(set)
            .bind::<Text, _>(sql_mode)
            .bind::<Text, _>(&self.time_zone)
            .execute(connection)
            .map(drop)
    }
}
