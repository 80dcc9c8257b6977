//! Services as users write them: generic over the backend with one bound, and over what the caller may do.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test")]

use diesel::connection::SimpleConnection;
use moored::prelude::*;
use moored_sqlite::Sqlite;

diesel::table! {
    authors (id) {
        id -> Integer,
        name -> Text,
        mentor_id -> Nullable<Integer>,
    }
}

#[derive(Entity, diesel::Queryable, Clone, Debug)]
#[diesel(table_name = authors)]
struct Author {
    #[entity(key, generated)]
    id: i32,
    name: String,
    #[entity(belongs_to = Author)]
    mentor_id: Option<Key<Author>>,
}

/// Generic over the backend: one bound for everything.
fn rename<B: Backend>(uow: &mut UnitOfWork<'_, B>, id: i32, name: &str) -> moored::Result<()>
where
    Author: Entity<B>,
{
    let author = uow.find::<Author>(id)?.required()?;
    name.clone_into(&mut uow.edit(&author)?.name);
    Ok(())
}

fn apprentice<'s, B: Backend>(
    uow: &mut UnitOfWork<'s, B>,
    mentor: &Handle<'s, Author, Managed>,
    name: &str,
) -> moored::Result<Handle<'s, Author, New>>
where
    Author: Entity<B>,
{
    // Reads the session while it is borrowed for the call.
    uow.persist(NewAuthor::new(format!("{name}, taught by {}", uow[mentor].name)).mentor(mentor))
}

fn dismiss<'s, B: Backend>(
    uow: &mut UnitOfWork<'s, B>,
    author: Handle<'s, Author, Managed>,
) -> moored::Result<()>
where
    Author: Entity<B>,
{
    uow.unlink(&author, Author::mentor())?;
    uow.remove(author)?;
    Ok(())
}

/// Generic over the authority: serves sessions, transactions, services and read sessions alike.
fn name_of<'s, B: Backend, A: ?Sized>(
    uow: &UnitOfWork<'s, B, A>,
    author: &Handle<'s, Author, Managed>,
) -> String
where
    Author: Entity<B>,
{
    uow[author].name.clone()
}

fn orm() -> Orm<Sqlite> {
    let orm = Orm::<Sqlite>::connect(":memory:").unwrap();
    orm.with_connection(|connection| {
        connection.batch_execute(
            "CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT NOT NULL, mentor_id INTEGER REFERENCES authors);
             INSERT INTO authors VALUES (1, 'Syrio', NULL)",
        )
        .map_err(moored::Error::from)
    })
    .unwrap();
    orm
}

#[test]
fn a_service_takes_the_unit_of_work_of_a_session_a_transaction_and_a_scope() {
    let orm = orm();
    orm.session(|session| {
        rename(session, 1, "Syrio Forel")?;
        session.transaction(|tx| rename(tx, 1, "The First Sword"))?;
        session.flush()?;
        session.scope(|scope| {
            rename(scope, 1, "Syrio")?;
            scope.flush()
        })
    })
    .unwrap();
    let name = orm.read(|session| {
        let author = session.find::<Author>(1)?.required()?;
        Ok(name_of(session, &author))
    });
    assert_eq!(name.unwrap(), "Syrio");
}

