//! A primary of PostgreSQL and its streaming replica, which one test has to itself.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use moored::prelude::*;
use moored::{OrmBuilder, Result};
use moored_postgres::Postgres;

diesel::table! { replicated_authors (id) { id -> Integer, name -> Text } }

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = replicated_authors)]
pub(crate) struct Author {
    #[entity(key)]
    pub(crate) id: i32,
    pub(crate) name: String,
}

/// A primary with one author, whose key is 1, and a replica that has it too.
///
/// Tests take turns, those of other processes included: pausing a replica pauses it for everyone.
pub(crate) struct Pair {
    primary: PgConnection,
    replica: PgConnection,
    urls: [String; 2],
}

impl Pair {
    /// Waits for its turn. What an earlier one left is gone then.
    pub(crate) fn take() -> Self {
        let urls = ["MOORED_POSTGRES_PRIMARY_URL", "MOORED_POSTGRES_REPLICA_URL"].map(url);
        let [primary, replica] = urls.each_ref().map(|url| PgConnection::establish(url).unwrap());
        let mut pair = Self { primary, replica, urls };
        // Held as long as the connection lives.
        pair.primary.batch_execute("SELECT pg_advisory_lock(7217)").unwrap();
        let roles =
            [&mut pair.primary, &mut pair.replica].map(|connection| ask(connection, "pg_is_in_recovery()"));
        assert_eq!(roles, ["false", "true"], "the variables name a primary and its replica");
        pair.resume();
        pair.write(
            "DROP TABLE IF EXISTS replicated_authors;
             CREATE TABLE replicated_authors (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
             INSERT INTO replicated_authors VALUES (1, 'old')",
        );
        pair.catch_up();
        pair
    }

    /// The settings of an `Orm` on the primary, with these replicas.
    pub(crate) fn orm<const N: usize>(&self, replicas: [&str; N]) -> OrmBuilder<Postgres> {
        let settings = Orm::builder(self.primary());
        replicas.into_iter().fold(settings, OrmBuilder::replica)
    }

    pub(crate) fn primary(&self) -> &str {
        &self.urls[0]
    }

    pub(crate) fn replica(&self) -> &str {
        &self.urls[1]
    }

    /// Runs SQL on the primary, beside any `Orm`.
    pub(crate) fn write(&mut self, sql: &str) {
        self.primary.batch_execute(sql).unwrap();
    }

    /// Waits until the replica shows all that was written up to now.
    pub(crate) fn catch_up(&mut self) {
        // Commits do not wait for the log here, and only what is in the log's file is sent: hence the wish to have it there.
        self.write("SET synchronous_commit = on; SELECT txid_current()");
        let written = ask(&mut self.primary, "pg_current_wal_insert_lsn()");
        let shown = format!("pg_last_wal_replay_lsn() >= '{written}'");
        let started = Instant::now();
        while ask(&mut self.replica, &shown) != "true" {
            assert!(started.elapsed() < Duration::from_secs(30), "the replica does not follow its primary");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Has the replica show nothing new until [`resume`](Self::resume).
    pub(crate) fn pause(&mut self) {
        self.replica.batch_execute("SELECT pg_wal_replay_pause()").unwrap();
        let started = Instant::now();
        while ask(&mut self.replica, "pg_get_wal_replay_pause_state()") != "paused" {
            assert!(started.elapsed() < Duration::from_secs(30), "the replica does not pause");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub(crate) fn resume(&mut self) {
        self.replica.batch_execute("SELECT pg_wal_replay_resume()").unwrap();
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        let _ = self.replica.batch_execute("SELECT pg_wal_replay_resume()");
        let _ = self.primary.batch_execute("DROP TABLE IF EXISTS replicated_authors");
    }
}

fn url(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| {
        panic!(
            "{variable} is not set; `cargo run -p moored-servers -- test` brings a primary and its replica up and sets it"
        )
    })
}

fn ask(connection: &mut PgConnection, question: &str) -> String {
    diesel::select(diesel::dsl::sql::<Text>(&format!("({question})::text"))).get_result(connection).unwrap()
}

/// Which server answers. Written once for every kind of session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Answers {
    Primary,
    Replica,
}

/// Which server answers this unit of work.
pub(crate) fn who<A: ?Sized>(uow: &mut UnitOfWork<'_, Postgres, A>) -> Result<Answers> {
    let recovers = diesel::dsl::sql::<Bool>("pg_is_in_recovery()");
    let recovers = uow.query::<Author>(replicated_authors::table.filter(recovers)).exists()?;
    Ok(if recovers { Answers::Replica } else { Answers::Primary })
}

/// The name of the author.
pub(crate) fn name<A: ?Sized>(uow: &mut UnitOfWork<'_, Postgres, A>) -> Result<String> {
    let author = uow.find::<Author>(1)?.required()?;
    Ok(uow[&author].name.clone())
}
