//! A guest book on whichever database its address names.
//!
//! ```sh
//! cargo run -p any-backend -- guests.db Ada
//! cargo run -p any-backend -- postgres://user:password@host/database Ada
//! cargo run -p any-backend -- mysql://user:password@host/database Ada
//! ```
//!
//! The backend is a type, so it is chosen once, in `main`; all that follows is generic over it.

use std::error::Error;
use std::process::ExitCode;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use moored::prelude::*;
use moored_mysql::Mysql;
use moored_postgres::Postgres;
use moored_sqlite::Sqlite;
use schema::guests;

mod schema {
    diesel::table! {
        guests (id) {
            id -> Integer,
            name -> Text,
            visits -> Integer,
        }
    }
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = guests)]
struct Guest {
    #[entity(key, generated)]
    id: i32,
    name: String,
    #[entity(default)]
    visits: i32,
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, names @ ..] = &arguments[..] else {
        eprintln!("usage: any-backend <file, :memory:, postgres://.. or mysql://..> [name]..");
        return Ok(ExitCode::FAILURE);
    };
    // The one thing that each database says in its own words here: a key that it makes itself. A program that lives
    // longer has migrations for each database instead.
    match address.split_once("://").map(|(scheme, _)| scheme) {
        Some("postgres" | "postgresql") => {
            serve::<Postgres>(address, "INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY", names)?;
        }
        Some("mysql") => serve::<Mysql>(address, "INTEGER AUTO_INCREMENT PRIMARY KEY", names)?,
        Some(other) => return Err(format!("no backend for {other}://").into()),
        None => serve::<Sqlite>(address, "INTEGER PRIMARY KEY", names)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Notes the visits and prints the book.
fn serve<B: Backend>(address: &str, key: &str, names: &[String]) -> moored::Result<()>
where
    Guest: Entity<B>,
{
    let orm = Orm::<B>::connect(address)?;
    orm.with_connection(|connection| {
        connection.batch_execute(&format!(
            "CREATE TABLE IF NOT EXISTS guests (id {key}, name VARCHAR(100) NOT NULL, visits INTEGER NOT NULL DEFAULT 1)"
        ))?;
        Ok(())
    })?;
    orm.session(|session| {
        for name in names {
            welcome(session, name)?;
        }
        print!("{}", session.plan()?);
        session.flush()
    })?;
    orm.read(|session| {
        for guest in session.select(Select::<Guest>::all().order(Guest::NAME.asc())).all()? {
            println!("{} was here {} times", session[&guest].name, session[&guest].visits);
        }
        println!("on {}", B::NAME);
        Ok(())
    })
}

/// A service: it works for every backend that can store a guest.
fn welcome<B: Backend>(uow: &mut UnitOfWork<'_, B>, name: &str) -> moored::Result<()>
where
    Guest: Entity<B>,
{
    match uow.select(Guest::NAME.eq(name)).first()? {
        Some(guest) => uow.edit(&guest)?.visits += 1,
        None => {
            uow.persist(NewGuest::new(name))?;
        }
    }
    Ok(())
}
