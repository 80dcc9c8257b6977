//! The code of `docs/guide.md`: every block of the guide stands here word for word, and runs.
#![allow(missing_docs, clippy::indexing_slicing, reason = "a test")]

include!("../docs/doctest.rs");

use std::time::Duration;

use moored::{Isolation, Lock, Propagation, Resolution, Retry, StatementLog, TransactionOptions};
use moored_sqlite::SqliteOptions;
use serde::{Deserialize, Serialize};

#[test]
fn settings() -> moored::Result<()> {
    let path = ":memory:";
    let log = StatementLog::new();
    let sink = log.clone();
    let orm = Orm::<Sqlite>::builder(path)
        .pool_size(4)
        .options(SqliteOptions { busy_timeout: Duration::from_secs(1), ..SqliteOptions::default() })
        .instrument(move || sink.clone()) // every statement, for tests and for the curious
        .build()?;
    drop((orm, log));
    Ok(())
}

#[test]
fn sessions() -> moored::Result<()> {
    let orm = library()?;
    let copies = orm.session(|session| {
        let book = session.find::<Book>(1)?.required()?;
        session.edit(&book)?.copies += 1;
        session.flush()?;
        Ok(session[&book].copies)
    })?;
    assert_eq!(copies, 4);
    Ok(())
}

#[test]
fn drafts_and_links() -> moored::Result<()> {
    in_session(|session| {
        let octavia = session.persist(NewAuthor::new("Octavia").email("octavia@example.org"))?;
        let kindred = session.persist(NewBook::new("Kindred", &octavia))?;
        session.edit_draft(&kindred)?.copies = Some(2);
        session.flush()?;
        let (octavia, kindred) = session.promote((&octavia, &kindred))?;
        assert_eq!(session[&kindred].author_id, session.key(&octavia));

        let editor = session.reference::<Author>(1)?; // by key, without a SELECT
        session.link(&kindred, Book::editor(), &editor)?;
        session.persist(NewBook::new("Dawn", Key::<Author>::new(1)))?; // a key is a link as well
        session.flush()?;
        Ok(())
    })
}

mod relations_of_several_columns {
    use super::*;

    diesel::table! { seats (venue, number) { venue -> Text, number -> Integer, holder -> Nullable<Text> } }
    diesel::table! {
        tickets (id) { id -> Integer, venue -> Text, number -> Integer, beside -> Nullable<Integer> }
    }

    #[derive(Entity, Queryable, Clone, Debug)]
    #[diesel(table_name = seats)]
    struct Seat {
        #[entity(key)]
        venue: String,
        #[entity(key)]
        number: i32,
        holder: Option<String>,
    }

    #[derive(Entity, Queryable, Clone, Debug)]
    #[diesel(table_name = tickets)]
    #[entity(
        belongs_to(Seat, name = seat, columns(venue, number)),
        belongs_to(Seat, name = neighbour, columns(venue, beside)),
        unique(venue, number)
    )]
    struct Ticket {
        #[entity(key, generated)]
        id: i32,
        venue: String,
        number: i32,
        beside: Option<i32>,
    }

    #[test]
    fn are_linked_and_unlinked() -> moored::Result<()> {
        use diesel::connection::SimpleConnection;

        let orm = Orm::<Sqlite>::connect(":memory:")?;
        orm.with_connection(|connection| {
            connection.batch_execute(
                "CREATE TABLE seats (venue TEXT NOT NULL, number INTEGER NOT NULL, holder TEXT,
                     PRIMARY KEY (venue, number));
                 CREATE TABLE tickets (id INTEGER PRIMARY KEY, venue TEXT NOT NULL, number INTEGER NOT NULL,
                     beside INTEGER, UNIQUE (venue, number),
                     FOREIGN KEY (venue, number) REFERENCES seats, FOREIGN KEY (venue, beside) REFERENCES seats);
                 INSERT INTO seats (venue, number) VALUES ('Globe', 8);",
            )?;
            Ok::<_, moored::Error>(())
        })?;
        orm.session(|session| {
            let seat = session.persist(NewSeat::new("Globe", 7))?;
            let ticket = session.persist(NewTicket::new(&seat).neighbour(Key::<Seat>::new(("Globe", 8))))?;
            session.flush()?;
            let ticket = session.promote(&ticket)?;
            assert_eq!((session[&ticket].number, session[&ticket].beside), (7, Some(8)));
            session.unlink(&ticket, Ticket::neighbour())?; // `beside` is NULL, and the venue stays
            session.flush()?;
            session.refresh(&ticket)?;
            let Ticket { venue, beside, .. } = &session[&ticket];
            assert_eq!((venue.as_str(), *beside), ("Globe", None));
            let seat = session.promote(&seat)?;
            assert_eq!(session[&seat].holder, None);
            Ok(())
        })
    }
}

