//! Roles with fewer rights than a superuser.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use moored::backend::FailureKind;
use moored::prelude::*;
use moored::{Error, Result};
use moored_postgres::Postgres;

use crate::shop::{AUTHORS, SECRET, Shop, author, refused};

/// A role that is gone at the end.
struct Role<'a> {
    shop: &'a Shop,
    name: String,
}

impl<'a> Role<'a> {
    fn new(shop: &'a Shop, rights: &str) -> Self {
        let role = Self { shop, name: format!("{}_role", shop.database()) };
        role.clear();
        shop.sql(&format!(
            "CREATE ROLE {0} LOGIN PASSWORD 'x'; GRANT USAGE ON SCHEMA public TO {0}; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {0};
             {1}",
            role.name,
            rights.replace("WHO", &role.name)
        ));
        role
    }

    fn url(&self) -> String {
        let (scheme, rest) = self.shop.url.split_once("://").unwrap();
        format!("{scheme}://{}:x@{}", self.name, rest.split_once('@').unwrap().1)
    }

    fn clear(&self) {
        let exists = format!("SELECT COUNT(*) FROM pg_roles WHERE rolname = '{}'", self.name);
        if self.shop.number(&exists) > 0 {
            self.shop.sql(&format!("DROP OWNED BY {0}; DROP ROLE {0}", self.name));
        }
    }
}

impl Drop for Role<'_> {
    fn drop(&mut self) {
        self.clear();
    }
}

fn messages(orm: &Orm<Postgres>) -> Result<String> {
    let setting = diesel::dsl::sql::<diesel::sql_types::Text>("current_setting('lc_messages')");
    orm.with_connection(|connection| Ok(diesel::select(setting).get_result(connection)?))
}

#[test]
fn who_may_gets_messages_in_english() {
    let shop = Shop::open(AUTHORS);
    assert_eq!(messages(&shop.orm).unwrap(), "C");
    let granted = Role::new(&shop, "GRANT SET ON PARAMETER lc_messages TO WHO");
    assert_eq!(messages(&Orm::connect(granted.url()).unwrap()).unwrap(), "C");
}

/// It connects all the same, and the server's codes that Diesel keeps tell most errors apart whatever the language.
#[test]
fn who_may_not_gets_those_of_the_server() {
    let shop = Shop::open(AUTHORS);
    let plain = Role::new(&shop, "");
    let server = diesel::dsl::sql::<diesel::sql_types::Text>(
        "(SELECT reset_val FROM pg_settings WHERE name = 'lc_messages')",
    );
    let server: String = diesel::select(server).get_result(&mut shop.connect()).unwrap();
    let orm = Orm::<Postgres>::connect(plain.url()).unwrap();
    assert_eq!(messages(&orm).unwrap(), server);
    let taken = orm.session(|session| {
        session.persist(author(1, SECRET))?;
        session.flush()
    });
    refused(taken, FailureKind::Unique);
    let lost = orm.session(|session| {
        session.transaction(|tx| {
            tx.connection()?;
            shop.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename LIKE current_database() || '_role'");
            tx.persist(author(3, SECRET))?;
            tx.flush()
        })
    });
    refused(lost, FailureKind::LostConnection);
}

#[test]
fn who_has_no_right_to_a_table_is_refused() {
    let shop = Shop::open(AUTHORS);
    let reader = Role::new(&shop, "REVOKE INSERT ON authors FROM WHO");
    let orm = Orm::<Postgres>::connect(reader.url()).unwrap();
    let refusal = orm.session(|session| {
        session.persist(author(3, SECRET))?;
        session.flush()
    });
    assert!(
        matches!(&refusal, Err(Error::Database { source, .. }) if source.to_string().starts_with("permission denied"))
    );
    refused(refusal, FailureKind::Other);
}

#[test]
fn who_may_not_connect_is_told_why() {
    let shop = Shop::open(AUTHORS);
    let limited = Role::new(&shop, "ALTER ROLE WHO CONNECTION LIMIT 0");
    let Err(Error::NoConnection { reason }) = Orm::<Postgres>::connect(limited.url()) else {
        panic!("connected")
    };
    assert!(reason.contains("too many connections"), "{reason}");
    assert!(!reason.contains("'x'"), "{reason}");
}

/// Nothing of what a connection is set up with may be left to the next user.
#[test]
fn a_role_may_be_read_only_by_its_own_settings() {
    let shop = Shop::open(AUTHORS);
    let reader = Role::new(&shop, "ALTER ROLE WHO SET default_transaction_read_only = on");
    let orm = Orm::<Postgres>::connect(reader.url()).unwrap();
    orm.with_connection(|connection| Ok(connection.batch_execute("SELECT 1")?)).unwrap();
    let refusal = orm.session(|session| {
        session.persist(author(3, SECRET))?;
        session.flush()
    });
    refused(refusal, FailureKind::ReadOnly);
}
