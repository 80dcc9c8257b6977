//! A database for one test, and the entities in it.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use moored::StatementLog;
use moored::prelude::*;
use moored_mysql::{Mysql, MysqlOptions};

diesel::table! {
    authors (id) {
        id -> Integer,
        name -> Text,
        email -> Nullable<Text>,
        version -> Integer,
    }
}
diesel::table! {
    books (id) {
        id -> Unsigned<Bigint>,
        title -> Text,
        author_id -> Integer,
        pages -> Integer,
        shelf -> Text,
    }
}
diesel::table! {
    countries (code) {
        code -> Text,
        name -> Text,
        rank -> Integer,
    }
}
diesel::table! {
    tickets (id) {
        id -> Bigint,
        state -> Text,
    }
}
diesel::joinable!(books -> authors (author_id));
diesel::allow_tables_to_appear_in_same_query!(authors, books);

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = authors)]
pub(crate) struct Author {
    #[entity(key, generated)]
    pub(crate) id: i32,
    pub(crate) name: String,
    #[entity(unique)]
    pub(crate) email: Option<String>,
    #[entity(version)]
    pub(crate) version: i32,
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = books)]
pub(crate) struct Book {
    #[entity(key, generated)]
    pub(crate) id: u64,
    pub(crate) title: String,
    #[entity(belongs_to = Author)]
    pub(crate) author_id: Key<Author>,
    #[entity(default)]
    pub(crate) pages: i32,
    #[entity(default)]
    pub(crate) shelf: String,
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = countries)]
pub(crate) struct Country {
    #[entity(key)]
    pub(crate) code: String,
    pub(crate) name: String,
    #[entity(default)]
    pub(crate) rank: i32,
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = tickets)]
pub(crate) struct Ticket {
    #[entity(key, generated)]
    pub(crate) id: i64,
    #[entity(default)]
    pub(crate) state: String,
}

const SCHEMA: &str = "
    CREATE TABLE authors (id INTEGER PRIMARY KEY AUTO_INCREMENT, name VARCHAR(200) NOT NULL, email VARCHAR(200) UNIQUE,
        version INTEGER NOT NULL);
    CREATE TABLE books (id BIGINT UNSIGNED PRIMARY KEY AUTO_INCREMENT, title VARCHAR(200) NOT NULL,
        author_id INTEGER NOT NULL, pages INTEGER NOT NULL DEFAULT 100, shelf VARCHAR(20) NOT NULL DEFAULT 'new',
        FOREIGN KEY (author_id) REFERENCES authors (id), CONSTRAINT some_pages CHECK (pages >= 0));
    CREATE TABLE countries (code VARCHAR(10) PRIMARY KEY, name VARCHAR(200) NOT NULL, `rank` INTEGER NOT NULL DEFAULT 7);
    CREATE TABLE tickets (id BIGINT PRIMARY KEY AUTO_INCREMENT, state VARCHAR(20) NOT NULL DEFAULT 'open');";

/// A database that is dropped at the end.
pub(crate) struct Shop {
    pub(crate) orm: Orm<Mysql>,
    pub(crate) log: StatementLog,
    pub(crate) url: String,
    /// The database to drop at the end, if it is this shop's own.
    name: Option<String>,
}

fn server() -> String {
    std::env::var("MOORED_MYSQL_URL").unwrap_or_else(|_| "mysql://root@127.0.0.1:3306".into())
}

impl Shop {
    pub(crate) fn open(name: &str) -> Self {
        Self::with(name, 1, MysqlOptions::default())
    }

    pub(crate) fn with(name: &str, pool_size: u32, options: MysqlOptions) -> Self {
        let name = format!("moored_smoke_{}_{name}", std::process::id());
        let mut connection = MysqlConnection::establish(&format!("{}/", server())).unwrap();
        connection
            .batch_execute(&format!("CREATE DATABASE {name} CHARACTER SET utf8mb4; USE {name}; {SCHEMA}"))
            .unwrap();
        let url = format!("{}/{name}", server());
        Self::over(&url, Some(name), pool_size, options)
    }

    /// The same database through another user.
    pub(crate) fn log_into(&self, url: &str) -> Self {
        Self::over(url, None, 1, MysqlOptions::default())
    }

    fn over(url: &str, name: Option<String>, pool_size: u32, options: MysqlOptions) -> Self {
        let log = StatementLog::new();
        let sink = log.clone();
        let orm = Orm::<Mysql>::builder(url)
            .options(options)
            .pool_size(pool_size)
            .instrument(move || sink.clone())
            .build()
            .unwrap();
        Self { orm, log, url: url.to_owned(), name }
    }

    /// Plain SQL on a connection of the pool.
    pub(crate) fn sql(&self, sql: &str) {
        self.orm.with_connection(|c| c.batch_execute(sql).map_err(moored::Error::from)).unwrap();
        self.log.take();
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        let Some(name) = &self.name else { return };
        if let Ok(mut connection) = MysqlConnection::establish(&format!("{}/", server())) {
            let _ = connection.batch_execute(&format!("DROP DATABASE {name}"));
        }
    }
}