#[test]
fn reading() -> moored::Result<()> {
    in_session(|session| {
        let book = session.find::<Book>(1)?.required()?; // an error that names the entity, instead of `None`
        let again = session.find::<Book>(1)?.required()?; // no SQL
        assert!(session.same(&book, &again));

        let scarce = books::table.filter(books::copies.lt(5)).order(books::title);
        for book in session.query::<Book>(scarce).all()? {
            println!("{}", session[&book].title);
        }
        let many = session.query::<Book>(books::table.filter(books::copies.gt(2))).count()?;
        assert_eq!(many, 1);

        let scarce = Book::COPIES.lt(5).and(Book::TITLE.like("A%"));
        let titles = session.select(scarce.order(Book::TITLE.asc()).limit(10)).all()?;
        assert_eq!(titles.len(), 1);
        Ok(())
    })
}

mod relations {
    use diesel::prelude::*;
    use moored::prelude::*;
    use moored::relation::{Has, Loaded};
    use moored_sqlite::Sqlite;

    diesel::table! {
        writers (id) { id -> Integer, name -> Text }
    }
    diesel::table! {
        portraits (writer_id) { writer_id -> Integer, path -> Text }
    }
    diesel::table! {
        articles (id) { id -> Integer, title -> Text, writer_id -> Integer }
    }
    diesel::table! {
        topics (label) { label -> Text }
    }
    diesel::table! {
        taggings (article_id, topic) { article_id -> Integer, topic -> Text }
    }

