//! A backend for the tests, on Diesel's SQLite alone, and statements that bind as the library does.

use diesel::connection::{DefaultLoadingMode, SimpleConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::Error;
use diesel::sqlite::{Sqlite, SqliteConnection, SqliteType};
use diesel::{ConnectionResult, QueryResult};
use moored::backend::{
    Backend, ColumnTypes, CompositeKeys, Deferrable, Dialect, Failure, FailureKind, InsertShape, KeyOrder,
    KeyedShape, LiveColumn, LiveTable, Locking, Recursion, Returning, Streaming, TableName,
    TransactionOptions, UpdateShape, UpsertShape, number,
};
use moored::entity::{Bind, ColumnMeta, Entity, Key, Link, Model, Record};

use crate::schema::stamp::{Given, NewStamp, Stamp};
use crate::schema::*;
use crate::support::{book, pending};

#[derive(Clone)]
struct Test;

static DIALECT: Dialect = Dialect {
    max_binds: 999,
    insert: InsertShape::Values { rows: 1 },
    update: UpdateShape::Row,
    upsert: UpsertShape::OnConflict,
    keyed: KeyedShape::List { rows: 1, composite: CompositeKeys::Conditions },
    returning: Returning::Clause,
    keys: KeyOrder::Ascending,
    streaming: Streaming::Rows,
    recursion: Recursion::UNBOUNDED,
    empty_row: "DEFAULT VALUES",
    deferrable: Deferrable { foreign_keys: false, uniques: false },
    row_holds_itself: false,
    locking: Locking::Database,
    failure_aborts_transaction: false,
};

impl Backend for Test {
    type Diesel = Sqlite;
    type Connection = SqliteConnection;
    type Streaming = DefaultLoadingMode;
    type Options = ();
    type Source = String;
    const NAME: &'static str = "test";

    fn open(url: &str, (): ()) -> ConnectionResult<String> {
        Ok(url.to_owned())
    }

    fn establish(source: &String) -> ConnectionResult<SqliteConnection> {
        SqliteConnection::establish(source)
    }

    fn ping(connection: &mut SqliteConnection) -> QueryResult<()> {
        connection.batch_execute("SELECT 1")
    }

    fn lacks(_: &String, _: &TransactionOptions) -> Option<&'static str> {
        None
    }

    fn begin(_: &String, connection: &mut SqliteConnection, _: &TransactionOptions) -> QueryResult<()> {
        connection.batch_execute("BEGIN IMMEDIATE")
    }

    fn count(connection: &mut SqliteConnection, query: &dyn QueryFragment<Sqlite>) -> QueryResult<i64> {
        number::<Self>(connection, query)
    }

    fn dialect(_: &String) -> &'static Dialect {
        &DIALECT
    }

    /// It has no catalogue.
    fn live_table(_: &String, _: &mut SqliteConnection, _: &TableName) -> QueryResult<Option<LiveTable>> {
        Ok(None)
    }

    fn types(_: &mut SqliteConnection, ask: ColumnTypes<Sqlite>) -> Vec<Option<SqliteType>> {
        let mut types = Vec::new();
        ask(&mut (), &mut types);
        types
    }

    fn fits(_: &ColumnMeta, _: &SqliteType, _: &LiveColumn) -> bool {
        true
    }

    fn classify(_: &Error) -> Failure {
        Failure::new(FailureKind::Other)
    }
}

/// `INSERT INTO table (columns) VALUES (?, ..) RETURNING ..`, bound through `Bind`.
struct Insert<'a, E: Entity<Test>> {
    row: &'a dyn Bind<Sqlite>,
    columns: Vec<usize>,
    returning: Vec<usize>,
    _of: std::marker::PhantomData<E>,
}

impl<E: Entity<Test>> QueryId for Insert<'_, E> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<E: Entity<Test>> diesel::RunQueryDsl<SqliteConnection> for Insert<'_, E> {}