/// What a reader asks, written once: by key, by keys, by criteria, and by way of a relation.
fn mentor_of<B: Backend, A: ?Sized>(uow: &mut UnitOfWork<'_, B, A>, id: i32) -> moored::Result<Option<String>>
where
    Author: Entity<B>,
{
    let author = uow.find::<Author>(id)?.required()?;
    let Some(mentor) = uow[&author].mentor_id else { return Ok(None) };
    assert_eq!(uow.find_many::<Author, _>([mentor])?.len(), 1);
    let mentor = uow.select(Author::ID.eq(*mentor.value())).one()?;
    Ok(Some(name_of(uow, &mentor)))
}

/// A service that changes things asks the same.
fn praise<B: Backend>(uow: &mut UnitOfWork<'_, B>, id: i32) -> moored::Result<Option<String>>
where
    Author: Entity<B>,
{
    let mentor = mentor_of(uow, id)?;
    let author = uow.find::<Author>(id)?.required()?;
    uow.edit(&author)?.name.push('!');
    Ok(mentor)
}

#[test]
fn a_reading_helper_serves_every_kind_of_session() {
    let orm = orm();
    orm.with_connection(|connection| {
        Ok(connection.batch_execute("INSERT INTO authors VALUES (2, 'Arya', 1)")?)
    })
    .unwrap();
    let of = |name: &str| Some(name.to_owned());
    orm.session(|session| {
        assert_eq!(praise(session, 2)?, of("Syrio"));
        // Each sees what the session has in memory, written or not.
        rename(session, 1, "Syrio Forel")?;
        assert_eq!(mentor_of(session, 2)?, of("Syrio Forel"));
        session.transaction(|tx| {
            assert_eq!(mentor_of(tx, 2)?, of("Syrio Forel"));
            rename(tx, 1, "The First Sword")?;
            assert_eq!(tx.transaction(|savepoint| mentor_of(savepoint, 2))?, of("The First Sword"));
            assert_eq!(praise(tx, 2)?, of("The First Sword"));
            Ok(())
        })?;
        session.scope(|scope| {
            rename(scope, 1, "Nobody")?;
            assert_eq!(mentor_of(scope, 2)?, of("Nobody"));
            scope.flush()
        })?;
        assert_eq!(session.requires_new(|new| mentor_of(new, 2))?, of("Nobody"));
        Ok(())
    })
    .unwrap();
    assert_eq!(orm.read(|session| mentor_of(session, 2)).unwrap(), of("Nobody"));
    assert_eq!(orm.read_current(|session| mentor_of(session, 1)).unwrap(), None);
    let missing = orm.read(|session| mentor_of(session, 3)).unwrap_err();
    assert!(matches!(missing, moored::Error::NotFound { entity: "Author" }), "{missing}");
}

#[test]
fn a_handle_goes_through_services_and_back() {
    let orm = orm();
    orm.session(|session| {
        let syrio = session.find::<Author>(1)?.required()?;
        let arya = apprentice(session, &syrio, "Arya")?;
        session.flush()?;
        let arya = session.promote(&arya)?;
        assert_eq!(name_of(session, &arya), "Arya, taught by Syrio");
        assert_eq!(session[&arya].mentor_id, Some(session.key(&syrio)));
        dismiss(session, arya)?;
        session.flush()?;
        assert_eq!(session.query::<Author>(authors::table).count()?, 1);
        Ok(())
    })
    .unwrap();
}

#[test]
fn an_error_type_of_the_callers_own_goes_through() {
    #[derive(Debug)]
    enum Refused {
        Name,
        Database(moored::Error),
    }
    impl From<moored::Error> for Refused {
        fn from(error: moored::Error) -> Self {
            Self::Database(error)
        }
    }
    let refused = orm().try_session(|session| {
        rename(session, 1, "")?;
        session
            .try_transaction(|tx| if tx.find::<Author>(2)?.is_none() { Err(Refused::Name) } else { Ok(()) })
    });
    assert!(matches!(refused, Err(Refused::Name)));
    let lost = orm().try_session(|session| rename(session, 2, "x").map_err(Refused::from)).unwrap_err();
    assert!(matches!(lost, Refused::Database(moored::Error::NotFound { entity: "Author" })), "{lost:?}");
}

/// Criteria need no bound beyond the entity's either.
fn names<B: Backend, A: ?Sized>(
    uow: &mut UnitOfWork<'_, B, A>,
    select: impl Into<Select<Author>>,
) -> moored::Result<Vec<String>>
where
    Author: Entity<B>,
{
    let found = uow.select(select).all()?;
    Ok(found.iter().map(|author| uow[author].name.clone()).collect())
}

#[test]
fn criteria_say_what_they_read() {
    let orm = orm();
    orm.session(|session| {
        let arya = session.persist(NewAuthor::new("Arya").mentor(Key::new(1)))?;
        session.persist(NewAuthor::new("100% 'quoted'"))?;
        // Refers to a row without a key, so it is written after the others.
        session.persist(NewAuthor::new("Jaqen").mentor(&arya))?;
        // Pending rows of the table are flushed before the query.
        assert_eq!(names(session, Select::all().order(Author::ID.asc()))?.len(), 4);
        assert_eq!(names(session, Author::NAME.eq("Arya"))?, ["Arya"]);
        assert_eq!(names(session, Author::NAME.ne("Arya").order(Author::NAME.desc()).limit(1))?, ["Syrio"]);
        assert_eq!(names(session, Author::MENTOR_ID.eq(Key::new(1)))?, ["Arya"]);
        assert_eq!(names(session, Author::MENTOR_ID.is_null().and(Author::ID.gt(1)))?, ["100% 'quoted'"]);
        assert_eq!(names(session, Author::MENTOR_ID.is_not_null().and(Author::ID.le(2)))?, ["Arya"]);
        assert_eq!(names(session, Author::NAME.like("%quoted%"))?, ["100% 'quoted'"]);
        assert_eq!(names(session, Author::ID.is_in([4, 1]).order(Author::ID.asc()))?, ["Syrio", "Jaqen"]);
        assert!(names(session, Author::ID.is_in(Vec::<i32>::new()))?.is_empty());
        assert_eq!(names(session, !Author::ID.is_in([1, 2, 4]))?, ["100% 'quoted'"]);
        // `or` inside `and` keeps its parentheses.
        let either = Author::NAME.eq("Arya").or(Author::NAME.eq("Syrio"));
        assert_eq!(names(session, either.and(Author::ID.ge(2)))?, ["Arya"]);
        let second = Select::all().order(Author::MENTOR_ID.desc()).order(Author::ID.asc()).limit(1).offset(1);
        assert_eq!(names(session, second)?, ["Arya"]);
        assert_eq!(session.select(Author::ID.lt(3)).count()?, 2);
        assert!(!session.select(Author::ID.lt(0)).exists()?);
        assert_eq!(session.select(Select::<Author>::all().limit(0)).first()?.map(|_| ()), None);
        Ok(())
    })
    .unwrap();
}
