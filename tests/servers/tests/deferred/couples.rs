//! Husbands and wives who require each other, and dancers in a ring.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use moored::StatementLog;
use moored::prelude::*;
use moored_server_tests::{Flavour, Place};

diesel::table! { husbands (id) { id -> Integer, name -> Text, wife_id -> Integer } }
diesel::table! { wives (id) { id -> Integer, name -> Text, husband_id -> Integer } }
diesel::table! { dancers (id) { id -> Integer, next_id -> Integer } }

#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = husbands)]
pub(crate) struct Husband {
    #[entity(key)]
    pub(crate) id: i32,
    pub(crate) name: String,
    #[entity(belongs_to = Wife, deferred)]
    pub(crate) wife_id: Key<Wife>,
}

#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = wives)]
pub(crate) struct Wife {
    #[entity(key)]
    pub(crate) id: i32,
    pub(crate) name: String,
    #[entity(belongs_to = Husband, deferred)]
    pub(crate) husband_id: Key<Husband>,
}

#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = dancers)]
pub(crate) struct Dancer {
    #[entity(key)]
    pub(crate) id: i32,
    #[entity(belongs_to = Dancer, deferred)]
    pub(crate) next_id: Key<Dancer>,
}

pub(crate) fn husband(id: i32, wife: i32) -> Husband {
    Husband { id, name: "Ned".into(), wife_id: Key::new(wife) }
}

pub(crate) fn wife(id: i32, husband: i32) -> Wife {
    Wife { id, name: "Cat".into(), husband_id: Key::new(husband) }
}

/// Connects, and makes the tables.
pub(crate) fn open<B: Backend>(place: &Place<B>) -> (Orm<B>, StatementLog) {
    const DEFERRED: &str = "DEFERRABLE INITIALLY DEFERRED";
    let wives = "CREATE TABLE wives (id INTEGER PRIMARY KEY, name TEXT NOT NULL, husband_id INTEGER NOT NULL";
    let husbands = "CREATE TABLE husbands (id INTEGER PRIMARY KEY, name TEXT NOT NULL, wife_id INTEGER NOT NULL \
        REFERENCES wives (id)";
    let dancers =
        "CREATE TABLE dancers (id INTEGER PRIMARY KEY, next_id INTEGER NOT NULL REFERENCES dancers (id)";
    // PostgreSQL wants to see the other table first; SQLite adds no constraint later.
    let (inline, later) = match place.flavour() {
        Flavour::Sqlite => (format!(" REFERENCES husbands (id) {DEFERRED}"), String::new()),
        _ => (
            String::new(),
            format!("ALTER TABLE wives ADD FOREIGN KEY (husband_id) REFERENCES husbands (id) {DEFERRED}"),
        ),
    };
    let sql = format!("{wives}{inline}); {husbands} {DEFERRED}); {dancers} {DEFERRED}); {later}");
    let log = StatementLog::new();
    let sink = log.clone();
    // One connection: what becomes of it is for the next session to see.
    let orm = Orm::<B>::builder(place.url()).pool_size(1).instrument(move || sink.clone()).build().unwrap();
    orm.with_connection(|connection| Ok(connection.batch_execute(&sql)?)).unwrap();
    log.take();
    (orm, log)
}

/// The first words of the statements since this was last asked.
pub(crate) fn sent(log: &StatementLog) -> Vec<String> {
    let first_word = |sql: String| sql.split(' ').next().unwrap_or_default().to_owned();
    log.take().into_iter().map(first_word).collect()
}

/// The same but for what is around them.
pub(crate) fn without_transaction(log: &StatementLog) -> Vec<String> {
    let mut sent = sent(log);
    sent.retain(|word| !["BEGIN", "COMMIT"].contains(&word.as_str()));
    sent
}

/// The keys of the husbands, the wives and the dancers that the database has.
#[track_caller]
pub(crate) fn assert_has<B: Backend>(orm: &Orm<B>, expected: [&[i32]; 3])
where
    Husband: Entity<B>,
    Wife: Entity<B>,
    Dancer: Entity<B>,
{
    let stored = orm.read(|session| {
        let husbands = session.select(Select::<Husband>::all().order(Husband::ID.asc())).all()?;
        let wives = session.select(Select::<Wife>::all().order(Wife::ID.asc())).all()?;
        let dancers = session.select(Select::<Dancer>::all().order(Dancer::ID.asc())).all()?;
        Ok([
            husbands.iter().map(|row| session[row].id).collect::<Vec<_>>(),
            wives.iter().map(|row| session[row].id).collect(),
            dancers.iter().map(|row| session[row].id).collect(),
        ])
    });
    assert_eq!(stored.unwrap(), expected);
}
