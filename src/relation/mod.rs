//! Relations as typed values: every one is a unit struct that the derive names, `AuthorBooks`, and `Author::books()` is its
//! value.
//!
//! | declared | kind | the value of [`related`](crate::UnitOfWork::related) |
//! |---|---|---|
//! | `belongs_to = Author` on a field, `belongs_to(..)` on the struct | [`One`] | `Result<Handle>`, or `Result<Option<Handle>>` of a nullable one |
//! | `has_many(books: Book, by = author)` | [`Many`] | `Vec<Handle>` |
//! | `has_one(profile: Profile, by = author)` | [`Single`] | `Option<Handle>` |
//! | `many_to_many(tags: Tag, through = BookTag, by = book, to = tag)` | [`Through`] | `Vec<Handle>` |
//!
//! The other three are sides without the column, and name the [`ToOne`] that has it. The two derives meet by its name:
//! [`Named`].

mod hop;
mod kind;
mod members;
mod order;
mod plan;
mod witness;

use std::fmt::Debug;

pub(crate) use hop::{Down, Hop, Up};
pub use hop::{Joins, Step};
pub(crate) use kind::not_loaded;
pub use kind::{Kind, Many, One, Populate, Presence, Single, Through};
pub use members::{Adds, Between, Keep, Lists, MayLeave, Members, Releases, RemoveOrphans};
pub use order::{Order, Ordered, Unordered};
pub use plan::{AllLevels, Begins, GoesOn, Joined, Plan, Rows, Run, Then, ThenJoined};
pub use witness::{Deep, Has, Loaded, LoadedWith, With, Witness, Witnessed};

use crate::entity::Model;

/// Marks a relation that always refers to a row.
#[derive(Debug)]
pub enum Required {}
/// Marks a relation that may refer to nothing.
#[derive(Debug)]
pub enum Optional {}

/// A relation of an entity, whichever side holds the column.
pub trait Relation: Copy + Default + Debug + 'static {
    /// The entity that has the relation.
    type Owner: Model;
    /// The entity that it leads to.
    type Target: Model;
    /// How it leads there.
    type Kind: Kind<Self>;
    /// Its name: that of the function that gives it.
    const NAME: &'static str;

    /// This relation, and one of the rows that it leads to: a path for [`populate`](crate::UnitOfWork::populate).
    fn then<P: Plan<Self::Target>>(self, next: P) -> Then<Self, P> {
        Then::new(self, next)
    }

    /// As [`then`](Self::then), and both are loaded by one statement, with a LEFT JOIN.
    ///
    /// One round trip less; in return the database sends a row of the first once for each of the second, and those that are in
    /// memory already are asked for again. Good for a relation to one; for one to many with wide rows, `then` sends less.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// let ursula = session.find::<Author>(1)?.required()?;
    /// let ursula = session.populate(&ursula, Author::books().then_joined(Book::editor()))?; // one SELECT
    /// for book in session.nested(&ursula, Author::books())? {
    ///     assert!(session.related(&book, Book::editor())?.is_none());
    /// }
    /// # Ok(())
    /// # }) }
    /// ```
    fn then_joined<P: Begins<Self::Target>>(self, next: P) -> ThenJoined<Self, P>
    where
        Self::Kind: Step<Self>,
    {
        ThenJoined::new(self, next)
    }

    /// This relation through rows in between, which are loaded with the rows that they lead to by one statement, with a JOIN,
    /// instead of two: a `many_to_many`.
    fn joined(self) -> Joined<Self> {
        Joined::new(self)
    }

    /// This relation, the same of the rows that it leads to, and so on down to the last: a tree, with one recursive statement.
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// # use moored::prelude::*;
    /// # diesel::table! { folders (id) { id -> Integer, name -> Text, parent_id -> Nullable<Integer> } }
    /// #[derive(Entity, Queryable, Clone)]
    /// #[diesel(table_name = folders)]
    /// #[entity(has_many(children: Folder, by = parent))]
    /// struct Folder {
    ///     #[entity(key, generated)]
    ///     id: i32,
    ///     name: String,
    ///     #[entity(belongs_to = Folder)]
    ///     parent_id: Option<Key<Folder>>,
    /// }
    ///
    /// use moored::relation::{Has, Loaded};
    ///
    /// fn size<'s, B: Backend>(
    ///     uow: &UnitOfWork<'s, B>,
    ///     folder: &Loaded<'s, Folder, moored::relation::Deep<FolderChildren>>,
    /// ) -> moored::Result<usize>
    /// where
    ///     Folder: Entity<B>,
    /// {
    ///     let children = uow.nested(folder, Folder::children())?;
    ///     children.iter().try_fold(1, |sum, child| Ok(sum + size(uow, child)?))
    /// }
    /// # fn load<'s, B: Backend>(uow: &mut UnitOfWork<'s, B>, root: &Handle<'s, Folder, Managed>) -> moored::Result<usize>
    /// # where
    /// #     Folder: Entity<B>,
    /// # {
    ///
    /// let root = uow.populate(root, Folder::children().all_levels())?;
    /// size(uow, &root)
    /// # }
    /// ```
    fn all_levels(self) -> AllLevels<Self> {
        AllLevels::new(self)
    }
}