impl<E: Entity<Test>> QueryFragment<Sqlite> for Insert<'_, E> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("INSERT INTO ");
        E::push_table(out.reborrow())?;
        let names = |columns: &[usize]| {
            let quoted: Vec<_> =
                columns.iter().map(|&c| format!("`{}`", E::meta().columns[c].name)).collect();
            quoted.join(", ")
        };
        let places = vec!["?"; self.columns.len()].join(", ");
        out.push_sql(&format!(" ({}) VALUES ({places})", names(&self.columns)));
        for &column in &self.columns {
            self.row.bind(column, out.reborrow())?;
        }
        if !self.returning.is_empty() {
            out.push_sql(&format!(" RETURNING {}", names(&self.returning)));
        }
        Ok(())
    }
}

/// `DELETE FROM table WHERE key = ? RETURNING key`.
struct Delete<E: Model>(E::Key);

impl<E: Entity<Test>> QueryFragment<Sqlite> for Delete<E> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("DELETE FROM ");
        E::push_table(out.reborrow())?;
        let names: Vec<_> = E::meta().key.iter().map(|&c| E::meta().columns[c].name).collect();
        for (part, name) in names.iter().enumerate() {
            out.push_sql(if part == 0 { " WHERE " } else { " AND " });
            out.push_sql(&format!("{name} = ?"));
            E::bind_key(&self.0, part, out.reborrow())?;
        }
        out.push_sql(&format!(" RETURNING {}", names.join(", ")));
        Ok(())
    }
}

fn connection() -> SqliteConnection {
    let mut connection = Test::establish(&Test::open(":memory:", ()).unwrap()).unwrap();
    connection
        .batch_execute(
            "CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT NOT NULL, mentor_id INTEGER, version INTEGER NOT NULL);
             CREATE TABLE books (id INTEGER PRIMARY KEY, title TEXT NOT NULL, author_id INTEGER NOT NULL,
                editor_id INTEGER, illustrator_id INTEGER, isbn TEXT, shelf INTEGER, position INTEGER NOT NULL,
                rating DOUBLE NOT NULL, created_at BIGINT NOT NULL DEFAULT 77, note TEXT DEFAULT 'none',
                language TEXT NOT NULL DEFAULT 'en', views BIGINT NOT NULL,
                title_length INTEGER GENERATED ALWAYS AS (length(title)), type TEXT NOT NULL, version INTEGER NOT NULL);
             CREATE TABLE tokens (id BLOB PRIMARY KEY, label TEXT NOT NULL);
             CREATE TABLE memberships (author_id INTEGER NOT NULL, country_code TEXT NOT NULL, since INTEGER NOT NULL,
                PRIMARY KEY (author_id, country_code));
             CREATE TABLE stamps (id INTEGER PRIMARY KEY, made INTEGER NOT NULL DEFAULT 5);",
        )
        .unwrap();
    connection
}

fn insert_draft<E: Entity<Test>>(connection: &mut SqliteConnection, record: E::Record) -> E {
    let statement = Insert::<E> {
        row: &record,
        columns: record.columns().iter().collect(),
        returning: E::meta().returned().iter().collect(),
        _of: std::marker::PhantomData,
    };
    let mut returned = Vec::new();
    E::load_returned(connection, &statement, &mut |row| returned.push(row)).unwrap();
    assert_eq!(returned.len(), 1);
    record.complete(Some(returned.remove(0))).unwrap()
}

fn insert_row<E: Entity<Test>>(connection: &mut SqliteConnection, row: &E) {
    let columns = (0..E::meta().columns.len()).collect();
    let statement = Insert::<E> { row, columns, returning: Vec::new(), _of: std::marker::PhantomData };
    assert_eq!(statement.execute(connection).unwrap(), 1);
}

fn all<E: Entity<Test>>(connection: &mut SqliteConnection, query: &dyn QueryFragment<Sqlite>) -> Vec<E> {
    let mut rows = Vec::new();
    E::load(connection, query, &mut |row| {
        rows.push(row);
        true
    })
    .unwrap();
    rows
}

/// One bound is all that generic code names.
fn is_entity<B: Backend, E: Entity<B>>() {}

