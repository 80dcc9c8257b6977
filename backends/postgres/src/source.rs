//! Where connections come from, and what was learnt of the tables behind them.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::result::ConnectionError;
use diesel::{Connection, ConnectionResult, QueryResult};
use moored::backend::{GeneratedKey, KeyBatches, KeyOrder};

use crate::PostgresOptions;

/// Where connections come from.
pub struct Source {
    url: String,
    options: PostgresOptions,
    /// What is known of the keys of a table, by its name. A trigger that is made later is not seen.
    keys: Mutex<HashMap<String, KeyOrder>>,
}

impl Source {
    pub(crate) fn new(url: &str, options: PostgresOptions) -> Self {
        Self { url: url.to_owned(), options, keys: Mutex::default() }
    }

    pub(crate) fn establish(&self) -> ConnectionResult<PgConnection> {
        let mut connection = PgConnection::establish(&self.url)?;
        connection
            .batch_execute(&self.options.statements())
            .map_err(ConnectionError::CouldntSetupConfiguration)?;
        Ok(connection)
    }

    /// What is known of the keys of a table, found out by `ask` the first time.
    pub(crate) fn keys_of(
        &self,
        generated: &GeneratedKey<'_>,
        ask: impl FnOnce() -> QueryResult<KeyOrder>,
    ) -> QueryResult<KeyOrder> {
        match self.options.key_batches {
            KeyBatches::Always => return Ok(KeyOrder::Ascending),
            KeyBatches::WhereProven => {}
            KeyBatches::Never => return Ok(KeyOrder::Unknown),
        }
        // A map is whole whoever panicked while holding it.
        let known = || self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(&order) = known().get(generated.table) {
            return Ok(order);
        }
        let order = ask()?;
        known().insert(generated.table.to_owned(), order);
        Ok(order)
    }
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The address may hold a password.
        f.debug_struct("Source").field("options", &self.options).finish_non_exhaustive()
    }
}
