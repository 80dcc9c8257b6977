//! The shop on a port of its own with a file of its own, and a client of it.

use std::path::Path;
use std::sync::mpsc;
use std::thread;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use moored::Orm;
use moored_sqlite::Sqlite;
use music_shop::Patience;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// The shop, served on a thread of this process.
pub(crate) struct Site {
    pub(crate) client: Client,
    pub(crate) database: Database,
}

impl Site {
    pub(crate) fn open(name: &str) -> Self {
        Self::with(name, Patience::default())
    }

    pub(crate) fn with(name: &str, patience: Patience) -> Self {
        let file = new_file(name);
        let orm = music_shop::open(&file, patience).unwrap();
        let (sender, address) = mpsc::channel();
        thread::spawn(move || {
            tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .unwrap()
                .block_on(async {
                    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                    sender.send(listener.local_addr().unwrap()).unwrap();
                    music_shop::serve(listener, orm, std::future::pending()).await.unwrap();
                });
        });
        Self { client: Client::of(address.recv().unwrap().to_string()), database: Database::of(&file) }
    }
}

/// The path of a file that is not there.
pub(crate) fn new_file(name: &str) -> String {
    let file = format!("{}/shop-{name}.sqlite", env!("CARGO_TARGET_TMPDIR"));
    for leftover in [file.clone(), format!("{file}-wal"), format!("{file}-shm")] {
        if Path::new(&leftover).exists() {
            std::fs::remove_file(leftover).unwrap();
        }
    }
    file
}

/// The database beside the shop.
pub(crate) struct Database(Orm<Sqlite>);

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

impl Database {
    pub(crate) fn of(file: &str) -> Self {
        Self(Orm::connect(file).unwrap())
    }

    pub(crate) fn execute(&self, sql: &str) {
        self.0.with_connection(|connection| Ok(connection.batch_execute(sql)?)).unwrap();
    }

    /// The one number that the query gives.
    pub(crate) fn number(&self, of: &str) -> i64 {
        let sql = format!("SELECT COALESCE(({of}), 0) AS number");
        let number =
            |connection: &mut SqliteConnection| Ok(diesel::sql_query(sql).get_result::<Number>(connection)?);
        self.0.with_connection(number).unwrap().number
    }

    /// Keeps everyone else from writing for as long as `meanwhile` runs.
    pub(crate) fn locked<R>(&self, meanwhile: impl FnOnce() -> R) -> R {
        let hold = |connection: &mut SqliteConnection| {
            connection.batch_execute("BEGIN IMMEDIATE")?;
            let done = meanwhile();
            connection.batch_execute("ROLLBACK")?;
            Ok(done)
        };
        self.0.with_connection(hold).unwrap()
    }
}

/// A client, which keeps its connection.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) address: String,
    agent: ureq::Agent,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) tag: Option<String>,
    pub(crate) location: Option<String>,
    pub(crate) retry_after: bool,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

impl Client {
    pub(crate) fn of(address: String) -> Self {
        Self { address, agent: ureq::Agent::config_builder().http_status_as_error(false).build().into() }
    }

    /// Another one at the same place, with a connection of its own.
    pub(crate) fn another(&self) -> Self {
        Self::of(self.address.clone())
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        answer(self.agent.get(self.url(path)).call())
    }

    pub(crate) fn get_unless(&self, path: &str, tag: &str) -> Answer {
        answer(self.agent.get(self.url(path)).header("if-none-match", tag).call())
    }

    pub(crate) fn put(&self, path: &str, tag: Option<&str>, json: &Value) -> Answer {
        let request = self.agent.put(self.url(path));
        let request = match tag {
            Some(tag) => request.header("if-match", tag),
            None => request,
        };
        answer(request.send_json(json))
    }

    pub(crate) fn post(&self, path: &str, json: &Value) -> Answer {
        answer(self.agent.post(self.url(path)).send_json(json))
    }

    pub(crate) fn delete(&self, path: &str) -> Answer {
        answer(self.agent.delete(self.url(path)).call())
    }

    /// Orders so many of each track, at the price that the catalogue has at first.
    pub(crate) fn order(&self, customer: i64, lines: &[(i32, i32)]) -> Answer {
        self.post(&format!("/customers/{customer}/invoices"), &order(lines))
    }
}

pub(crate) fn order(lines: &[(i32, i32)]) -> Value {
    let line = |&(track, quantity): &(i32, i32)| json!({ "track": track, "quantity": quantity, "unit_price_cents": price(track) });
    json!({ "lines": lines.iter().map(line).collect::<Vec<_>>() })
}

pub(crate) fn price(track: i32) -> i32 {
    if track > 20 { 129 } else { 99 }
}

fn answer(response: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Answer {
    let mut response = response.unwrap();
    let header = |name| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    Answer {
        status: response.status().as_u16(),
        tag: header("etag"),
        location: header("location"),
        retry_after: header("retry-after").is_some(),
        body: response.body_mut().read_to_string().unwrap(),
    }
}
