//! Keys that the database makes, in every way that it can: each row in memory gets the key of its own row.

use std::collections::HashMap;
use std::thread;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use moored::prelude::*;
use moored::{Error, Result};
use moored_conformance::Flavour;
use moored_mysql::{KeyBatches, Mysql, MysqlOptions};

use crate::shop::Shop;

on_both!(
    of_a_counter_rows_go_together,
    of_a_counter_with_gaps,
    of_a_trigger_that_leaves_the_key_alone,
    of_a_trigger_that_sets_the_key,
    of_another_engine_or_of_partitions,
    of_a_default_nothing_is_known,
    of_a_user_who_may_only_write,
    of_a_table_in_another_session_mode,
    of_writers_side_by_side,
);

diesel::table! { items (id) { id -> BigInt, payload -> Text, place -> Integer } }

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = items)]
struct Item {
    #[entity(key, generated)]
    id: i64,
    payload: String,
    #[entity(default)]
    place: i32,
}

const ITEMS: &str = "CREATE TABLE items (id BIGINT PRIMARY KEY AUTO_INCREMENT, payload VARCHAR(100) NOT NULL,
    place INTEGER NOT NULL DEFAULT 7)";

const ROWS: usize = 12;

/// Inserts rows with payloads of their own, and compares what memory and the database say of each.
fn insert(orm: &Orm<Mysql>, prefix: &str) -> Result<()> {
    let in_memory: HashMap<String, i64> = orm.session(|session| {
        let new: Vec<_> = (0..ROWS)
            .map(|row| session.persist(NewItem::new(format!("{prefix}-{row}"))))
            .collect::<Result<_>>()?;
        session.flush()?;
        let rows = new.iter().map(|new| {
            let item = session.promote(new)?;
            assert_eq!(session[&item].place, 7);
            Ok((session[&item].payload.clone(), session[&item].id))
        });
        rows.collect()
    })?;
    let stored = orm.with_connection(|connection| {
        let own = items::table.filter(items::payload.like(format!("{prefix}-%")));
        Ok(own.select((items::payload, items::id)).load::<(String, i64)>(connection)?)
    })?;
    assert_eq!(in_memory.len(), ROWS);
    assert_eq!(in_memory, stored.into_iter().collect());
    Ok(())
}

/// How many INSERTs that takes.
#[track_caller]
fn inserts(shop: &Shop, prefix: &str) -> usize {
    shop.log.skip();
    insert(&shop.orm, prefix).unwrap();
    shop.log.take().iter().filter(|sent| *sent == "INSERT items").count()
}

fn of_a_counter_rows_go_together(flavour: Flavour) {
    let shop = Shop::open(flavour, ITEMS);
    assert_eq!([inserts(&shop, "a"), inserts(&shop, "b")], [1, 1]);
    let never = MysqlOptions { key_batches: KeyBatches::Never, ..MysqlOptions::default() };
    let shop = Shop::with(flavour, ITEMS, |settings| settings.options(never));
    assert_eq!(inserts(&shop, "a"), ROWS);
}

fn of_a_counter_with_gaps(flavour: Flavour) {
    let shop = Shop::with(flavour, ITEMS, |settings| settings.pool_size(1));
    shop.sql("INSERT INTO items (id, payload) VALUES (5, 'x'), (105, 'y')");
    shop.orm
        .with_connection(|connection| {
            let gaps = "SET SESSION auto_increment_increment = 10, SESSION auto_increment_offset = 3";
            Ok(connection.batch_execute(gaps)?)
        })
        .unwrap();
    assert_eq!([inserts(&shop, "a"), inserts(&shop, "b")], [1, 1]);
    assert_eq!(shop.number("SELECT COUNT(*) FROM items WHERE id % 10 <> 3"), 2);
}

fn with_trigger(body: &str) -> String {
    format!("{ITEMS}; CREATE TRIGGER number BEFORE INSERT ON items FOR EACH ROW {body}")
}