#[test]
fn every_shape_is_an_entity() {
    is_entity::<Test, Author>();
    is_entity::<Test, Book>();
    is_entity::<Test, Token>();
    is_entity::<Test, Country>();
    is_entity::<Test, Membership>();
    is_entity::<Test, Visit>();
    is_entity::<Test, Profile>();
    is_entity::<Test, Stamp>();
    is_entity::<Test, Given>();
    is_entity::<Test, Wide>();
}

#[test]
fn a_draft_leaves_defaults_to_the_database_and_reads_them_back() {
    let connection = &mut connection();
    let record = pending(book().isbn("1-2"));
    let row = insert_draft::<Book>(connection, record);
    assert_eq!((row.created_at, row.note.as_deref(), row.language.as_str()), (77, Some("none"), "en"));
    assert_eq!((row.id, row.title_length, row.version, row.r#type), (1, Some(6), 1, Kind::Novel));
    assert_eq!(all::<Book>(connection, &books::table.select(Book::columns())), [row]);
}

#[test]
fn a_default_that_is_given_is_written_and_null_is_given_too() {
    let connection = &mut connection();
    let record = pending(book().note(None).language("de").created_at(3));
    let row = insert_draft::<Book>(connection, record);
    assert_eq!((row.created_at, row.note, row.language.as_str()), (3, None, "de"));
}

#[test]
fn a_draft_of_nothing_but_defaults_reads_its_row() {
    let connection = &mut connection();
    let row = insert_draft::<Stamp>(connection, pending(NewStamp::new().made(9)));
    assert_eq!(row, Stamp { id: 1, made: 9 });
}

#[test]
fn loading_stops_when_told() {
    let connection = &mut connection();
    for id in 1..4 {
        insert_row(connection, &Given { id, made: 0 });
    }
    let mut seen = 0;
    <Stamp as Entity<Test>>::load(connection, &stamps::table.select(Stamp::columns()), &mut |_| {
        seen += 1;
        seen < 2
    })
    .unwrap();
    assert_eq!(seen, 2);
}

#[test]
fn keys_are_bound_part_by_part_and_given_back() {
    let connection = &mut connection();
    let token = Token { id: TokenId(uuid::Uuid::from_u128(7)), label: "x".into() };
    insert_row(connection, &token);
    assert_eq!(
        all::<Token>(connection, &tokens::table.select(Token::columns())),
        std::slice::from_ref(&token)
    );
    assert_eq!(delete::<Token>(connection, token.id), [token.id]);

    let member = Membership { author_id: Key::new(1), country_code: Key::new("no"), since: 3 };
    insert_row(connection, &member);
    let other = (Key::new(1), Key::new("se"));
    assert_eq!(delete::<Membership>(connection, other), []);
    assert_eq!(delete::<Membership>(connection, member.key()), [member.key()]);
}

fn delete<E: Entity<Test>>(connection: &mut SqliteConnection, key: E::Key) -> Vec<E::Key> {
    let mut keys = Vec::new();
    E::load_keys(connection, &Delete::<E>(key), &mut |key| keys.push(key)).unwrap();
    keys
}

#[test]
fn what_a_draft_has_no_value_for_cannot_be_bound() {
    let refused = |record: &BookRecord, column: usize| {
        let statement = Insert::<Book> {
            row: record,
            columns: vec![column],
            returning: vec![],
            _of: std::marker::PhantomData,
        };
        statement.execute(&mut connection()).unwrap_err().to_string()
    };
    let record = pending(book());
    assert_eq!(refused(&record, 0), "`BookRecord` has no value for this column");
    assert_eq!(refused(&record, 9), "`Book.created_at` is left to the database");
    assert!(refused(&record, 1).contains("NOT NULL"), "a title reaches the database");
    let unlinked = pending(NewBook { author: Link::nowhere(), ..book() });
    assert_eq!(refused(&unlinked, 2), "`Book.author_id` has no key yet");
}

#[test]
fn nothing_is_returned_where_the_database_fills_nothing() {
    let statement = stamps::table.select(Given::columns());
    let error =
        <Given as Entity<Test>>::load_returned(&mut connection(), &statement, &mut |()| {}).unwrap_err();
    assert_eq!(error.to_string(), "the database fills no column of `Given`");
}