    #[derive(Entity, Queryable, Clone, Debug)]
    #[diesel(table_name = writers)]
    #[entity(
        has_many(articles: Article, by = writer),
        has_one(portrait: Portrait, by = writer)
    )]
    struct Writer {
        #[entity(key, generated)]
        id: i32,
        name: String,
    }

    #[derive(Entity, Queryable, Clone, Debug)]
    #[diesel(table_name = articles)]
    #[entity(
        many_to_many(topics: Topic, through = Tagging, by = article, to = topic),
        has_many(chapters: Chapter, by = article, ordered)
    )]
    struct Article {
        #[entity(key, generated)]
        id: i32,
        title: String,
        #[entity(belongs_to = Writer)]
        writer_id: Key<Writer>,
    }

    #[derive(Entity, Queryable, Clone, Debug)]
    #[diesel(table_name = portraits)]
    struct Portrait {
        #[entity(key, belongs_to = Writer)]
        writer_id: Key<Writer>,
        path: String,
    }

    #[derive(Entity, Queryable, Clone, Debug)]
    #[diesel(table_name = topics)]
    struct Topic {
        #[entity(key)]
        label: String,
    }

    #[derive(Entity, Queryable, Clone, Debug)]
    #[diesel(table_name = taggings)]
    struct Tagging {
        #[entity(key, belongs_to = Article)]
        article_id: Key<Article>,
        #[entity(key, belongs_to = Topic, name = topic)]
        topic: Key<Topic>,
    }

    diesel::table! {
        chapters (id) { id -> Integer, article_id -> Integer, place -> Integer, title -> Text }
    }

    #[derive(Entity, Queryable, Clone, Debug)]
    #[diesel(table_name = chapters)]
    #[entity(unique(article_id, place))]
    struct Chapter {
        #[entity(key, generated)]
        id: i32,
        #[entity(belongs_to = Article)]
        article_id: Key<Article>,
        #[entity(position)]
        place: i32,
        title: String,
    }

    fn titles<'s, A: ?Sized>(
        uow: &UnitOfWork<'s, Sqlite, A>,
        writer: &Loaded<'s, Writer, impl Has<WriterArticles>>, // with its articles, and with whatever else
    ) -> Vec<String> {
        uow.related(writer, Writer::articles()).iter().map(|article| uow[article].title.clone()).collect()
    }

    #[test]
    fn run() -> moored::Result<()> {
        let orm = Orm::<Sqlite>::connect(":memory:")?;
        orm.with_connection(|connection| {
            diesel::connection::SimpleConnection::batch_execute(
                connection,
                "CREATE TABLE writers (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
                 CREATE TABLE portraits (writer_id INTEGER PRIMARY KEY REFERENCES writers, path TEXT NOT NULL);
                 CREATE TABLE articles (
                    id INTEGER PRIMARY KEY, title TEXT NOT NULL, writer_id INTEGER NOT NULL REFERENCES writers
                 );
                 CREATE TABLE chapters (
                    id INTEGER PRIMARY KEY, article_id INTEGER NOT NULL REFERENCES articles, place INTEGER NOT NULL,
                    title TEXT NOT NULL, UNIQUE (article_id, place)
                 );
                 CREATE TABLE topics (label TEXT NOT NULL PRIMARY KEY);
                 CREATE TABLE taggings (
                    article_id INTEGER NOT NULL REFERENCES articles, topic TEXT NOT NULL REFERENCES topics,
                    PRIMARY KEY (article_id, topic)
                 );",
            )
            .map_err(moored::Error::from)
        })?;
        orm.session(|session| {
            let ada = session.persist(NewWriter::new("Ada"))?;
            let article = session.persist(NewArticle::new("On Engines", &ada))?;
            session.persist(NewPortrait::new(&ada, "ada.png"))?;
            let topic = session.persist(Topic { label: "engines".into() })?;
            session.persist(NewTagging::new(&article, &topic))?;
            session.flush()
        })?;
        orm.session(|session| {
            let with_topics = Writer::articles().then(Article::topics());
            let writers = session.query::<Writer>(writers::table).with(with_topics).all()?; // four statements
            for writer in &writers {
                for article in session.nested(writer, Writer::articles())? {
                    for topic in session.related(&article, Article::topics()) {
                        println!("{} on {}", session[writer].name, session[&topic].label);
                    }
                }
            }
            assert_eq!(titles(session, &writers[0]), ["On Engines"]);
            let writer = session.populate(&writers[0], Writer::portrait())?;
            assert!(session.related(&writer, Writer::portrait()).is_some());

            let charles = session.persist(NewWriter::new("Charles"))?;
            let borrowed = session.persist(NewArticle::new("On Cards", &charles))?;
            let looms = session.persist(Topic { label: "looms".into() })?;
            session.flush()?;
            let (ada, borrowed) = (&writers[0], session.promote(&borrowed)?);
            let mut articles = session.collection(ada, Writer::articles());
            articles.add_with(|writer| NewArticle::new("On Looms", writer))?; // a draft, which this refers to
            articles.add(&borrowed)?; // it leaves the collection that it was in: one UPDATE
            assert_eq!(articles.count()?, 3); // loads what is not loaded
            let page =
                articles.select(Article::TITLE.like("On %").order(Article::TITLE.asc()).limit(10))?.all()?; // asks the database
            session.collection(&borrowed, Article::topics()).add(&looms)?; // a row in between
            assert_eq!(page.len(), 3);
            session.flush()?;

            let latest = session.select_each(&writers, Writer::articles(), Article::ID.desc().limit(3))?; // three of each writer
            for (writer, articles) in writers.iter().zip(&latest) {
                println!("{}: {}", session[writer].name, articles.len());
            }

            let mut chapters = session.collection(&borrowed, Article::chapters()); // has_many(chapters: Chapter, by = article, ordered)
            for title in ["Cards", "Threads"] {
                chapters.push_with(|article, place| NewChapter::new(article, place, title))?; // behind the last
            }
            session.flush()?;
            let rows = session.collection(&borrowed, Article::chapters()).rows()?; // in their order
            session.collection(&borrowed, Article::chapters()).reorder(rows.iter().rev())?; // two UPDATEs, which swap unique values
            session.flush()?;
            assert_eq!((session[&rows[0]].place, session[&rows[1]].title.as_str()), (1, "Threads"));

            let article = session.populate(&borrowed, Article::topics().joined())?;
            assert_eq!(session.related(&article, Article::topics()).len(), 1);
            let ada = session.populate(ada, Writer::articles().then_joined(Article::writer()))?;
            assert_eq!(session.nested(&ada, Writer::articles())?.len(), 3);
            Ok(())
        })
    }
}