fn of_a_trigger_that_leaves_the_key_alone(flavour: Flavour) {
    // An INSERT of its own has keys of its own.
    let audit = "CREATE TABLE audit (id BIGINT PRIMARY KEY AUTO_INCREMENT, what TEXT) AUTO_INCREMENT = 1000;";
    for body in ["SET NEW.place = NEW.place", "INSERT INTO audit (what) VALUES (NEW.payload), ('twice')"] {
        let ddl = format!("{audit} {}", with_trigger(body));
        let shop = Shop::open(flavour, &ddl);
        assert_eq!([inserts(&shop, "a"), inserts(&shop, "b")], [ROWS, ROWS]);
        // As the program says.
        let options = MysqlOptions { key_batches: KeyBatches::Always, ..MysqlOptions::default() };
        let shop = Shop::with(flavour, &ddl, |settings| settings.options(options));
        assert_eq!([inserts(&shop, "a"), inserts(&shop, "b")], [1, 1]);
    }
    let shop = Shop::open(
        flavour,
        &format!(
            "{audit} {ITEMS}; CREATE TRIGGER after AFTER INSERT ON items FOR EACH ROW INSERT INTO audit (what) VALUES ('x')"
        ),
    );
    assert_eq!([inserts(&shop, "a"), inserts(&shop, "b")], [1, 1]);
}

/// `LAST_INSERT_ID()` does not tell such a key, so it is an error and nothing is written, never a guess.
fn of_a_trigger_that_sets_the_key(flavour: Flavour) {
    let place = "CAST(SUBSTRING_INDEX(NEW.payload, '-', -1) AS SIGNED)";
    for key in [
        &format!("1000 + {place}"),
        "IF(NEW.payload LIKE '%-0', 1000, NEW.id)",
        "IF(NEW.payload LIKE '%-5', 9, NEW.id)",
        "IF(NEW.payload LIKE '%-11', 3, NEW.id)",
        // Those that were to be expected, in another order.
        &format!("12 - {place}"),
        "CASE WHEN NEW.payload LIKE '%-10' THEN 12 WHEN NEW.payload LIKE '%-11' THEN 11 ELSE NEW.id END",
        "CASE WHEN NEW.payload LIKE '%-0' THEN 2 WHEN NEW.payload LIKE '%-1' THEN 1 ELSE NEW.id END",
    ] {
        let shop = Shop::open(flavour, &with_trigger(&format!("SET NEW.id = {key}")));
        let unknown = insert(&shop.orm, "a");
        assert!(
            matches!(unknown, Err(Error::KeysUnknown { entity: "Item" } | Error::Database { .. })),
            "{key}: {unknown:?}"
        );
        assert_eq!(shop.number("SELECT COUNT(*) FROM items"), 0, "{key}");
    }
    // One that leaves it to the counter after all.
    let shop = Shop::open(flavour, &with_trigger("SET NEW.id = NEW.id"));
    assert_eq!([inserts(&shop, "a"), inserts(&shop, "b")], [ROWS, ROWS]);
}

fn of_another_engine_or_of_partitions(flavour: Flavour) {
    let no_default = |rest: &str| format!("{ITEMS} {rest}");
    for ddl in [no_default("ENGINE = MyISAM"), no_default("PARTITION BY HASH (id) PARTITIONS 4")] {
        let shop = Shop::open(flavour, &ddl);
        assert_eq!([inserts(&shop, "a"), inserts(&shop, "b")], [ROWS, ROWS], "{ddl}");
    }
}

/// Not even of one row.
fn of_a_default_nothing_is_known(flavour: Flavour) {
    let shop = Shop::open(
        flavour,
        "CREATE TABLE items (id BIGINT PRIMARY KEY DEFAULT 77, payload VARCHAR(100) NOT NULL, place INTEGER DEFAULT 7)",
    );
    let unknown = shop.orm.session(|session| {
        session
            .connection()?
            .batch_execute("CREATE TEMPORARY TABLE made (id INT AUTO_INCREMENT PRIMARY KEY)")?;
        // What the last INSERT made is the key of another row.
        session.connection()?.batch_execute("INSERT INTO made VALUES (77)")?;
        session.persist(NewItem::new("a"))?;
        session.flush()
    });
    assert!(matches!(unknown, Err(Error::KeysUnknown { entity: "Item" })), "{unknown:?}");
    assert_eq!(shop.number("SELECT COUNT(*) FROM items"), 0);
}

/// A user who is gone at the end.
struct User<'a> {
    shop: &'a Shop,
    name: String,
}

