//! BEGIN and COMMIT in one round trip each, where the server prepares them.
//!
//! Diesel's transaction manager sends them as a batch, which takes three: it switches statements after each other on before
//! it, and off after it. MariaDB prepares both of them, MySQL prepares COMMIT alone.

use diesel::connection::{
    AnsiTransactionManager, Connection, SimpleConnection, TransactionDepthChange, TransactionManager,
    TransactionManagerStatus,
};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::Error;
use diesel::{MysqlConnection, QueryResult};

use moored::backend::{Isolation, TransactionOptions};

use crate::Flavor;

/// Begins a transaction.
pub(crate) fn begin(
    flavor: Flavor,
    connection: &mut MysqlConnection,
    options: &TransactionOptions,
) -> QueryResult<()> {
    let isolation = match options.isolation {
        Some(Isolation::ReadCommitted) => Some("SET TRANSACTION ISOLATION LEVEL READ COMMITTED"),
        Some(Isolation::RepeatableRead) => Some("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"),
        Some(Isolation::Serializable) => Some("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"),
        _ => None,
    };
    if let Some(isolation) = isolation {
        // For the next transaction alone.
        connection.batch_execute(isolation)?;
    }
    if options.read_only {
        return AnsiTransactionManager::begin_transaction_sql(connection, "START TRANSACTION READ ONLY");
    }
    if flavor == Flavor::Mysql || depth(connection)? != 0 {
        return AnsiTransactionManager::begin_transaction(connection);
    }
    connection.execute_returning_count(&Prepared("BEGIN"))?;
    status(connection).transaction_state()?.change_transaction_depth(TransactionDepthChange::IncreaseDepth)
}

/// Commits the transaction, or releases the innermost savepoint.
pub(crate) fn commit(connection: &mut MysqlConnection) -> QueryResult<()> {
    if depth(connection)? != 1 {
        return AnsiTransactionManager::commit_transaction(connection);
    }
    let Err(commit_error) = connection.execute_returning_count(&Prepared("COMMIT")) else {
        return status(connection)
            .transaction_state()?
            .change_transaction_depth(TransactionDepthChange::DecreaseDepth);
    };
    // As the transaction manager has it.
    match AnsiTransactionManager::rollback_transaction(connection) {
        Ok(()) => Err(commit_error),
        Err(rollback_error) => {
            status(connection).set_in_error();
            Err(Error::RollbackErrorOnCommit {
                rollback_error: Box::new(rollback_error),
                commit_error: Box::new(commit_error),
            })
        }
    }
}

fn status(connection: &mut MysqlConnection) -> &mut TransactionManagerStatus {
    AnsiTransactionManager::transaction_manager_status_mut(connection)
}

/// How many transactions and savepoints are open.
fn depth(connection: &mut MysqlConnection) -> QueryResult<u32> {
    Ok(status(connection).transaction_depth()?.map_or(0, u32::from))
}

/// A statement without values that is prepared once for each connection.
pub(crate) struct Prepared(pub(crate) &'static str);

impl<DB: diesel::backend::Backend> QueryFragment<DB> for Prepared {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(self.0);
        Ok(())
    }
}

/// The texts vary within one Rust type, so the cache has to go by the text.
impl QueryId for Prepared {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
