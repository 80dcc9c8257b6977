//! A lending library: the main ideas of Moored in the order in which a program meets them.
//!
//! `cargo run --example quickstart` prints every statement that reaches the database below the chapter that sent it.

mod schema;

use std::error::Error;
use std::path::Path;

use diesel::prelude::*;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use moored::StatementLog;
use moored::prelude::*;
use moored_sqlite::Sqlite;
use schema::{authors, books, loans};

/// The folder is read when the program is compiled; the program carries its migrations with it.
const MIGRATIONS: EmbeddedMigrations = embed_migrations!("examples/quickstart/migrations");

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = authors)]
struct Author {
    #[entity(key, generated)]
    id: i32,
    name: String,
    #[entity(unique)]
    email: Option<String>,
    #[entity(version)]
    version: i32,
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = books)]
struct Book {
    #[entity(key, generated)]
    id: i32,
    title: String,
    #[entity(belongs_to = Author)]
    author_id: Key<Author>,
    #[entity(default)]
    copies: i32,
    #[entity(version)]
    version: i32,
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = loans)]
struct Loan {
    #[entity(key, generated)]
    id: i32,
    #[entity(belongs_to = Book)]
    book_id: Key<Book>,
    reader: String,
}

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let file = std::env::current_exe()?.with_extension("sqlite");
    let log = StatementLog::new();
    let library = open(&file, &log)?;

    let le_guin = unit_of_work(&library, &log)?;
    identity_map(&library, &log, &le_guin)?;
    only_what_changed(&library, &log, &le_guin)?;
    rolled_back(&library, &log)?;
    removed_elsewhere(&library, &log)?;
    changed_by_another(&library, &log, &le_guin)?;
    never_flushed(&library, &log, &le_guin)?;

    println!("\nThe database is still there to look at: {}", file.display());
    Ok(())
}

/// Starts from an empty file and brings its schema up to date.
fn open(file: &Path, log: &StatementLog) -> Result<Orm<Sqlite>, Box<dyn Error + Send + Sync>> {
    let url = file.display().to_string();
    for leftover in [url.clone(), format!("{url}-wal"), format!("{url}-shm")] {
        if Path::new(&leftover).exists() {
            std::fs::remove_file(leftover)?;
        }
    }
    let sink = log.clone();
    let library = Orm::<Sqlite>::builder(url).instrument(move || sink.clone()).build()?;
    library.try_with_connection(|connection| connection.run_pending_migrations(MIGRATIONS).map(drop))?;
    log.take();
    Ok(library)
}

fn unit_of_work(library: &Orm<Sqlite>, log: &StatementLog) -> moored::Result<Key<Author>> {
    chapter("Unit of work: say what should be, flush once");
    library.session(|session| {
        // Nothing is sent yet. A draft can be linked to a row that has no key so far.
        let le_guin = session.persist(NewAuthor::new("Ursula Le Guin").email("ursula@example.org"))?;
        let earthsea = session.persist(NewBook::new("A Wizard of Earthsea", &le_guin).copies(3))?;
        session.persist(NewBook::new("The Dispossessed", &le_guin))?;

        print!("The flush will do this:\n{}", session.plan()?);
        session.flush()?;
        sent(log);

        // `New` handles show drafts, which have no key. Promoted, they show rows. `session[&le_guin].id` would not have
        // compiled before this line.
        let (le_guin, earthsea) = session.promote((&le_guin, &earthsea))?;
        println!("\"{}\" has the key {}", session[&earthsea].title, session[&earthsea].id);

        // Handles end with their session; keys and values can leave it.
        Ok(session.key(&le_guin))
    })
}

fn identity_map(library: &Orm<Sqlite>, log: &StatementLog, author: &Key<Author>) -> moored::Result<()> {
    chapter("Identity map: one row is one entity, however it was found");
    library.session(|session| {
        let by_key = session.find::<Author>(author)?.required()?;
        let again = session.find::<Author>(author)?.required()?;
        sent(log);
        println!("found twice, asked once: {}", session.same(&by_key, &again));

        session.edit(&by_key)?.name = "Ursula K. Le Guin".into();

        // The query could see the edited row, so the edit is flushed first. That is `FlushMode::Auto`.
        let by_book = session
            .query::<Author>(authors::table.inner_join(books::table).filter(books::title.like("%Earthsea")))
            .one()?;
        sent(log);
        println!("found through a book, and the same: {}", session.same(&by_key, &by_book));
        println!("it reads {:?}", session[&by_book].name);
        Ok(())
    })
}

fn only_what_changed(library: &Orm<Sqlite>, log: &StatementLog, author: &Key<Author>) -> moored::Result<()> {
    chapter("Changes: a flush writes the columns that differ, and nothing else");
    library.session(|session| {
        let all = session.query::<Book>(books::table.order(books::title)).all()?;
        log.take();

        for book in &all {
            session.edit(book)?.copies += 1;
        }
        for book in &all {
            session.edit(book)?.copies -= 1;
        }
        session.flush()?;
        sent(log);

        // Inserts go parents first, deletes children first; the same work gives the same statements.
        let author = session.find::<Author>(author)?.required()?;
        log.take();
        session.edit(&author)?.email = None;
        session.persist(NewBook::new("The Lathe of Heaven", &author))?;
        print!("The flush will do this:\n{}", session.plan()?);
        session.flush()?;
        sent(log);
        println!("the library counts versions: {} is at {}", session[&author].name, session[&author].version);
        Ok(())
    })
}