impl<'a> User<'a> {
    fn new(shop: &'a Shop, rights: &str) -> Self {
        let user = Self { shop, name: format!("{}_user", shop.database()) };
        user.clear();
        for host in ["%", "localhost"] {
            let name = format!("'{}'@'{host}'", user.name);
            shop.sql(&format!(
                "CREATE USER {name} IDENTIFIED BY 'Pass-word-1'; GRANT {rights} ON {}.* TO {name}",
                shop.database()
            ));
        }
        user
    }

    fn url(&self) -> String {
        let (scheme, rest) = self.shop.url.split_once("://").unwrap();
        format!("{scheme}://{}:Pass-word-1@{}", self.name, rest.split_once('@').unwrap().1)
    }

    fn clear(&self) {
        self.shop.sql(&format!("DROP USER IF EXISTS '{0}'@'%', '{0}'@'localhost'", self.name));
    }
}

impl Drop for User<'_> {
    fn drop(&mut self) {
        self.clear();
    }
}

/// MySQL shows such a user no trigger, so there could be one.
fn of_a_user_who_may_only_write(flavour: Flavour) {
    let shop = Shop::open(flavour, ITEMS);
    let user = User::new(&shop, "SELECT, INSERT, UPDATE, DELETE");
    let log = moored::StatementLog::new();
    let sink = log.clone();
    let orm = Orm::<Mysql>::builder(user.url()).instrument(move || sink.clone()).build().unwrap();
    log.take();
    insert(&orm, "a").unwrap();
    let sent = log.take();
    let (inserts, resets) = if flavour == Flavour::Mysql { (ROWS, ROWS) } else { (1, 0) };
    assert_eq!(sent.iter().filter(|sql| sql.starts_with("INSERT")).count(), inserts, "{sent:?}");
    assert_eq!(sent.iter().filter(|sql| sql.starts_with("DO LAST_INSERT_ID")).count(), resets, "{sent:?}");
    drop(orm);
    // And if there is one that sets the key?
    shop.sql("CREATE TRIGGER number BEFORE INSERT ON items FOR EACH ROW SET NEW.id = 5000 + NEW.id + RAND() * 1000");
    let orm = Orm::<Mysql>::connect(user.url()).unwrap();
    let unknown = insert(&orm, "b");
    assert!(
        matches!(unknown, Err(Error::KeysUnknown { entity: "Item" } | Error::Database { .. })),
        "{unknown:?}"
    );
    assert_eq!(shop.number("SELECT COUNT(*) FROM items"), i64::try_from(ROWS).unwrap());
}

/// The server's own mode would make a key of every zero; the library's never does.
fn of_a_table_in_another_session_mode(flavour: Flavour) {
    let mode = MysqlOptions { sql_mode: Some("STRICT_ALL_TABLES".into()), ..MysqlOptions::default() };
    let shop = Shop::with(flavour, ITEMS, |settings| settings.options(mode));
    assert_eq!([inserts(&shop, "a"), inserts(&shop, "b")], [1, 1]);
}

/// Four writers insert batches, two more insert rows that the server cannot count beforehand. MariaDB is in
/// `innodb_autoinc_lock_mode` 1 unless it is told otherwise, MySQL in 2, where the statements of writers run side by side.
fn of_writers_side_by_side(flavour: Flavour) {
    let shop = Shop::open(
        flavour,
        &format!("{ITEMS}; CREATE TABLE many (n INTEGER); INSERT INTO many VALUES (1), (2), (3), (4), (5)"),
    );
    println!("innodb_autoinc_lock_mode {}", shop.number("SELECT @@innodb_autoinc_lock_mode"));
    thread::scope(|threads| {
        for writer in 0..4 {
            let orm = &shop.orm;
            threads
                .spawn(move || (0..20).for_each(|round| insert(orm, &format!("w{writer}r{round}")).unwrap()));
        }
        for _ in 0..2 {
            threads.spawn(|| {
                let mut connection = shop.connect();
                for _ in 0..40 {
                    let bulk = "INSERT INTO items (payload) SELECT 'bulk' FROM many a, many b";
                    connection.batch_execute(bulk).unwrap();
                }
            });
        }
    });
    assert_eq!(
        shop.number("SELECT COUNT(*) FROM items WHERE payload <> 'bulk'"),
        4 * 20 * i64::try_from(ROWS).unwrap()
    );
}
