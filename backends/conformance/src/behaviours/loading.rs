//! Relations brought into memory for many rows at once, read from there, and true whatever memory does meanwhile.

#[doc(hidden)]
#[macro_export]
macro_rules! loading_behaviours {
    ($backend:ty, $harness:ty) => {
        mod loading {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            use $crate::moored::relation::{Deep, Has, Loaded};

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            /// Two authors, the first with the books 1 and 2, the second with the book 3; the second edited the book 1; tags.
            fn library() -> (Orm<B>, Statements) {
                let (orm, log) = open();
                orm.session(|session| {
                    let [ursula, octavia] =
                        ["Ursula", "Octavia"].map(|name| session.persist(NewAuthor::new(name)).unwrap());
                    session.flush()?;
                    let first = session.persist(NewBook::new("Earthsea", &ursula).editor(&octavia))?;
                    let second = session.persist(NewBook::new("Tombs", &ursula))?;
                    let third = session.persist(NewBook::new("Kindred", &octavia))?;
                    for label in ["fantasy", "sf"] {
                        session.persist(Tag { label: label.into(), color: "red".into() })?;
                    }
                    session.flush()?;
                    let tags =
                        [(&first, "fantasy"), (&second, "fantasy"), (&third, "sf"), (&third, "fantasy")];
                    for (book, tag) in tags {
                        session.persist(NewBookTag::new(book, Key::<Tag>::new(tag), 1))?;
                    }
                    session.flush()
                })
                .unwrap();
                (orm, log)
            }

            fn authors<'s>(session: &mut Session<'s, B>) -> Result<Vec<Handle<'s, Author, Managed>>> {
                session.query::<Author>(authors::table.order(authors::id)).all()
            }

            /// The titles of the books of a loaded author, sorted.
            fn books_of<'s, A: ?Sized>(
                uow: &UnitOfWork<'s, B, A>,
                author: &Loaded<'s, Author, impl Has<AuthorBooks>>,
            ) -> Vec<String> {
                let books = uow.related(author, Author::books());
                let mut titles: Vec<_> = books.iter().map(|book| uow[book].title.clone()).collect();
                titles.sort_unstable();
                titles
            }

            fn labels_of<'s, A: ?Sized>(
                uow: &UnitOfWork<'s, B, A>,
                book: &Loaded<'s, Book, impl Has<BookTags>>,
            ) -> Vec<String> {
                let tags = uow.related(book, Book::tags());
                let mut labels: Vec<_> = tags.iter().map(|tag| uow[tag].label.clone()).collect();
                labels.sort_unstable();
                labels
            }

            #[test]
            fn a_relation_to_many_of_many_rows_is_one_statement() {
                let (orm, log) = library();
                orm.session(|session| {
                    let authors = authors(session)?;
                    log.skip();
                    let authors = session.populate(&authors, Author::books())?;
                    log.expect(["SELECT books"]);
                    assert_eq!(books_of(session, &authors[0]), ["Earthsea", "Tombs"]);
                    assert_eq!(books_of(session, &authors[1]), ["Kindred"]);
                    let book = session.related(&authors[0], Author::books()).remove(0);
                    let found = session.find::<Book>(session[&book].id)?.required()?;
                    assert!(session.same(&book, &found));
                    log.expect::<&str>([]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_query_loads_relations_with_its_rows() {
                let (orm, log) = library();
                orm.session(|session| {
                    let by_id = || authors::table.order(authors::id);
                    log.skip();
                    let all = session.query::<Author>(by_id()).with(Author::books()).all()?;
                    log.expect(["SELECT authors", "SELECT books"]);
                    assert_eq!(books_of(session, &all[0]), ["Earthsea", "Tombs"]);
                    assert_eq!(books_of(session, &all[1]), ["Kindred"]);
                    let octavia = by_id().filter(authors::name.eq("Octavia"));
                    let one = session.query::<Author>(octavia).with(Author::books()).one()?;
                    assert!(session.same(&one, &all[1]));
                    assert_eq!(books_of(session, &one), ["Kindred"]);
                    log.skip();
                    let nobody = || authors::table.filter(authors::name.eq("Nobody"));
                    assert!(session.query::<Author>(nobody()).with(Author::books()).first()?.is_none());
                    assert!(session.query::<Author>(nobody()).with(Author::books()).all()?.is_empty());
                    let refused = session.query::<Author>(nobody()).with(Author::books()).one();
                    assert!(matches!(refused, Err(Error::NotFound { entity: "Author" })));
                    let refused = session.query::<Author>(by_id()).with(Author::books()).one();
                    assert!(matches!(refused, Err(Error::NotUnique { entity: "Author" })));
                    log.expect(["SELECT authors"; 4]);
                    Ok(())
                })
                .unwrap();
                orm.read(|session| {
                    let first =
                        session.query::<Author>(authors::table.order(authors::id)).with(Author::books());
                    let first = first.first()?.required()?;
                    assert_eq!(books_of(session, &first), ["Earthsea", "Tombs"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_path_is_one_statement_for_each_level() {
                let (orm, log) = library();
                orm.read(|session| {
                    let authors = session.query::<Author>(authors::table.order(authors::id)).all()?;
                    let plan = Author::books().then(Book::book_tags().then(BookTag::tag()));
                    log.skip();
                    let authors = session.populate(&authors, plan)?;
                    log.expect(["SELECT books", "SELECT book_tags", "SELECT tags"]);
                    let mut labels = Vec::new();
                    for author in &authors {
                        for book in session.nested(author, Author::books())? {
                            for tagged in session.nested(&book, Book::book_tags())? {
                                let tag = session.related(&tagged, BookTag::tag())?;
                                labels.push(session[&tag].label.clone());
                            }
                        }
                    }
                    labels.sort_unstable();
                    assert_eq!(labels, ["fantasy", "fantasy", "fantasy", "sf"]);
                    log.expect::<&str>([]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn rows_that_others_refer_to_are_asked_for_once_and_only_where_they_are_missing() {
                let (orm, log) = library();
                orm.session(|session| {
                    let books = session.query::<Book>(books::table.order(books::id)).all()?;
                    log.skip();
                    let books = session.populate(&books, (Book::author(), Book::editor()))?;
                    // The editor is one of the authors.
                    log.expect(["SELECT authors"]);
                    let author = session.related(&books[0], Book::author())?;
                    let editor = session.related(&books[0], Book::editor())?.required()?;
                    assert_eq!(
                        (session[&author].name.as_str(), session[&editor].name.as_str()),
                        ("Ursula", "Octavia")
                    );
                    assert!(session.related(&books[1], Book::editor())?.is_none());
                    let books = session.populate(&books, Book::author())?;
                    log.expect::<&str>([]);
                    assert_eq!(books.len(), 3);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn rows_in_between_lead_on_to_the_others() {
                let (orm, log) = library();
                orm.session(|session| {
                    let books = session.query::<Book>(books::table.order(books::id)).all()?;
                    log.skip();
                    let books = session.populate(&books, Book::tags())?;
                    log.expect(["SELECT book_tags", "SELECT tags"]);
                    assert_eq!(labels_of(session, &books[0]), ["fantasy"]);
                    assert_eq!(labels_of(session, &books[2]), ["fantasy", "sf"]);
                    // A link row that goes takes the tag out, and one that comes brings it in.
                    let loaded = session.populate(&books[2], Book::book_tags())?;
                    let link = session.related(&loaded, Book::book_tags()).remove(0);
                    let link = session.remove(link)?;
                    assert_eq!(labels_of(session, &books[2]).len(), 1);
                    let _ = session.restore(link)?;
                    assert_eq!(labels_of(session, &books[2]).len(), 2);
                    session.persist(NewBookTag::new(&*books[0], Key::<Tag>::new("sf"), 1))?;
                    assert_eq!(labels_of(session, &books[0]), ["fantasy", "sf"]);
                    session.flush()?;
                    assert_eq!(labels_of(session, &books[0]), ["fantasy", "sf"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_tree_refers_to_itself() {
                let (orm, log) = open();
                orm.session(|session| {
                    let root = session.persist(NewCategory::new("root"))?;
                    let child = session.persist(NewCategory::new("child").parent(&root))?;
                    session.persist(NewCategory::new("grandchild").parent(&child))?;
                    session.flush()
                })
                .unwrap();
                orm.session(|session| {
                    let root = session
                        .query::<Category>(categories::table.filter(categories::slug.eq("root")))
                        .one()?;
                    log.skip();
                    let root = session.populate(&root, Category::children().then(Category::children()))?;
                    log.expect(["SELECT categories", "SELECT categories"]);
                    let child = session.nested(&root, Category::children())?.remove(0);
                    assert_eq!(session[&child].slug, "child");
                    let grandchild = session.related(&child, Category::children()).remove(0);
                    let grandchild = session.populate(&grandchild, Category::parent())?;
                    log.expect::<&str>([]);
                    let parent = session.related(&grandchild, Category::parent())?.required()?;
                    assert!(session.same(&parent, &child));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_tree_is_one_statement_however_deep() {
                let (orm, log) = open();
                let slug = |path: &[usize]| format!("{path:?}");
                orm.session(|session| {
                    // Three children each, four levels: 1 + 3 + 9 + 27 + 81.
                    let mut level = vec![(vec![], session.persist(NewCategory::new(slug(&[])))?)];
                    for _ in 0..4 {
                        let mut below = Vec::new();
                        for (path, parent) in &level {
                            for child in 0..3 {
                                let path = [path.as_slice(), &[child]].concat();
                                let child = session.persist(NewCategory::new(slug(&path)).parent(parent))?;
                                below.push((path, child));
                            }
                        }
                        level = below;
                    }
                    session.persist(NewCategory::new("another"))?;
                    session.flush()
                })
                .unwrap();
                fn count<'s>(
                    session: &Session<'s, B>,
                    node: &Loaded<'s, Category, Deep<CategoryChildren>>,
                ) -> Result<usize> {
                    let children = session.nested(node, Category::children())?;
                    children.iter().try_fold(1, |sum, child| Ok(sum + count(session, child)?))
                }
                orm.session(|session| {
                    let of_slug = |slug: String| categories::table.filter(categories::slug.eq(slug));
                    let root = session.query::<Category>(of_slug(slug(&[]))).one()?;
                    log.skip();
                    let root = session.populate(&root, Category::children().all_levels())?;
                    assert_eq!(log.take().len(), 1);
                    assert_eq!(count(session, &root)?, 121);
                    // What is moved within it in memory stays loaded, and what comes from outside is told.
                    let leaf = session.query::<Category>(of_slug(slug(&[0, 0, 0, 0]))).one()?;
                    session.link(&leaf, Category::parent(), &root)?;
                    assert_eq!(
                        (count(session, &root)?, session.related(&root, Category::children()).len()),
                        (121, 4)
                    );
                    let another = session.query::<Category>(of_slug("another".into())).one()?;
                    session.link(&another, Category::parent(), &leaf)?;
                    assert!(matches!(count(session, &root), Err(Error::NotLoaded { .. })));
                    session.discard();
                    // A row that is above itself ends the search.
                    let key = session[&root].id;
                    samples::execute(
                        &orm,
                        &format!("UPDATE categories SET parent_id = {} WHERE id = {key}", session[&leaf].id),
                    );
                    let root =
                        session.populate(&*root, (Category::parent(), Category::children().all_levels()))?;
                    let parent = session.related(&root, Category::parent())?.required()?;
                    assert!(session.same(&parent, &leaf));
                    Ok(())
                })
                .unwrap();
            }

            /// MariaDB ends a recursion at a thousand levels without a word unless it is told otherwise.
            #[test]
            fn a_tree_deeper_than_a_thousand_levels_is_whole() {
                const LEVELS: i32 = 1_500;
                let (orm, _) = open();
                let rows = (1..=LEVELS).map(|id| match id {
                    1 => "(1, 's1', NULL)".into(),
                    _ => format!("({id}, 's{id}', {})", id - 1),
                });
                let rows = rows.collect::<Vec<String>>().join(", ");
                samples::execute(
                    &orm,
                    &format!("INSERT INTO categories (id, slug, parent_id) VALUES {rows}"),
                );
                orm.session(|session| {
                    let root = session.find::<Category>(1)?.required()?;
                    let mut node = session.populate(&root, Category::children().all_levels())?;
                    let mut levels = 1;
                    while let Some(child) = session.nested(&node, Category::children())?.pop() {
                        (node, levels) = (child, levels + 1);
                    }
                    assert_eq!(levels, LEVELS);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_relation_of_several_columns_and_one_to_one() {
                let (orm, log) = open();
                orm.session(|session| {
                    let hall = session.persist(NewHall::new("North"))?;
                    session.flush()?;
                    let hall = session.promote(&hall)?;
                    let id = session[&hall].id;
                    for number in [1, 2, 3] {
                        session.persist(NewStall::new(&hall, number))?;
                    }
                    session.flush()?;
                    for number in [2, 3, 3] {
                        session.persist(NewTicket::new(Key::<Stall>::new((id, number))))?;
                    }
                    session.persist(NewPlaque::new(Key::<Stall>::new((id, 3)), "third"))?;
                    session.flush()
                })
                .unwrap();
                orm.session(|session| {
                    let hall = session.query::<Hall>(halls::table).one()?;
                    log.skip();
                    let plan = Hall::stalls().then((Stall::tickets(), Stall::plaque()));
                    let hall = session.populate(&hall, plan)?;
                    log.expect(["SELECT stalls", "SELECT tickets", "SELECT plaques"]);
                    let mut stalls = session.nested(&hall, Hall::stalls())?;
                    stalls.sort_by_key(|stall| session[stall].number);
                    let tickets: Vec<_> =
                        stalls.iter().map(|stall| session.related(stall, Stall::tickets()).len()).collect();
                    assert_eq!(tickets, [0, 1, 2]);
                    assert!(session.related(&stalls[0], Stall::plaque()).is_none());
                    let plaque = session.related(&stalls[2], Stall::plaque()).required()?;
                    assert_eq!(session[&plaque].text, "third");
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn both_sides_agree_at_once() {
                let (orm, log) = library();
                orm.session(|session| {
                    let authors = authors(session)?;
                    let authors = session.populate(&authors, Author::books())?;
                    let octavia = session.key(&*authors[1]);
                    let books = session.related(&authors[0], Author::books());
                    log.skip();
                    // Linked, edited, and linked to what has no key.
                    session.link(&books[0], Book::author(), &authors[1])?;
                    assert_eq!(books_of(session, &authors[0]), ["Tombs"]);
                    assert_eq!(books_of(session, &authors[1]), ["Earthsea", "Kindred"]);
                    session.edit(&books[1])?.author_id = octavia;
                    assert!(books_of(session, &authors[0]).is_empty());
                    let new = session.persist(NewAuthor::new("New"))?;
                    session.link(&books[1], Book::author(), &new)?;
                    assert_eq!(books_of(session, &authors[1]), ["Earthsea", "Kindred"]);
                    session.link(&books[1], Book::author(), &authors[0])?;
                    assert_eq!(books_of(session, &authors[0]), ["Tombs"]);
                    // Removed and restored.
                    let alias = books[0].alias();
                    let removed = session.remove(alias)?;
                    assert_eq!(books_of(session, &authors[1]), ["Kindred"]);
                    let _ = session.restore(removed)?;
                    assert_eq!(books_of(session, &authors[1]), ["Earthsea", "Kindred"]);
                    // A draft is there once it is written.
                    session.persist(NewBook::new("Dawn", &*authors[1]))?;
                    assert_eq!(books_of(session, &authors[1]).len(), 2);
                    log.expect::<&str>([]);
                    session.flush()?;
                    assert_eq!(books_of(session, &authors[1]), ["Dawn", "Earthsea", "Kindred"]);
                    samples::execute(&orm, "DELETE FROM book_tags");
                    let removed = session.remove(books[0].alias())?;
                    session.flush()?;
                    assert_eq!(session[&removed].title, "Earthsea");
                    assert_eq!(books_of(session, &authors[1]), ["Dawn", "Kindred"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn what_is_pending_is_not_overwritten_by_what_is_loaded() {
                let (orm, _) = library();
                orm.session(|session| {
                    let authors = authors(session)?;
                    let books = session.query::<Book>(books::table.order(books::id)).all()?;
                    session.link(&books[0], Book::author(), &authors[1])?;
                    session.edit(&books[2])?.title = "Kindred!".into();
                    let tombs = session.remove(books[1].alias())?;
                    let authors = session.populate(&authors, Author::books())?;
                    assert!(books_of(session, &authors[0]).is_empty());
                    assert_eq!(books_of(session, &authors[1]), ["Earthsea", "Kindred!"]);
                    let _ = session.restore(tombs)?;
                    session.flush()?;
                    assert_eq!(books_of(session, &authors[0]), ["Tombs"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn what_no_type_can_see_is_a_typed_error() {
                let (orm, _) = library();
                orm.session(|session| {
                    let book = session.query::<Book>(books::table.order(books::id)).first()?.required()?;
                    let book = session.populate(&book, Book::author())?;
                    let author = session.related(&book, Book::author())?;
                    session.edit(&book)?.author_id = Key::new(77);
                    let lost = session.related(&book, Book::author());
                    assert!(
                        matches!(lost, Err(Error::NotLoaded { entity: "Book", relation: "author" })),
                        "{lost:?}"
                    );
                    let new = session.persist(NewAuthor::new("New"))?;
                    session.link(&book, Book::author(), &new)?;
                    assert!(matches!(session.related(&book, Book::author()), Err(Error::NotWritten { .. })));
                    session.link(&book, Book::author(), &author)?;
                    assert!(session.same(&session.related(&book, Book::author())?, &author));
                    let author = session.remove(author)?;
                    assert!(matches!(session.related(&book, Book::author()), Err(Error::Removed(_))));
                    let _ = session.restore(author)?;
                    session.discard();
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_row_that_came_in_without_its_own_relations_is_told() {
                let (orm, _) = library();
                orm.session(|session| {
                    let [ursula, octavia] = <[_; 2]>::try_from(authors(session)?).unwrap();
                    let kindred =
                        session.query::<Book>(books::table.filter(books::title.eq("Kindred"))).one()?;
                    let ursula = session.populate(&ursula, Author::books().then(Book::tags()))?;
                    assert_eq!(session.nested(&ursula, Author::books())?.len(), 2);
                    session.link(&kindred, Book::author(), &ursula)?;
                    assert_eq!(books_of(session, &ursula).len(), 3);
                    assert!(matches!(session.nested(&ursula, Author::books()), Err(Error::NotLoaded { .. })));
                    session.populate(&kindred, Book::tags())?;
                    assert_eq!(session.nested(&ursula, Author::books())?.len(), 3);
                    assert!(matches!(
                        session.loaded(&octavia, Author::books()),
                        Err(Error::NotLoaded { .. })
                    ));
                    assert!(session.loaded(&ursula, Author::books()).is_ok());
                    session.discard();
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn what_a_transaction_or_a_scope_loaded_goes_with_it() {
                let (orm, log) = library();
                orm.session(|session| {
                    let [ursula, octavia] = <[_; 2]>::try_from(authors(session)?).unwrap();
                    let ursula = session.populate(&ursula, Author::books())?;
                    let undone = session.transaction(|tx| {
                        let octavia = tx.populate(&octavia, Author::books())?;
                        assert_eq!(books_of(tx, &ursula).len(), 2);
                        let tombs = tx.related(&ursula, Author::books()).remove(1);
                        tx.link(&tombs, Book::author(), &octavia)?;
                        tx.flush()?;
                        assert_eq!((books_of(tx, &ursula).len(), books_of(tx, &octavia).len()), (1, 2));
                        Err::<(), _>(Error::NotFound { entity: "Author" })
                    });
                    assert!(undone.is_err());
                    assert_eq!(books_of(session, &ursula), ["Earthsea", "Tombs"]);
                    assert!(session.loaded(&octavia, Author::books()).is_err());
                    session.scope(|scope| {
                        let octavia = scope.populate(&octavia, Author::books())?;
                        assert_eq!(books_of(scope, &octavia), ["Kindred"]);
                        Ok(())
                    })?;
                    assert!(session.loaded(&octavia, Author::books()).is_err());
                    session.transaction(|tx| tx.populate(&octavia, Author::books()).map(drop))?;
                    let octavia = session.loaded(&octavia, Author::books())?;
                    log.skip();
                    assert_eq!(books_of(session, &octavia), ["Kindred"]);
                    log.expect::<&str>([]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn any_number_of_rows_and_each_however_often() {
                let (orm, log) = open();
                samples::execute(
                    &orm,
                    &format!(
                        "INSERT INTO authors (name, version) SELECT 'a', 1 FROM {}",
                        samples::numbers(1200)
                    ),
                );
                samples::execute(&orm, "INSERT INTO books (title, author_id) SELECT 'b', id FROM authors");
                samples::execute(&orm, "INSERT INTO books (title, author_id) SELECT 'c', id FROM authors");
                orm.session(|session| {
                    let none: Vec<Handle<'_, Author, Managed>> = Vec::new();
                    log.skip();
                    assert!(session.populate(&none, Author::books().then(Book::editor()))?.is_empty());
                    log.expect::<&str>([]);
                    let mut all = authors(session)?;
                    all.push(all[0].alias());
                    log.skip();
                    let all = session.populate(&all, Author::books())?;
                    let sent = log.take().len();
                    assert!((1..=3).contains(&sent), "{sent} statements for 1200 rows");
                    assert_eq!(all.len(), 1201);
                    assert!(all.iter().all(|author| session.related(author, Author::books()).len() == 2));
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
