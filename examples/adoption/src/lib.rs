//! A lending desk on plain Diesel that is taken over by Moored one function at a time: a module for each stage, all of which
//! give the same answers on the same tables. `docs/adoption.md` walks through them.

pub mod after;
pub mod before;
pub mod desk;
pub mod entities;
pub mod first_function;
pub mod half_way;
pub mod schema;

use std::error::Error;

use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use moored::StatementLog;
use moored::prelude::*;
use moored_sqlite::Sqlite;

use desk::{Answer, Refusal, Request};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// A stage: what it is called, and how it serves a request.
pub type Stage = (&'static str, fn(&Orm<Sqlite>, Request) -> Result<Answer, Refusal>);

/// The stages in their order.
pub const STAGES: [Stage; 4] = [
    ("before", |orm, request| orm.try_with_connection(|connection| before::serve(connection, request))),
    ("first function", first_function::serve),
    ("half way", half_way::serve),
    ("after", after::serve),
];

/// Opens a database in memory with the tables as they always were, two books and a member, and logs from then on.
///
/// # Errors
///
/// What the database reports.
pub fn open() -> Result<(Orm<Sqlite>, StatementLog), Box<dyn Error + Send + Sync>> {
    let log = StatementLog::new();
    let sink = log.clone();
    let orm = Orm::<Sqlite>::builder(":memory:").instrument(move || sink.clone()).build()?;
    orm.try_with_connection(|connection| connection.run_pending_migrations(MIGRATIONS).map(drop))?;
    orm.session(|session| {
        session.persist(entities::NewMember::new("Ada", 0))?;
        session.persist(entities::NewBook::new("Kindred", 1))?;
        session.persist(entities::NewBook::new("Dawn", 1))?;
        session.flush()
    })?;
    log.take();
    Ok((orm, log))
}
