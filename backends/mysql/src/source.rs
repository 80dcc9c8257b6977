//! Where connections come from, and what was learnt of the tables behind them.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use diesel::result::ConnectionError;
use diesel::{Connection, ConnectionResult, MysqlConnection};
use moored::backend::KeyOrder;

use crate::server::Server;
use crate::{KeyBatches, MysqlOptions};

/// Where connections come from.
pub struct Source {
    url: String,
    options: MysqlOptions,
    /// What is known of the keys of a table, by its name. A trigger that is made later is not seen.
    keys: Mutex<HashMap<String, KeyOrder>>,
}

impl Source {
    pub(crate) fn new(url: &str, options: MysqlOptions) -> Self {
        Self { url: url.to_owned(), options, keys: Mutex::default() }
    }

    pub(crate) fn establish(&self) -> ConnectionResult<MysqlConnection> {
        let mut connection = MysqlConnection::establish(&self.url)?;
        Server::of(&mut connection)
            .and_then(|server| self.options.apply(&mut connection, &server))
            .map_err(ConnectionError::CouldntSetupConfiguration)?;
        Ok(connection)
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

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The address may hold a password.
        f.debug_struct("Source").field("options", &self.options).finish_non_exhaustive()
    }
}
