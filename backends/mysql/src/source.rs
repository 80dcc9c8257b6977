//! Where connections come from, and what was learnt of the tables behind them.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use diesel::result::ConnectionError;
use diesel::{Connection, ConnectionResult, MysqlConnection};
use moored::backend::{KeyOrder, Limits};

use crate::server::{Flavor, Server};
use crate::{KeyBatches, MysqlOptions};

/// Where connections come from.
pub struct Source {
    url: String,
    options: MysqlOptions,
    /// What is known of the keys of a table, by its name. A trigger that is made later is not seen.
    keys: Mutex<HashMap<String, KeyOrder>>,
    /// The server that the first connection found.
    server: OnceLock<Server>,
}

impl Source {
    pub(crate) fn new(url: &str, options: MysqlOptions) -> Self {
        Self { url: url.to_owned(), options, keys: Mutex::default(), server: OnceLock::new() }
    }

    pub(crate) fn establish(&self) -> ConnectionResult<MysqlConnection> {
        let mut connection = MysqlConnection::establish(&self.url)?;
        let server = Server::of(&mut connection).map_err(ConnectionError::CouldntSetupConfiguration)?;
        self.options.apply(&mut connection, &server).map_err(ConnectionError::CouldntSetupConfiguration)?;
        if server.rollback_on_timeout {
            // Nobody would be told that a transaction was over.
            return Err(refused(
                "innodb_rollback_on_timeout is ON; a lock time-out would end transactions unseen",
            ));
        }
        let first = self.server.get_or_init(|| server.clone());
        if first.flavor != server.flavor {
            return Err(refused("the address leads to MySQL and MariaDB by turns"));
        }
        Ok(connection)
    }

    /// Which server answered; MySQL until one did.
    pub(crate) fn flavor(&self) -> Flavor {
        self.server.get().map_or(Flavor::Mysql, |server| server.flavor)
    }

    /// How large the values of a statement may be: a packet takes them with its text and their types.
    pub(crate) fn limits(&self) -> Limits {
        let Some(server) = self.server.get() else { return Limits::NONE };
        // Five hundred rows of a hundred columns have half a megabyte of text, lengths and types.
        let packet = server.max_allowed_packet;
        Limits {
            rows: packet.saturating_sub(512 << 10).max(packet / 2),
            row: packet.saturating_sub(64 << 10).max(packet / 2),
        }
    }

    pub(crate) const fn key_batches(&self) -> KeyBatches {
        self.options.key_batches
    }

    /// What is known of the keys of a table, found out by `ask` the first time.
    pub(crate) fn keys_of<X>(
        &self,
        table: &str,
        ask: impl FnOnce() -> Result<KeyOrder, X>,
    ) -> Result<KeyOrder, X> {
        // A map is whole whoever panicked while holding it.
        let known = self.keys.lock().unwrap_or_else(PoisonError::into_inner).get(table).copied();
        if let Some(order) = known {
            return Ok(order);
        }
        let order = ask()?;
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).insert(table.to_owned(), order);
        Ok(order)
    }
}

fn refused(reason: &str) -> ConnectionError {
    ConnectionError::BadConnection(reason.into())
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The address may hold a password.
        f.debug_struct("Source").field("options", &self.options).finish_non_exhaustive()
    }
}