#[test]
fn events() -> moored::Result<()> {
    let orm = Orm::<Sqlite>::builder(":memory:")
        .subscribe(|events| {
            events.before_update::<Book>(|event, book| {
                if event[&book].copies < 0 {
                    return Err("there are no negative copies".into()); // a veto: the flush is `Error::Vetoed`
                }
                Ok(())
            });
            events.after_create::<Author>(|event, author| {
                let title = format!("About author {}", event[&author].id); // the key is known by now
                event.persist(NewBook::new(title, &author))?; // in the same transaction
                Ok(())
            });
            events.after_commit(|_| println!("it is true now"));
        })
        .build()?;
    fill(&orm)?;
    orm.session(|session| {
        session.persist(NewAuthor::new("Octavia"))?;
        let book = session.find::<Book>(1)?.required()?;
        session.flush()?;
        assert_eq!(session.select(Book::TITLE.eq("About author 2")).all()?.len(), 1);
        session.edit(&book)?.copies = -1;
        assert!(matches!(session.flush(), Err(moored::Error::Vetoed { .. })));
        session.discard();
        Ok(())
    })
}

mod services {
    use super::*;

    /// Takes one copy off the shelf, and says how many are left.
    fn lend<'s>(uow: &mut UnitOfWork<'s, Sqlite>, book: &Handle<'s, Book, Managed>) -> moored::Result<i32> {
        let book = uow.edit(book)?;
        book.copies -= 1;
        Ok(book.copies)
    }

    /// Generic over the backend, with one bound, and over what the caller may do: read sessions can call it too.
    fn headline<'s, B: Backend, A: ?Sized>(
        uow: &UnitOfWork<'s, B, A>,
        book: &Handle<'s, Book, Managed>,
    ) -> String
    where
        Book: Entity<B>,
    {
        uow[book].title.to_uppercase()
    }

    #[test]
    fn run() -> moored::Result<()> {
        in_session(|session| {
            let book = session.find::<Book>(1)?.required()?;
            let left = session.transaction(|tx| lend(tx, &book))?;
            assert_eq!(left, 2);
            assert_eq!(headline(session, &book), "A WIZARD OF EARTHSEA");
            Ok(())
        })
    }

    use moored::context::{self, Context};

    /// Called by a framework that knows nothing of units of work.
    fn on_order_paid(book: Key<Book>) -> moored::Result<i32> {
        context::with::<Sqlite, _>(|uow| {
            let book = uow.find::<Book>(book)?.required()?;
            lend(uow, &book)
        })
    }

    struct Archive;
    impl Context for Archive {
        type Backend = Sqlite;
    }

    #[test]
    fn deep() -> moored::Result<()> {
        in_session(|session| {
            let left =
                session.transaction(|tx| context::enter::<Sqlite, _>(tx, || on_order_paid(Key::new(1))))?; // BEGIN .. COMMIT
            assert_eq!(left, 2);
            context::enter::<Archive, _>(session, || {
                assert!(matches!(on_order_paid(Key::new(1)), Err(moored::Error::NoContext { .. })));
                context::with::<Archive, _>(|uow| uow.find::<Book>(1)?.required().map(drop))
            })
        })
    }

    mod in_an_async_server {
        use super::*;
        use moored::RunLimits;

        #[tokio::test]
        async fn run() -> moored::Result<()> {
            let (orm, book) = (library()?, Key::<Book>::new(1));
            let left = orm
                .run(move |session| {
                    session.transaction(|tx| {
                        let book = tx.find::<Book>(book)?.required()?;
                        lend(tx, &book) // services are what they are everywhere
                    })
                })
                .await?;
            assert_eq!(left, 2);
            let left = orm
                .run_blocking(move |orm| {
                    orm.retry(&Retry::default(), |session| {
                        let book = session.find::<Book>(book)?.required()?;
                        session.edit(&book)?.copies -= 1;
                        session.flush()?;
                        Ok(session[&book].copies)
                    })
                })
                .await?;
            assert_eq!(left, 1);
            Ok(())
        }

        #[tokio::test]
        async fn limits() -> moored::Result<()> {
            let path = ":memory:";
            let limits = RunLimits::new().wait(Duration::from_millis(500)).timeout(Duration::from_secs(5));
            let orm = Orm::<Sqlite>::builder(path).run_limits(limits).build()?;
            let report = orm.with_run_limits(limits.timeout(Duration::from_secs(60))); // the same pool and places
            report.run_read(|_| Ok(())).await
        }
    }
}