/// Why a book was not lent.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("no copy of {0:?} is left")]
    NoCopyLeft(String),
    #[error(transparent)]
    Database(#[from] moored::Error),
}

/// A service. It can find, query, edit, persist, remove and link; it cannot flush, commit or reach the connection, so
/// its caller alone decides what is one transaction.
fn lend<'s>(
    library: &mut UnitOfWork<'s, Sqlite>,
    book: &Handle<'s, Book, Managed>,
    reader: &str,
) -> Result<(), Refused> {
    if library[book].copies == 0 {
        return Err(Refused::NoCopyLeft(library[book].title.clone()));
    }
    library.edit(book)?.copies -= 1;
    library.persist(NewLoan::new(book, reader))?;
    Ok(())
}

fn rolled_back(library: &Orm<Sqlite>, log: &StatementLog) -> moored::Result<()> {
    chapter("Transactions: a rollback takes memory back as well");
    library.session(|session| {
        let all = session.query::<Book>(books::table.order(books::id)).all()?;
        let [earthsea, dispossessed, ..] = all.as_slice() else { return Ok(()) };
        log.take();

        let lent = session.try_transaction(|tx| {
            lend(tx, earthsea, "Ada")?;
            lend(tx, dispossessed, "Ada")?;
            tx.flush()?;
            sent(log);
            println!("inside, {} copies of \"{}\" are left", tx[earthsea].copies, tx[earthsea].title);
            lend(tx, dispossessed, "Grace")
        });
        sent(log);
        match lent {
            Err(Refused::Database(error)) => return Err(error),
            Err(refused) => println!("refused: {refused}"),
            Ok(()) => println!("both were lent"),
        }
        println!(
            "afterwards it is {} again, at version {}",
            session[earthsea].copies, session[earthsea].version
        );
        Ok(())
    })
}

fn removed_elsewhere(library: &Orm<Sqlite>, log: &StatementLog) -> moored::Result<()> {
    chapter("Aliases: what no type can know is an error at that very line");
    library.session(|session| {
        let book = session.query::<Book>(books::table.order(books::id.desc())).first()?.required()?;
        log.take();

        // `remove` takes the handle, so that `book` cannot be used again. An alias is a second handle made on purpose.
        let alias = book.alias();
        let gone = session.remove(book)?;
        if let Err(error) = session.edit(&alias) {
            println!("edit through the alias: {error}");
        }
        println!("a removed row can still be read: {:?}", session[&gone].title);

        // Nothing was sent yet, so the removal can be taken back, without SQL.
        let book = session.restore(gone)?;
        session.edit(&alias)?.copies = 2;
        session.flush()?;
        sent(log);
        println!("restored, and edited through the alias: {} copies", session[&book].copies);
        Ok(())
    })
}

fn changed_by_another(library: &Orm<Sqlite>, log: &StatementLog, author: &Key<Author>) -> moored::Result<()> {
    chapter("Versions: two writers, and no update is lost");
    library.session(|mine| {
        let ours = mine.find::<Author>(author)?.required()?;

        library.session(|theirs| {
            let same_row = theirs.find::<Author>(author)?.required()?;
            theirs.edit(&same_row)?.email = Some("ursula@earthsea.example".into());
            theirs.flush()
            // `mine.edit(&same_row)` does not compile: a handle is of one session.
        })?;
        log.take();

        mine.edit(&ours)?.name = "U. K. Le Guin".into();
        match mine.flush() {
            Err(stale @ moored::Error::Stale(_)) => println!("flush: {stale}"),
            other => other?,
        }
        sent(log);

        // A failed flush leaves memory as it was; `refresh` takes their row, and drops the edit that was based on ours.
        mine.refresh(&ours)?;
        mine.edit(&ours)?.name = "U. K. Le Guin".into();
        mine.flush()?;
        sent(log);
        println!("both changes are in: {}, {:?}", mine[&ours].name, mine[&ours].email);
        Ok(())
    })
}

fn never_flushed(library: &Orm<Sqlite>, log: &StatementLog, author: &Key<Author>) -> moored::Result<()> {
    chapter("The end of a session: lost work is never silent");
    let ended = library.session(|session| {
        let author = session.find::<Author>(author)?.required()?;
        session.edit(&author)?.name = "Nobody".into();
        session.persist(NewBook::new("Never Written", &author))?;
        Ok(())
    });
    sent(log);
    if let Err(error) = ended {
        println!("{error}");
    }

    library.read(|session| {
        let author = session.find::<Author>(author)?.required()?;
        println!("the database still says {:?}", session[&author].name);
        Ok(())
    })
}

fn chapter(title: &str) {
    println!("\n== {title}");
}

/// Prints what reached the database since the last time.
fn sent(log: &StatementLog) {
    let statements = log.take();
    if statements.is_empty() {
        println!("    (no statement)");
    }
    for statement in statements {
        println!("    {statement}");
    }
}
