//! Moored against hand-written Diesel, side by side in one run: SQLite in memory, one schema, the same data and results.
//!
//! ```text
//! cargo bench --bench sqlite                       the table
//! cargo bench --bench sqlite -- --check            the same, and an error when a target is missed
//! cargo bench --bench sqlite -- --rounds 31 insert one workload, more rounds
//! ```
//!
//! A read session costs what another one does as long as that edits nothing, since a loaded row keeps no copy of itself: loaded
//! by a query, a row takes 288 ns in `orm.read`, 285 in `orm.session`, and 261 in Diesel, 270 with a map from key to row;
//! found by its key, 867, 865 and 686 (`get_result`). Opening and closing either session takes 50 ns.
//!
//! Diesel runs on a connection of the same kind of database, with the same pragmas. Times are per row or call, of the
//! thread on the processor.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark stops where something is wrong"
)]

mod runner;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::hint::black_box;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;
use moored::prelude::*;
use moored_sqlite::Sqlite;

use runner::{Counter, Runner, Sample, Target, Workload, measure};

diesel::table! {
    users (id) {
        id -> Integer,
        name -> Text,
        email -> Text,
        bio -> Nullable<Text>,
        age -> Integer,
        created_at -> BigInt,
    }
}
diesel::table! {
    posts (id) {
        id -> Integer,
        user_id -> Integer,
        title -> Text,
        score -> Double,
    }
}

const SCHEMA: &str = "
    CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, bio TEXT, age INTEGER NOT NULL,
        created_at BIGINT NOT NULL);
    CREATE TABLE posts (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users, title TEXT NOT NULL,
        score DOUBLE NOT NULL);
    CREATE INDEX posts_of_user ON posts (user_id);";

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = users)]
#[entity(has_many(posts: Post, by = user))]
struct User {
    #[entity(key, generated)]
    id: i32,
    name: String,
    email: String,
    bio: Option<String>,
    age: i32,
    created_at: i64,
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = posts)]
struct Post {
    #[entity(key, generated)]
    id: i32,
    #[entity(belongs_to = User)]
    user_id: Key<User>,
    title: String,
    score: f64,
}

/// The same as plain Diesel has them, with its associations.
#[derive(Queryable, Identifiable, Clone, Debug)]
#[diesel(table_name = users)]
#[expect(dead_code, reason = "every column is loaded, as with Moored")]
struct PlainUser {
    id: i32,
    name: String,
    email: String,
    bio: Option<String>,
    age: i32,
    created_at: i64,
}

#[derive(Queryable, Identifiable, Associations, Clone, Debug)]
#[diesel(table_name = posts, belongs_to(PlainUser, foreign_key = user_id))]
#[expect(dead_code, reason = "every column is loaded, as with Moored")]
struct PlainPost {
    id: i32,
    user_id: i32,
    title: String,
    score: f64,
}

/// What plain Diesel inserts as many rows of one statement.
#[derive(Insertable, Clone)]
#[diesel(table_name = users, treat_none_as_default_value = false)]
struct UserRow {
    name: String,
    email: String,
    bio: Option<String>,
    age: i32,
    created_at: i64,
}

/// The same as the derive makes it when nothing is said: `None` is the column's default, for which SQLite has no word in
/// VALUES, so that Diesel sends the rows of a vector one by one.
#[derive(Insertable)]
#[diesel(table_name = users)]
struct PlainUserRow<'a> {
    name: &'a str,
    email: &'a str,
    bio: Option<&'a str>,
    age: i32,
    created_at: i64,
}

impl<'a> From<&'a UserRow> for PlainUserRow<'a> {
    fn from(row: &'a UserRow) -> Self {
        let UserRow { name, email, bio, age, created_at } = row;
        Self { name, email, bio: bio.as_deref(), age: *age, created_at: *created_at }
    }
}

#[derive(Insertable)]
#[diesel(table_name = posts, treat_none_as_default_value = false)]
struct PostRow {
    user_id: i32,
    title: String,
    score: f64,
}

const ROWS: i32 = 10_000;
const SOME: usize = 1_000;