mod read_sessions_and_replicas {
    use super::*;

    /// What is on the shelf, for whoever reads.
    fn shelf<B: Backend, A: ?Sized>(uow: &mut UnitOfWork<'_, B, A>) -> moored::Result<Vec<String>>
    where
        Book: Entity<B>,
    {
        let books = uow.select(Book::COPIES.gt(0).order(Book::ID.asc())).all()?;
        Ok(books.iter().map(|book| uow[book].title.clone()).collect())
    }

    #[test]
    fn run() -> moored::Result<()> {
        let folder = std::env::temp_dir().join(format!("moored-guide-{}", std::process::id()));
        std::fs::create_dir_all(&folder)
            .map_err(|error| moored::Error::NoConnection { reason: error.to_string().into() })?;
        let file = |name: &str| folder.join(name).display().to_string();
        let (primary, first, second) = (file("primary"), file("first"), file("away/second"));
        for (path, title) in [(&primary, "A Wizard of Earthsea"), (&first, "The Rule of Names")] {
            Orm::<Sqlite>::connect(path)?.with_connection(|connection| {
                let table =
                    "CREATE TABLE books (id INTEGER PRIMARY KEY, title TEXT, author_id, editor_id, copies)";
                diesel::sql_query(table).execute(connection)?;
                let row = format!("INSERT INTO books VALUES (1, '{title}', 1, NULL, 3)");
                diesel::sql_query(row).execute(connection)?;
                Ok(())
            })?;
        }
        let orm = Orm::<Sqlite>::builder(primary)
            .replica(first)
            .replica(second)
            .replica_recheck(Duration::from_secs(5)) // how long one that is down is left out
            .build()?;
        let lately = orm.read(shelf)?; // from a replica
        let now = orm.read_current(shelf)?; // from the database itself
        orm.session(|session| {
            let book = session.find::<Book>(1)?.required()?;
            session.edit(&book)?.title = "The Word of Unbinding".into();
            session.flush()?;
            assert_eq!(shelf(session)?, ["The Word of Unbinding"]); // likewise, with what the session wrote
            Ok(())
        })?;
        assert_eq!((lately, now), (vec!["The Rule of Names".into()], vec!["A Wizard of Earthsea".into()]));
        assert_eq!(orm.read(shelf)?, ["The Rule of Names"]);
        assert!(orm.check_replicas().is_err());
        drop(orm);
        let _ = std::fs::remove_dir_all(folder);
        Ok(())
    }
}

#[test]
fn transactions_and_scopes() -> moored::Result<()> {
    in_session(|session| {
        let book = session.find::<Book>(1)?.required()?;
        let lent = session.transaction(|tx| {
            tx.edit(&book)?.copies -= 1;
            let reader = tx.find::<Author>(99)?.required()?; // no such row: the transaction is rolled back
            tx.edit(&reader)?.email = None;
            Ok(())
        });
        assert!(matches!(lent, Err(moored::Error::NotFound { .. })));
        assert_eq!(session[&book].copies, 3);

        let keys: Vec<i32> = (1..=10_000).collect();
        for chunk in keys.chunks(500) {
            session.scope(|scope| {
                for book in scope.find_many::<Book, _>(chunk.iter().copied())?.into_iter().flatten() {
                    scope.edit(&book)?.copies += 1;
                }
                scope.flush()
            })?;
        }
        session.refresh(&book)?;
        assert_eq!(session[&book].copies, 4);
        Ok(())
    })
}

mod locks {
    use super::*;

