// The program of `docs/migrations.md`, word for word, included once for each backend.

use self::schema::{authors, books};

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = authors)]
#[entity(has_many(books: Book, by = author))]
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
}

fn open(url: &str) -> moored::Result<Orm<Database>> {
    let orm = Orm::<Database>::connect(url)?;
    orm.run_migrations(MIGRATIONS)?; // those that are missing, by one program at a time
    orm.verify::<(Author, Book)>()?; // every difference of every entity, or none
    Ok(orm)
}

/// Goes on where the page does.
pub(crate) fn go(url: &str, applied: bool) -> moored::Result<()> {
    if applied {
        assert!(Orm::<Database>::connect(url)?.pending_migrations(MIGRATIONS)?.is_empty());
    }
    let orm = open(url)?;
    orm.session(|session| {
        let ursula = session.persist(NewAuthor::new("Ursula").email("ursula@example.org"))?;
        session.persist(NewBook::new("The Dispossessed", &ursula))?;
        session.flush()
    })?;
    let mut differences = orm.differences::<(Author, Book)>()?;
    differences.retain(|difference| !matches!(difference.drift, Drift::NoForeignKey { relation: "author", .. }));
    assert!(differences.is_empty());
    orm.session(|session| {
        let book = session.query::<Book>(books::table).with(Book::author()).one()?;
        let author = session.related(&book, Book::author())?;
        assert_eq!((session[&book].copies, session[&author].name.as_str()), (1, "Ursula"));
        Ok(())
    })
}