fn user_row(number: i32) -> UserRow {
    UserRow {
        name: format!("User number {number}"),
        email: format!("user{number}@example.com"),
        bio: (number % 3 == 0).then(|| format!("Has been here since day {number}, and stays.")),
        age: 18 + number % 60,
        created_at: 1_700_000_000 + i64::from(number),
    }
}

fn draft(row: UserRow) -> NewUser {
    let draft = NewUser::new(row.name, row.email, row.age, row.created_at);
    match row.bio {
        Some(bio) => draft.bio(bio),
        None => draft,
    }
}

fn title(user: i32, number: i32) -> String {
    format!("Post {number} of user {user}")
}

/// A database of its own, with or without the users.
fn database(with_users: bool) -> Orm<Sqlite> {
    let orm = Orm::<Sqlite>::builder(":memory:").instrument(|| Counter).build().unwrap();
    diesel(&orm, |connection| {
        connection.batch_execute(SCHEMA).unwrap();
        if with_users {
            let rows: Vec<UserRow> = (1..=ROWS).map(user_row).collect();
            for chunk in rows.chunks(5_000) {
                diesel::insert_into(users::table).values(chunk).execute(connection).unwrap();
            }
        }
    });
    orm
}

/// Plain Diesel on a connection of the pool.
fn diesel<R>(orm: &Orm<Sqlite>, work: impl FnOnce(&mut SqliteConnection) -> R) -> R {
    orm.with_connection(|connection| Ok::<_, moored::Error>(work(connection))).unwrap()
}

fn digest(value: &impl std::fmt::Debug) -> u64 {
    let mut hasher = DefaultHasher::new();
    format!("{value:?}").hash(&mut hasher);
    hasher.finish()
}

/// All that is in the database.
fn contents(orm: &Orm<Sqlite>) -> (Vec<User>, Vec<Post>) {
    diesel(orm, |connection| {
        (
            users::table.order(users::id).load(connection).unwrap(),
            posts::table.order(posts::id).load(connection).unwrap(),
        )
    })
}

fn main() -> std::process::ExitCode {
    let mut runner = Runner::from_arguments();
    println!(
        "Moored and hand-written Diesel on SQLite in memory; medians of {} interleaved rounds",
        runner.rounds
    );
    type Run = fn(&mut Runner);
    let workloads: [(&str, Run); 12] = [
        ("load", load),
        ("insert", insert),
        ("update", update),
        ("find", find),
        ("clean", clean),
        ("delete", delete),
        ("graph", graph),
        ("relations", relations),
        ("session", session),
        ("plan", plan),
        ("plan linked", plan_linked),
        ("miss", miss),
    ];
    for (name, workload) in workloads {
        if runner.wants(name) {
            workload(&mut runner);
        }
    }
    runner.end()
}

fn load(runner: &mut Runner) {
    let orm = database(true);
    let moored = || {
        orm.session(|session| {
            let (handles, took, statements) = measure(|| session.query::<User>(users::table).all());
            let rows: Vec<User> = handles?.iter().map(|user| session[user].clone()).collect();
            Ok(Sample { took, statements, digest: digest(&rows) })
        })
        .unwrap()
    };
    let reading = || {
        orm.read(|session| {
            let (handles, took, statements) = measure(|| session.query::<User>(users::table).all());
            let rows: Vec<User> = handles?.iter().map(|user| session[user].clone()).collect();
            Ok(Sample { took, statements, digest: digest(&rows) })
        })
        .unwrap()
    };
    let by_hand = || {
        diesel(&orm, |connection| {
            let (rows, took, statements) = measure(|| users::table.load::<User>(connection).unwrap());
            Sample { took, statements, digest: digest(&rows) }
        })
    };
    let with_map = || {
        diesel(&orm, |connection| {
            let ((rows, map), took, statements) = measure(|| {
                let rows = users::table.load::<User>(connection).unwrap();
                let map: std::collections::HashMap<i32, usize> =
                    rows.iter().enumerate().map(|(place, user)| (user.id, place)).collect();
                (rows, map)
            });
            black_box(map);
            Sample { took, statements, digest: digest(&rows) }
        })
    };
    runner.run(Workload {
        name: "load 10,000 rows",
        units: ROWS as u32,
        targets: vec![Target::Ratio { of: 1, at_most: 1.3 }],
        statements: Some(1),
        ways: vec![
            ("Moored: query(users::table).all()", Box::new(moored)),
            ("Diesel: users::table.load::<User>()", Box::new(by_hand)),
            ("Diesel: load, then a map from key to row", Box::new(with_map)),
            ("Moored: the same in orm.read(..)", Box::new(reading)),
        ],
    });
}