    diesel::table! {
        jobs (id) { id -> Integer, what -> Text, done -> Bool }
    }

    #[derive(Entity, Queryable, Clone, Debug)]
    #[diesel(table_name = jobs)]
    struct Job {
        #[entity(key, generated)]
        id: i32,
        what: String,
        done: bool,
    }

    #[test]
    fn keep_a_row_as_it_is() -> moored::Result<()> {
        in_session(|session| {
            let book = session.find::<Book>(1)?.required()?;
            session.transaction(|tx| {
                tx.lock(&book, Lock::UPDATE)?; // SELECT .. FOR UPDATE: the row as it is now
                if tx[&book].copies > 0 {
                    tx.edit(&book)?.copies -= 1; // and so it stays until this is committed
                }
                Ok(())
            })?;
            assert_eq!(session[&book].copies, 2);
            Ok(())
        })
    }

    /// Does the next job; `false` when there is none that is free.
    fn work(session: &mut Session<'_, Sqlite>) -> moored::Result<bool> {
        session.transaction(|tx| {
            let waiting = Job::DONE.eq(false).order(Job::ID.asc());
            let Some(job) = tx.select(waiting).lock(Lock::UPDATE).skip_locked().first()? else {
                return Ok(false);
            };
            println!("doing {}", tx[&job].what); // should this worker die, the job is free again
            tx.edit(&job)?.done = true;
            Ok(true)
        })
    }

    #[test]
    fn make_a_queue_of_a_table() -> moored::Result<()> {
        let orm = library()?;
        orm.with_connection(|connection| {
            diesel::connection::SimpleConnection::batch_execute(
                connection,
                "CREATE TABLE jobs (id INTEGER PRIMARY KEY, what TEXT NOT NULL, done BOOLEAN NOT NULL)",
            )
            .map_err(moored::Error::from)
        })?;
        orm.session(|session| {
            for what in ["print", "bind"] {
                session.persist(NewJob::new(what, false))?;
            }
            session.flush()
        })?;
        assert!(orm.session(work)?);
        assert!(orm.session(work)?);
        assert!(!orm.session(work)?);
        Ok(())
    }
}

#[test]
fn flush_modes() -> moored::Result<()> {
    in_session(|session| {
        session.set_flush_mode(FlushMode::Commit); // for this session
        let author = session.find::<Author>(1)?.required()?;
        session.edit(&author)?.name = "Ursula K. Le Guin".into();
        let renamed = authors::table.filter(authors::name.like("%Guin"));
        assert_eq!(session.query::<Author>(renamed).count()?, 0);
        assert_eq!(session.query::<Author>(renamed).flush_mode(FlushMode::Auto).count()?, 1); // for this query
        Ok(())
    })
}

#[test]
fn options() -> moored::Result<()> {
    in_session(|session| {
        let book = session.find::<Book>(1)?.required()?;
        let options =
            TransactionOptions::new().isolation(Isolation::Serializable).propagation(Propagation::Never);
        session.transaction_with(options, |tx| {
            tx.edit(&book)?.copies -= 1;
            let title = tx[&book].title.clone();
            tx.after_commit(move || println!("lent: {title}")); // only if it is true
            Ok(())
        })?;
        assert_eq!(session[&book].copies, 2);
        Ok(())
    })
}

#[test]
fn detached_values() -> moored::Result<()> {
    let orm = library()?;
    let mut book = orm.session(|session| {
        let book = session.find::<Book>(1)?.required()?;
        session.detach(book)
    })?;
    book.get_mut().title = "The Tombs of Atuan".into(); // without a session: in a form, on another thread
    orm.session(|session| {
        let book = session.merge(&book)?; // one SELECT; `attach` would trust the snapshot instead
        session.flush()?; // UPDATE of the title alone
        assert_eq!(session[&book].title, "The Tombs of Atuan");
        Ok(())
    })
}

/// A book as it is sent out.
#[derive(Entity, Queryable, Serialize, Deserialize, Clone)]
#[diesel(table_name = books)]
struct Paperback {
    #[entity(key, generated)]
    id: i32,
    title: String,
    author_id: Key<Author>,
}

#[test]
fn serialized_values() -> Result<(), Box<dyn std::error::Error>> {
    let orm = library()?;
    let book = orm.session(|session| {
        let book = session.find::<Paperback>(1)?.required()?;
        session.detach(book)
    })?;
    let mut sent = serde_json::to_value(&book)?;
    sent["value"]["title"] = "The Tombs of Atuan".into(); // minutes later, by whoever received it

    let book: Detached<Paperback> = serde_json::from_value(sent)?;
    assert!(book.edited_columns().all(|column| column == "title")); // what they may edit
    orm.session(|session| {
        let book = session.merge(&book)?;
        session.flush()?; // UPDATE of the title alone
        assert_eq!(session[&book].title, "The Tombs of Atuan");
        Ok(())
    })?;
    Ok(())
}

mod forms {
    use super::*;

