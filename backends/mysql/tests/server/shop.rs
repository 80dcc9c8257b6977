//! A database for one test, and the entities of those that are about errors.

use std::fmt::Debug;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use moored::backend::{Failure, FailureKind};
use moored::prelude::*;
use moored::{Error, OrmBuilder, Result};
use moored_conformance::{Database, Flavour, Statements};
use moored_mysql::Mysql;

diesel::table! { authors (id) { id -> Integer, name -> Text, rank -> Nullable<Integer> } }
diesel::table! { books (id) { id -> Integer, title -> Text, author_id -> Integer } }

#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = authors)]
pub(crate) struct Author {
    #[entity(key)]
    pub(crate) id: i32,
    pub(crate) name: String,
    /// Required in the database.
    pub(crate) rank: Option<i32>,
}

#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = books)]
pub(crate) struct Book {
    #[entity(key)]
    pub(crate) id: i32,
    pub(crate) title: String,
    #[entity(belongs_to = Author)]
    pub(crate) author_id: Key<Author>,
}

/// Authors 1 and 2, and a book of the first.
pub(crate) const AUTHORS: &str = "
    CREATE TABLE authors (id INTEGER PRIMARY KEY, name VARCHAR(100) NOT NULL UNIQUE, `rank` INTEGER NOT NULL,
        CONSTRAINT some_rank CHECK (`rank` > 0));
    CREATE TABLE books (id INTEGER PRIMARY KEY, title TEXT NOT NULL, author_id INTEGER NOT NULL,
        CONSTRAINT written_by FOREIGN KEY (author_id) REFERENCES authors (id));
    INSERT INTO authors VALUES (1, 'Arya', 1), (2, 'Bran', 2);
    INSERT INTO books VALUES (1, 'Needle', 1)";

/// What no error but the driver's own may repeat.
pub(crate) const SECRET: &str = "hunter2";

pub(crate) fn author(id: i32, name: &str) -> Author {
    Author { id, name: name.into(), rank: Some(1) }
}

/// A database of which a test has the only use.
pub(crate) struct Shop {
    pub(crate) orm: Orm<Mysql>,
    pub(crate) log: Statements,
    pub(crate) url: String,
}

impl Shop {
    pub(crate) fn open(flavour: Flavour, ddl: &str) -> Self {
        Self::with(flavour, ddl, |settings| settings)
    }

    pub(crate) fn with(
        flavour: Flavour,
        ddl: &str,
        settings: impl FnOnce(OrmBuilder<Mysql>) -> OrmBuilder<Mysql>,
    ) -> Self {
        let database = Database::<Mysql>::empty_on_server(flavour);
        let url = database.url().to_owned();
        MysqlConnection::establish(&url).unwrap().batch_execute(ddl).unwrap();
        let (orm, log) = database.open(settings);
        Self { orm, log, url }
    }

    /// A connection that is not of the pool.
    pub(crate) fn connect(&self) -> MysqlConnection {
        MysqlConnection::establish(&self.url).unwrap()
    }

    /// Plain SQL as another program sends it.
    pub(crate) fn sql(&self, sql: &str) {
        self.connect().batch_execute(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
    }

    /// The number that a query gives, as another program sees it.
    pub(crate) fn number(&self, sql: &str) -> i64 {
        number(&mut self.connect(), sql)
    }

    pub(crate) fn database(&self) -> &str {
        self.url.split('?').next().and_then(|url| url.rsplit('/').next()).unwrap()
    }
}

pub(crate) fn number(connection: &mut MysqlConnection, sql: &str) -> i64 {
    let number = diesel::dsl::sql::<diesel::sql_types::BigInt>(&format!("CAST(({sql}) AS SIGNED)"));
    diesel::select(number).get_result(connection).unwrap()
}

/// What a refusal means. It has to be of that kind, and repeat nothing.
#[track_caller]
pub(crate) fn refused<T: Debug>(result: Result<T>, kind: FailureKind) -> Failure {
    let error = result.unwrap_err();
    let Error::Database { failure, source } = &error else { panic!("{error:?}") };
    assert_eq!(failure.kind, kind, "{source:?}");
    assert!(!format!("{error} {failure:?}").contains(SECRET), "{error} {failure:?}");
    let may_retry = matches!(
        kind,
        FailureKind::Deadlock
            | FailureKind::Serialization
            | FailureKind::LockTimeout
            | FailureKind::Busy
            | FailureKind::LostConnection
    );
    assert_eq!(error.is_retryable(), may_retry, "{source:?}");
    *failure.clone()
}

/// The table, the constraint and the column of a failure.
pub(crate) fn names(failure: &Failure) -> (Option<&str>, Option<&str>, Option<&str>) {
    (failure.table.as_deref(), failure.constraint.as_deref(), failure.column.as_deref())
}