fn insert(runner: &mut Runner) {
    let orm = database(false);
    let empty = || diesel(&orm, |c| c.batch_execute("DELETE FROM users").unwrap());
    let rows: Vec<UserRow> = (1..=ROWS).map(user_row).collect();
    let sample = |keys: Vec<i32>, took, statements| {
        let sample = Sample { took, statements, digest: digest(&(keys, contents(&orm))) };
        empty();
        sample
    };
    let moored = || {
        let (keys, took, statements) = orm
            .session(|session| {
                let drafts: Vec<NewUser> = rows.iter().cloned().map(draft).collect();
                let (promoted, took, statements) = measure(|| {
                    let new =
                        drafts.into_iter().map(|d| session.persist(d)).collect::<moored::Result<Vec<_>>>()?;
                    session.flush()?;
                    session.promote(&new)
                });
                let keys: Vec<i32> = promoted?.iter().map(|user| session[user].id).collect();
                Ok((keys, took, statements))
            })
            .unwrap();
        sample(keys, took, statements)
    };
    let in_chunks = |size: usize| {
        let (rows, orm, sample) = (&rows, &orm, &sample);
        move || {
            let (keys, took, statements) = diesel(orm, |connection| {
                measure(|| {
                    connection.immediate_transaction(|connection| {
                        let mut keys = Vec::with_capacity(rows.len());
                        for chunk in rows.chunks(size) {
                            let insert = diesel::insert_into(users::table).values(chunk);
                            keys.extend(insert.returning(users::id).get_results::<i32>(connection)?);
                        }
                        QueryResult::Ok(keys)
                    })
                })
            });
            sample(keys.unwrap(), took, statements)
        }
    };
    let as_derived = || {
        let rows: Vec<PlainUserRow<'_>> = rows.iter().map(PlainUserRow::from).collect();
        let (keys, took, statements) = diesel(&orm, |connection| {
            measure(|| {
                let insert = diesel::insert_into(users::table).values(&rows);
                insert.returning(users::id).get_results::<i32>(connection)
            })
        });
        sample(keys.unwrap(), took, statements)
    };
    runner.run(Workload {
        name: "insert 10,000 rows, keys back",
        units: ROWS as u32,
        targets: vec![Target::Ratio { of: 1, at_most: 0.5 }],
        statements: Some(100),
        ways: vec![
            ("Moored: persist, flush, promote", Box::new(moored)),
            ("Diesel: values(&vec), Insertable as derived", Box::new(as_derived)),
            // 6,553 rows of five values are what SQLite's limit of 32,766 values leaves.
            ("Diesel: values(chunk) of 5,000, no defaults", Box::new(in_chunks(5_000))),
            ("Diesel: values(chunk) of 100, no defaults", Box::new(in_chunks(100))),
        ],
    });
}

fn update(runner: &mut Runner) {
    let mine = database(true);
    let theirs = database(true);
    let moored = || {
        let (took, statements) = mine
            .session(|session| {
                let all = session.query::<User>(users::table).all()?;
                let (flushed, took, statements) = measure(|| {
                    for user in all.iter().step_by(10) {
                        session.edit(user)?.age += 1;
                    }
                    session.flush()
                });
                flushed?;
                Ok((took, statements))
            })
            .unwrap();
        Sample { took, statements, digest: digest(&contents(&mine)) }
    };
    let by_hand = || {
        let (took, statements) = diesel(&theirs, |connection| {
            let mut all = users::table.load::<User>(connection).unwrap();
            let ((), took, statements) = measure(|| {
                connection
                    .immediate_transaction(|connection| {
                        for user in all.iter_mut().step_by(10) {
                            user.age += 1;
                            let update = diesel::update(users::table.find(user.id));
                            let count = update.set(users::age.eq(user.age)).execute(connection)?;
                            assert_eq!(count, 1);
                        }
                        QueryResult::Ok(())
                    })
                    .unwrap();
            });
            (took, statements)
        });
        Sample { took, statements, digest: digest(&contents(&theirs)) }
    };
    runner.run(Workload {
        name: "update one column of 1,000 of 10,000 loaded rows",
        units: SOME as u32,
        targets: vec![Target::Ratio { of: 1, at_most: 0.4 }],
        statements: None,
        ways: vec![
            ("Moored: edit, flush", Box::new(moored)),
            ("Diesel: diesel::update a row, one transaction", Box::new(by_hand)),
        ],
    });
}

