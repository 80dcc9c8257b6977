//! When a session flushes by itself.

/// When a session flushes by itself, beside every explicit `flush` and the end of a transaction.
///
/// Set on the `Orm`, the session, the transaction or one query; the nearest wins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FlushMode {
    /// Before a query that reads a table of which rows are changed.
    #[default]
    Auto,
    /// Only at the end of a transaction: a query may not see what is pending.
    Commit,
    /// Before every query.
    Always,
}