    struct Form {
        id: i32,
        version: i32,
        name: String,
    }

    /// Saves a form. `Stale` when somebody else saved since it was shown: show both, with their version in the next form.
    fn save(session: &mut Session<'_, Sqlite>, form: Form) -> moored::Result<()> {
        let author = session.find::<Author>(form.id)?.required()?;
        session.expect_version(&author, form.version)?;
        session.edit(&author)?.name = form.name;
        session.flush()
    }

    #[test]
    fn saved() -> moored::Result<()> {
        let orm = library()?;
        let form = |name: &str| Form { id: 1, version: 1, name: name.into() };
        orm.session(|session| save(session, form("Ursula K. Le Guin")))?;
        let second = orm.session(|session| save(session, form("U. K. Le Guin")));
        assert!(matches!(second, Err(moored::Error::Stale(_))));
        Ok(())
    }
}

#[test]
fn many_rows_at_once() -> moored::Result<()> {
    in_session(|session| {
        let book = session.find::<Book>(1)?.required()?;
        let scarce = books::table.filter(books::copies.lt(5));
        let updated =
            session.update_all::<Book>(scarce).set(books::copies.eq(books::copies + 5)).execute()?;
        assert_eq!((updated, session[&book].copies), (1, 8)); // memory knows
        let unsold = books::table.filter(books::copies.gt(7));
        session.delete_all::<Book>(unsold).execute()?;
        assert!(matches!(session.edit(&book), Err(moored::Error::Removed(_))));

        let drafts =
            ["Octavia", "Joanna"].map(|name| NewAuthor::new(name).email(format!("{name}@example.org")));
        let authors =
            session.upsert_many(drafts).on_conflict(Author::BY_EMAIL).update(Author::NAME).execute()?;
        let draft = NewAuthor::new("Nobody").email("Joanna@example.org");
        let joanna = session.upsert(draft).on_conflict(Author::BY_EMAIL).keep().execute()?;
        assert!(authors.iter().any(|author| session.same(&joanna, author))); // kept as she is
        assert_eq!(session[&joanna].name, "Joanna");
        Ok(())
    })
}

#[test]
fn plain_diesel() -> moored::Result<()> {
    in_session(|session| {
        let book = session.find::<Book>(1)?.required()?;
        session.compute(&book, books::copies, books::copies + 5)?; // in the next flush's UPDATE
        session.flush()?;
        assert_eq!(session[&book].copies, 8);

        diesel::update(books::table).set(books::copies.eq(1)).execute(session.connection()?)?;
        session.refresh(&book)?;
        diesel::sql_query("UPDATE books SET copies = 2")
            .execute(session.connection_for::<(Book, Author)>()?)?;
        assert_eq!(session[&book].copies, 1);
        Ok(())
    })
}

mod seeing_what_happens {
    use super::*;
    use moored::assert_statements;
    use moored::metrics::{Counter, Metrics};
    use std::collections::BTreeMap;
    use std::sync::{Arc, Mutex};