fn find(runner: &mut Runner) {
    const KEYS: usize = 100;
    const TIMES: usize = 1_000;
    let orm = database(true);
    let keys: Vec<i32> = (0..KEYS as i32).map(|number| 1 + number * 97 % ROWS).collect();
    let moored = || {
        orm.session(|session| {
            session.query::<User>(users::table).all()?;
            let (found, took, statements) = measure(|| {
                let mut found = 0_i64;
                for _ in 0..TIMES {
                    for &key in &keys {
                        let user = session.find::<User>(black_box(key))?.required()?;
                        found += i64::from(session[&user].id);
                    }
                }
                Ok::<_, moored::Error>(found)
            });
            Ok(Sample { took, statements, digest: digest(&found?) })
        })
        .unwrap()
    };
    let by_hand = || {
        diesel(&orm, |connection| {
            let rows = users::table.load::<User>(connection).unwrap();
            let map: std::collections::HashMap<i32, usize> =
                rows.iter().enumerate().map(|(place, user)| (user.id, place)).collect();
            let (found, took, statements) = measure(|| {
                let mut found = 0_i64;
                for _ in 0..TIMES {
                    for key in &keys {
                        found += i64::from(rows[map[black_box(key)]].id);
                    }
                }
                found
            });
            Sample { took, statements, digest: digest(&found) }
        })
    };
    runner.run(Workload {
        name: "find a managed key and read it, 100 keys over and over",
        units: (KEYS * TIMES) as u32,
        targets: vec![Target::Time { at_most: Duration::from_nanos(100) }],
        statements: Some(0),
        ways: vec![
            ("Moored: find, then session[&user]", Box::new(moored)),
            ("a Vec and a std HashMap from key to place", Box::new(by_hand)),
        ],
    });
}

/// Ten times the users, for what must not depend on how much is loaded.
fn load_100_000(connection: &mut SqliteConnection) {
    let rows: Vec<UserRow> = (ROWS + 1..=10 * ROWS).map(user_row).collect();
    for chunk in rows.chunks(5_000) {
        diesel::insert_into(users::table).values(chunk).execute(connection).unwrap();
    }
}

fn clean(runner: &mut Runner) {
    const TIMES: u32 = 1_000;
    let orm = database(true);
    diesel(&orm, load_100_000);
    let rounds = std::mem::replace(&mut runner.rounds, 5);
    let moored = || {
        orm.session(|session| {
            assert_eq!(session.query::<User>(users::table).all()?.len(), 100_000);
            let (flushed, took, statements) = measure(|| (0..TIMES).try_for_each(|_| session.flush()));
            flushed?;
            Ok(Sample { took, statements, digest: 0 })
        })
        .unwrap()
    };
    runner.run(Workload {
        name: "flush with 100,000 clean rows",
        units: TIMES,
        targets: vec![Target::Time { at_most: Duration::from_micros(1) }],
        statements: Some(0),
        ways: vec![("Moored: flush", Box::new(moored))],
    });
    runner.rounds = rounds;
}

