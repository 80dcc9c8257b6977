//! A backend as somebody else would write one: another backend's database, through a connection that mixes up its answers.
//!
//! It uses nothing of `moored` but what is public, and no file of the core knows of it. What it has to decide is what every
//! backend has to: how a connection is made ([`Source`]), what a statement gives back ([`ScrambledConnection`]), and the
//! methods of [`Backend`] below. Here nearly all of them say what the other backend says; a backend of its own has a dialect,
//! a classification of errors and so on to say itself.
//!
//! SQL says nothing about the order in which rows come back without ORDER BY, so a unit of work must not rely on any. This
//! backend is a server that makes use of that freedom, and, when asked to, one that goes beyond it.

mod connection;
mod mischief;
mod row;
mod source;

use std::marker::PhantomData;
use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, Connection};
use diesel::query_builder::QueryFragment;
use diesel::sql_types::TypeMetadata;
use diesel::{ConnectionResult, QueryResult};
use moored::Backend;
use moored::backend::{
    Collected, ColumnTypes, Dialect, Failure, Form, GeneratedKey, KeyOrder, Limits, LiveColumn, LiveTable,
    MigrationLock, TableName, TransactionOptions,
};
use moored::entity::ColumnMeta;

pub use connection::ScrambledConnection;
pub use mischief::{Dial, Mischief};
pub use row::SharedRow;
pub use source::{Options, Source};

/// The marker type: never made, it only names the backend, as in `Orm::<Scrambled<Sqlite>>`.
#[derive(Clone, Copy, Debug)]
pub struct Scrambled<B>(PhantomData<fn() -> B>);

impl<B> Backend for Scrambled<B>
where
    B: Backend,
    // Transactions are begun and ended through either connection, so both have to keep account of them alike.
    B::Connection: Connection<TransactionManager = AnsiTransactionManager>,
{
    /// The same SQL and the same types, so whatever is an entity of the other backend is one here: `#[derive(Entity)]` asks
    /// for nothing but these.
    type Diesel = B::Diesel;
    type Connection = ScrambledConnection<B::Connection>;
    type Streaming = B::Streaming;
    type Options = Options<B::Options>;
    type Source = Source<B>;

    const NAME: &'static str = "Scrambled";
    const COLLECTS: bool = B::COLLECTS;

    fn open(url: &str, options: Options<B::Options>) -> ConnectionResult<Source<B>> {
        Source::open(url, options)
    }

    fn establish(source: &Source<B>) -> ConnectionResult<Self::Connection> {
        source.establish()
    }

    fn ping(connection: &mut Self::Connection) -> QueryResult<()> {
        B::ping(connection.straight())
    }

    fn forget_statements(connection: &mut Self::Connection) -> QueryResult<()> {
        B::forget_statements(connection.straight())
    }

    fn lacks(source: &Source<B>, options: &TransactionOptions) -> Option<&'static str> {
        B::lacks(source.inner(), options)
    }

    fn begin(
        source: &Source<B>,
        connection: &mut Self::Connection,
        options: &TransactionOptions,
    ) -> QueryResult<()> {
        B::begin(source.inner(), connection.straight(), options)
    }

    fn ended(connection: &mut Self::Connection, options: &TransactionOptions) -> QueryResult<()> {
        B::ended(connection.straight(), options)
    }

    fn commit(connection: &mut Self::Connection) -> QueryResult<()> {
        B::commit(connection.straight())
    }

    fn set_lock_wait(connection: &mut Self::Connection, wait: Option<Duration>) -> QueryResult<()> {
        B::set_lock_wait(connection.straight(), wait)
    }

    fn count(connection: &mut Self::Connection, query: &dyn QueryFragment<B::Diesel>) -> QueryResult<i64> {
        B::count(connection.straight(), query)
    }

    fn dialect(source: &Source<B>) -> &'static Dialect {
        B::dialect(source.inner())
    }

    fn limits(source: &Source<B>) -> Limits {
        B::limits(source.inner())
    }

    fn collect(
        connection: &mut Self::Connection,
        values: &[&dyn QueryFragment<B::Diesel>],
        form: Form,
    ) -> QueryResult<Option<Collected<B::Diesel>>> {
        B::collect(connection.straight(), values, form)
    }

    fn key_order(
        source: &Source<B>,
        connection: &mut Self::Connection,
        generated: &GeneratedKey<'_>,
    ) -> QueryResult<KeyOrder> {
        B::key_order(source.inner(), connection.straight(), generated)
    }

    fn keys_ascend(
        source: &Source<B>,
        connection: &mut Self::Connection,
        generated: &GeneratedKey<'_>,
    ) -> QueryResult<bool> {
        B::keys_ascend(source.inner(), connection.straight(), generated)
    }

    fn cast(column: &ColumnMeta) -> Option<&'static str> {
        B::cast(column)
    }

    fn placeholder(name: &str, column: &ColumnMeta) -> Option<String> {
        B::placeholder(name, column)
    }

    fn next_version(name: &str, column: &ColumnMeta) -> Option<String> {
        B::next_version(name, column)
    }

    fn lock_migrations(connection: &mut Self::Connection) -> QueryResult<MigrationLock> {
        B::lock_migrations(connection.straight())
    }

    fn unlock_migrations(connection: &mut Self::Connection) -> QueryResult<()> {
        B::unlock_migrations(connection.straight())
    }

    fn live_table(
        source: &Source<B>,
        connection: &mut Self::Connection,
        table: &TableName,
    ) -> QueryResult<Option<LiveTable>> {
        B::live_table(source.inner(), connection.straight(), table)
    }

    fn types(
        connection: &mut Self::Connection,
        ask: ColumnTypes<B::Diesel>,
    ) -> Vec<Option<<B::Diesel as TypeMetadata>::TypeMetadata>> {
        B::types(connection.straight(), ask)
    }

    fn fits(
        column: &ColumnMeta,
        declared: &<B::Diesel as TypeMetadata>::TypeMetadata,
        live: &LiveColumn,
    ) -> bool {
        B::fits(column, declared, live)
    }

    fn classify(error: &diesel::result::Error) -> Failure {
        B::classify(error)
    }
}