    #[derive(Default)]
    struct Totals(Mutex<BTreeMap<&'static str, u64>>);

    impl Metrics for Totals {
        fn count(&self, counter: Counter, by: u64) {
            if let Ok(mut totals) = self.0.lock() {
                *totals.entry(counter.name()).or_default() += by;
            }
        }
    }

    #[test]
    fn run() -> moored::Result<()> {
        let totals = Arc::new(Totals::default());
        let log = StatementLog::new();
        let sink = log.clone();
        let orm = library_with(|builder| {
            builder
                .metrics(Arc::clone(&totals))
                .slow_statements(Duration::from_millis(200)) // counted, and a warning with the feature `tracing`
                .instrument(move || sink.clone())
        })?;
        orm.read(|session| {
            let authors = assert_statements!(log, 2, {
                let books = session.query::<Book>(books::table).all()?;
                session.populate(&books, Book::author())?.len()
            });
            assert_eq!(authors, 1);
            Ok(())
        })?;
        assert_eq!(totals.0.lock().ok().and_then(|totals| totals.get("sessions").copied()), Some(1));
        Ok(())
    }
}

#[test]
fn versions() -> moored::Result<()> {
    let orm = library()?;
    orm.session(|session| {
        let ursula = session.find::<Author>(1)?.required()?;
        session.edit(&ursula)?.name = "Ursula K. Le Guin".into();
        orm.session(|other| {
            let same_row = other.find::<Author>(1)?.required()?;
            other.edit(&same_row)?.email = Some("ursula@example.org".into());
            other.flush()
        })?;
        while let Err(moored::Error::Stale(row)) = session.flush() {
            println!("{row} was changed meanwhile");
            session.resolve(&ursula, Resolution::Merge)?;
        }
        assert_eq!(session[&ursula].version, 3);
        assert!(session[&ursula].email.is_some());

        let octavia = session.persist(NewAuthor::new("Octavia"))?;
        session.flush()?;
        let octavia = session.promote(&octavia)?;
        session.expect_unchanged(&ursula)?; // SELECT .. FOR SHARE, first in the flush
        session.touch(&octavia)?; // UPDATE authors SET version = ..
        session.flush()?;
        assert_eq!((session[&ursula].version, session[&octavia].version), (3, 2));
        Ok(())
    })
}

#[test]
fn retries() -> moored::Result<()> {
    let orm = library()?;
    let left = orm.retry(&Retry::default(), |session| {
        let book = session.find::<Book>(1)?.required()?;
        session.edit(&book)?.copies -= 1;
        session.flush()?;
        Ok(session[&book].copies)
    })?;
    assert_eq!(left, 2);
    orm.session(|session| {
        let refused = session.transaction(|_| orm.retry(&Retry::default(), |_| Ok(())));
        assert!(matches!(refused, Err(moored::Error::RetryInTransaction)));
        Ok(())
    })?;
    let key = orm.retry_verified(
        &Retry::default(),
        |session| {
            let author = session.persist(NewAuthor::new("order 4711"))?;
            session.flush()?;
            let author = session.promote(&author)?;
            Ok(session[&author].id)
        },
        |session| {
            let written = authors::table.filter(authors::name.eq("order 4711"));
            let author = session.query::<Author>(written).first()?;
            Ok(author.map(|author| session[&author].id))
        },
    )?;
    assert_eq!(key, 2);
    Ok(())
}

/// Whitespace is not compared: the tests are indented further, so that their lines break elsewhere.
#[test]
fn every_block_of_the_guide_is_here() {
    let dense = |text: &str| text.split_whitespace().collect::<String>();
    let tested = dense(include_str!("guide.rs"));
    let mut blocks = 0;
    let mut lines = include_str!("../docs/guide.md").lines();
    while lines.any(|line| line == "```rust") {
        let block: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
        let block = block.join("\n");
        assert!(
            tested.contains(&dense(&block)),
            "this block of docs/guide.md is not in tests/guide.rs:\n{block}"
        );
        blocks += 1;
    }
    assert!(blocks > 5, "the guide has {blocks} blocks");
}