fn delete(runner: &mut Runner) {
    let [mine, rowwise, chunked] = [database(true), database(true), database(true)];
    // The rows that went come back, under their keys.
    let refill = |orm: &Orm<Sqlite>| {
        diesel(orm, |connection| {
            let rows: Vec<_> =
                (1..=ROWS).step_by(10).map(|number| (users::id.eq(number), user_row(number))).collect();
            diesel::insert_into(users::table).values(rows).execute(connection).unwrap();
        });
    };
    let moored = || {
        let (took, statements) = mine
            .session(|session| {
                let all = session.query::<User>(users::table.order(users::id)).all()?;
                let (flushed, took, statements) = measure(|| {
                    for user in all.into_iter().step_by(10) {
                        let _removed = session.remove(user)?;
                    }
                    session.flush()
                });
                flushed?;
                Ok((took, statements))
            })
            .unwrap();
        let digest = digest(&contents(&mine));
        refill(&mine);
        Sample { took, statements, digest }
    };
    let keys: Vec<i32> = (1..=ROWS).step_by(10).collect();
    let one_by_one = || {
        let ((), took, statements) = diesel(&rowwise, |connection| {
            measure(|| {
                connection
                    .immediate_transaction(|connection| {
                        for &key in &keys {
                            diesel::delete(users::table.find(key)).execute(connection)?;
                        }
                        QueryResult::Ok(())
                    })
                    .unwrap();
            })
        });
        let digest = digest(&contents(&rowwise));
        refill(&rowwise);
        Sample { took, statements, digest }
    };
    let by_list = || {
        let ((), took, statements) = diesel(&chunked, |connection| {
            measure(|| {
                connection
                    .immediate_transaction(|connection| {
                        for keys in keys.chunks(500) {
                            let rows = users::table.filter(users::id.eq_any(keys));
                            diesel::delete(rows).execute(connection)?;
                        }
                        QueryResult::Ok(())
                    })
                    .unwrap();
            })
        });
        let digest = digest(&contents(&chunked));
        refill(&chunked);
        Sample { took, statements, digest }
    };
    runner.run(Workload {
        name: "delete 1,000 of 10,000 loaded rows (information)",
        units: SOME as u32,
        targets: vec![],
        statements: None,
        ways: vec![
            ("Moored: remove, flush; missing rows are named", Box::new(moored)),
            ("Diesel: diesel::delete a row", Box::new(one_by_one)),
            ("Diesel: eq_any of 500 keys, unchecked", Box::new(by_list)),
        ],
    });
}

fn relations(runner: &mut Runner) {
    const USERS: i32 = 1_000;
    const POSTS: i32 = 10;
    let orm = database(false);
    diesel(&orm, |connection| {
        let users: Vec<UserRow> = (1..=USERS).map(user_row).collect();
        users.chunks(500).for_each(|chunk| {
            diesel::insert_into(users::table).values(chunk).execute(connection).unwrap();
        });
        let posts: Vec<PostRow> = (0..USERS * POSTS)
            .map(|post| PostRow {
                user_id: post % USERS + 1,
                title: title(post, post),
                score: f64::from(post),
            })
            .collect();
        posts.chunks(500).for_each(|chunk| {
            diesel::insert_into(posts::table).values(chunk).execute(connection).unwrap();
        });
    });
    let moored = || {
        orm.session(|session| {
            let (read, took, statements) = measure(|| {
                let users = session.query::<User>(users::table.order(users::id)).all()?;
                let users = session.populate(&users, User::posts())?;
                let mut read = Vec::with_capacity(users.len());
                for user in &users {
                    let posts = session.related(user, User::posts());
                    let keys: Vec<i32> = posts.iter().map(|post| session[post].id).collect();
                    read.push((session[user].id, keys));
                }
                Ok::<_, moored::Error>(read)
            });
            Ok(Sample { took, statements, digest: digest(&read?) })
        })
        .unwrap()
    };
    let by_hand = || {
        diesel(&orm, |connection| {
            let (read, took, statements) = measure(|| {
                let users = users::table.order(users::id).load::<PlainUser>(connection).unwrap();
                let posts = PlainPost::belonging_to(&users).load::<PlainPost>(connection).unwrap();
                let posts = posts.grouped_by(&users);
                let both = users.iter().zip(&posts);
                let keys = |posts: &Vec<PlainPost>| posts.iter().map(|post| post.id).collect::<Vec<_>>();
                both.map(|(user, posts)| (user.id, keys(posts))).collect::<Vec<_>>()
            });
            Sample { took, statements, digest: digest(&read) }
        })
    };
    runner.run(Workload {
        name: "1,000 rows, with 10 others that refer to each",
        units: (USERS + USERS * POSTS) as u32,
        targets: vec![Target::Ratio { of: 1, at_most: 1.3 }],
        statements: Some(2),
        ways: vec![
            ("Moored: populate(&users, User::posts()), related", Box::new(moored)),
            ("Diesel: belonging_to(&users), grouped_by", Box::new(by_hand)),
        ],
    });
}