/// Many to one, by columns of the owner: `Book::author()`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a relation by a column of its owner",
    label = "expected a `belongs_to`: the other side of this relation holds the column"
)]
pub trait ToOne: Relation {
    /// [`Required`], or [`Optional`] where the column takes NULL.
    type Presence: Presence;
    /// Its number among [`EntityMeta::relations`](crate::entity::EntityMeta::relations).
    const INDEX: usize;
}

/// A relation of which at most one row refers to any one row: seen from the other side, it is to one.
///
/// `#[derive(Entity)]` implements it where the relation's columns contain the primary key or a unique set, which is also
/// [`RelationMeta::one`](crate::entity::RelationMeta::one).
///
/// ```
/// # use diesel::prelude::*;
/// use moored::prelude::*;
/// use moored::relation::OneToOne;
/// # diesel::table! { seats (venue, number) { venue -> Text, number -> Integer } }
/// # diesel::table! { plaques (venue, number) { venue -> Text, number -> Integer, text -> Text } }
///
/// #[derive(Entity, Queryable, Clone)]
/// #[diesel(table_name = seats)]
/// #[entity(has_one(plaque: Plaque, by = seat))]
/// struct Seat {
///     #[entity(key)]
///     venue: String,
///     #[entity(key)]
///     number: i32,
/// }
///
/// #[derive(Entity, Queryable, Clone)]
/// #[diesel(table_name = plaques)]
/// #[entity(belongs_to(Seat, name = seat, columns(venue, number)))]
/// struct Plaque {
///     #[entity(key)]
///     venue: String,
///     #[entity(key)]
///     number: i32,
///     text: String,
/// }
///
/// /// Takes relations that are to one from the other side.
/// fn to_one<R: OneToOne>(_: R) {}
///
/// to_one(Plaque::seat()); // a plaque has the key of its seat
/// ```
#[diagnostic::on_unimplemented(
    message = "many rows can refer to the same row by `{Self}`",
    label = "the columns of `{Self}` are not unique",
    note = "if its columns are unique in the table, say so: `#[entity(unique)]` on the field, `#[entity(unique(..))]` on the struct"
)]
pub trait OneToOne: ToOne {}

/// The relation of that name, for the derive of the other side: `by = author` is `Named<{ name("author") }>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no `belongs_to` of the name that is given",
    label = "`by` and `to` name a relation of `{Self}` that holds a column"
)]
pub trait Named<const NAME: u64> {
    /// The relation.
    type Relation: ToOne;
}

/// A number for a relation's name: FNV-1a, <http://www.isthe.com/chongo/tech/comp/fnv/>. The derive refuses an entity with two
/// relations of one number.
#[must_use]
pub const fn name(name: &str) -> u64 {
    let mut bytes = name.as_bytes();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    while let [byte, rest @ ..] = bytes {
        hash = (hash ^ *byte as u64).wrapping_mul(0x0100_0000_01b3);
        bytes = rest;
    }
    hash
}