fn graph(runner: &mut Runner) {
    const USERS: i32 = 1_000;
    const POSTS: i32 = 10;
    let orm = database(false);
    let users: Vec<UserRow> = (1..=USERS).map(user_row).collect();
    let sample = |took, statements| {
        let sample = Sample { took, statements, digest: digest(&contents(&orm)) };
        diesel(&orm, |c| c.batch_execute("DELETE FROM posts; DELETE FROM users").unwrap());
        sample
    };
    let moored = || {
        let (took, statements) = orm
            .session(|session| {
                let drafts: Vec<NewUser> = users.iter().cloned().map(draft).collect();
                let (flushed, took, statements) = measure(|| {
                    for (number, draft) in (1..).zip(drafts) {
                        let user = session.persist(draft)?;
                        for post in 0..POSTS {
                            let post = NewPost::new(&user, title(number, post), f64::from(post));
                            let _ = session.persist(post)?;
                        }
                    }
                    session.flush()
                });
                flushed?;
                Ok((took, statements))
            })
            .unwrap();
        sample(took, statements)
    };
    let by_hand = || {
        let (inserted, took, statements) = diesel(&orm, |connection| {
            measure(|| {
                connection.immediate_transaction(|connection| {
                    let mut keys: Vec<i32> = Vec::with_capacity(users.len());
                    for chunk in users.chunks(500) {
                        let insert = diesel::insert_into(users::table).values(chunk);
                        keys.extend(insert.returning(users::id).get_results::<i32>(connection)?);
                    }
                    let mut posts = Vec::with_capacity(users.len() * POSTS as usize);
                    for (number, &user_id) in (1..).zip(&keys) {
                        for post in 0..POSTS {
                            let title = title(number, post);
                            posts.push(PostRow { user_id, title, score: f64::from(post) });
                        }
                    }
                    let mut keys: Vec<i32> = Vec::with_capacity(posts.len());
                    for chunk in posts.chunks(500) {
                        let insert = diesel::insert_into(posts::table).values(chunk);
                        keys.extend(insert.returning(posts::id).get_results::<i32>(connection)?);
                    }
                    QueryResult::Ok(keys)
                })
            })
        });
        inserted.unwrap();
        sample(took, statements)
    };
    runner.run(Workload {
        name: "graph: 1,000 users with 10 posts each (information)",
        units: (USERS * (1 + POSTS)) as u32,
        targets: vec![],
        statements: None,
        ways: vec![
            ("Moored: persist, flush", Box::new(moored)),
            ("Diesel: values(&vec), keys handed on by hand", Box::new(by_hand)),
        ],
    });
}

fn session(runner: &mut Runner) {
    const TIMES: u32 = 10_000;
    let orm = database(false);
    let moored = || {
        let (opened, took, statements) =
            measure(|| (0..TIMES).try_for_each(|_| orm.session(|session| session.flush())));
        opened.unwrap();
        Sample { took, statements, digest: 0 }
    };
    let reading = || {
        let (opened, took, statements) = measure(|| (0..TIMES).try_for_each(|_| orm.read(|_| Ok(()))));
        opened.unwrap();
        Sample { took, statements, digest: 0 }
    };
    runner.run(Workload {
        name: "open and close a session without SQL",
        units: TIMES,
        targets: vec![Target::Time { at_most: Duration::from_micros(1) }],
        statements: Some(0),
        ways: vec![
            ("Moored: orm.session(..), flush", Box::new(moored)),
            ("Moored: orm.read(..)", Box::new(reading)),
        ],
    });
}

fn plan(runner: &mut Runner) {
    let orm = database(false);
    let moored = || {
        orm.session(|session| {
            for number in 1..=ROWS {
                let _ = session.persist(draft(user_row(number)))?;
            }
            let (plan, took, statements) = measure(|| session.plan());
            assert_eq!(plan?.steps().len(), 1);
            session.discard();
            Ok(Sample { took, statements, digest: 0 })
        })
        .unwrap()
    };
    runner.run(Workload {
        name: "plan 10,000 independent inserts",
        units: ROWS as u32,
        targets: vec![Target::Time { at_most: Duration::from_micros(1) }],
        statements: Some(0),
        ways: vec![("Moored: plan(), labels included", Box::new(moored))],
    });
}

/// A tenth of the rows are users, and the others posts of theirs, persisted in turns. What is linear costs a little more a
/// row when it no longer fits the processor's cache.
fn plan_linked(runner: &mut Runner) {
    const MANY: i32 = 100_000;
    let orm = database(false);
    let planned = |rows: i32| {
        orm.session(|session| {
            for number in 1..=rows / 10 {
                let user = session.persist(draft(user_row(number)))?;
                for post in 1..10 {
                    let _ = session.persist(NewPost::new(&user, title(number, post), 0.0))?;
                }
            }
            let (plan, took, statements) = measure(|| session.plan());
            assert_eq!(plan?.steps().len(), 2);
            session.discard();
            Ok((took, statements))
        })
        .unwrap()
    };
    let many = || {
        let (took, statements) = planned(MANY);
        Sample { took, statements, digest: 0 }
    };
    let few = || {
        let (took, statements) = planned(MANY / 10);
        Sample { took: took * 10, statements, digest: 0 }
    };
    runner.run(Workload {
        name: "plan linked: 100,000 rows with foreign keys, beside 10,000",
        units: MANY as u32,
        targets: vec![
            Target::Time { at_most: Duration::from_micros(1) },
            Target::Ratio { of: 1, at_most: 2.5 },
        ],
        statements: Some(0),
        ways: vec![("100,000 rows", Box::new(many)), ("10,000 rows, ten times", Box::new(few))],
    });
}

fn miss(runner: &mut Runner) {
    const KEYS: i32 = 1_000;
    let orm = database(true);
    let moored = || {
        orm.session(|session| {
            let (found, took, statements) = measure(|| {
                (1..=KEYS)
                    .map(|key| session.find::<User>(key)?.required())
                    .collect::<moored::Result<Vec<_>>>()
            });
            let rows: Vec<User> = found?.iter().map(|user| session[user].clone()).collect();
            Ok(Sample { took, statements, digest: digest(&rows) })
        })
        .unwrap()
    };
    let reading = || {
        orm.read(|session| {
            let (found, took, statements) = measure(|| {
                (1..=KEYS)
                    .map(|key| session.find::<User>(key)?.required())
                    .collect::<moored::Result<Vec<_>>>()
            });
            let rows: Vec<User> = found?.iter().map(|user| session[user].clone()).collect();
            Ok(Sample { took, statements, digest: digest(&rows) })
        })
        .unwrap()
    };
    let by_find = || {
        diesel(&orm, |connection| {
            let (rows, took, statements) = measure(|| {
                (1..=KEYS)
                    .map(|key| users::table.find(key).first::<User>(connection).unwrap())
                    .collect::<Vec<_>>()
            });
            Sample { took, statements, digest: digest(&rows) }
        })
    };
    let by_filter = || {
        diesel(&orm, |connection| {
            let (rows, took, statements) = measure(|| {
                (1..=KEYS)
                    .map(|key| users::table.find(key).get_result::<User>(connection).unwrap())
                    .collect::<Vec<_>>()
            });
            Sample { took, statements, digest: digest(&rows) }
        })
    };
    runner.run(Workload {
        name: "find 1,000 keys that are not in memory (information)",
        units: KEYS as u32,
        targets: vec![],
        statements: None,
        ways: vec![
            ("Moored: find", Box::new(moored)),
            ("Diesel: find(..).first()", Box::new(by_find)),
            ("Diesel: find(..).get_result()", Box::new(by_filter)),
            ("Moored: the same in orm.read(..)", Box::new(reading)),
        ],
    });
}
