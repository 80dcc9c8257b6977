//! `#[derive(Entity)]`, which tells Moored what a struct that mirrors a row is made of.
//!
//! The macro reads the struct into a model (`model`, `composite`, `relation`), finds everything that is wrong with it at once
//! (`checks`), and writes one part of the output after the other (`expand`).

mod attribute;
mod checks;
mod composite;
mod diagnostics;
mod expand;
mod inverse;
mod model;
mod relation;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes a struct that mirrors a row an entity, and writes its draft `New..`.
///
/// The struct needs `#[diesel(table_name = ..)]`, at least one key field, and Diesel's `Queryable` and `Clone` beside
/// this derive. Fields are in the order of a query's columns. A field's column has the field's name, or that of
/// Diesel's `#[diesel(column_name = ..)]`.
///
/// # On a field
///
/// | `#[entity(..)]` | meaning |
/// |---|---|
/// | `key` | part of the primary key; several fields make a composite key, in their order |
/// | `generated` | the database makes the value and nobody else may: not in the draft, read back after INSERT |
/// | `default` | the database has a default: a draft may leave the column out, which is not NULL |
/// | `version` | the version of optimistic locking, counted by the library |
/// | `unversioned` | a change of this column alone neither compares the version nor moves it on: the last writer wins |
/// | `position` | where the row stands in a list, for an `ordered` relation; an integer |
/// | `unique` | the column is unique in the table |
/// | `deferred_unique` | the same, by a constraint that is declared initially deferred |
/// | `belongs_to = Author` | the column holds the key of an `Author`; the relation is the field's name without `_id` |
/// | `name = editor` | the relation's name, beside `belongs_to` |
/// | `deferred` | the foreign key is declared initially deferred, beside `belongs_to` |
/// | `track = false` | a change of this column alone does not make a query flush first |
///
/// # On the struct
///
/// | `#[entity(..)]` | meaning |
/// |---|---|
/// | `unique(shelf, position)` | these fields together are unique in the table; may be given several times |
/// | `deferred_unique(shelf, position)` | the same, by a constraint that is declared initially deferred |
/// | `belongs_to(Seat, name = seat, columns(venue, number))` | these fields together hold the key of a `Seat`, in the order of its parts; `deferred` may stand beside `name` |
///
/// | `has_many(books: Book, by = author)` | the other side of the relation `author` of `Book`: many of them refer to one row of this entity |
/// | `orphans = remove` | beside `by` of a `has_many`: a row that is taken out of the collection is removed |
/// | `ordered` | beside `by` of a `has_many` or a `many_to_many`: a list, in the order of the `position` of the rows that refer to this entity |
/// | `on_remove = cascade` | in any of these: rows that refer to one which is removed are removed with it, or by `unlink` let go of it, or by `database` are left to `ON DELETE` as far as they are not in memory; `restrict` is the default |
/// | `has_one(profile: Profile, by = author)` | the same where at most one does: its columns are unique |
/// | `many_to_many(tags: Tag, through = BookTag, by = book, to = tag)` | rows of `BookTag` link this entity to `Tag`, by their relations `book` and `tag` |
///
/// For each relation there is a unit struct beside the entity, called as both: `BookAuthor`, `AuthorBooks`. Where that clashes,
/// `type = ..` beside the name calls it something else.
///
/// A relation of several columns may share them with the key and with other relations. It is required when none of them
/// takes NULL; otherwise a NULL in any of them refers to nothing, and to unlink it sets those that are nullable and of no
/// other relation.
///
/// In the draft a relation stands in the place of its columns. Only a column that never is NULL and belongs to relations
/// that a row may lack, the tenant of a row for one, stays a field of its own: the row has it anyway, and a link has to
/// agree.
///
/// A relation whose columns contain the primary key or a unique set is one to one: `moored::entity::OneToOne`.
///
/// # What is written
///
/// For `Book`: `NewBook`, the draft that `persist` takes, with `NewBook::new` for what every book must have and a
/// setter for each of the rest; `BookRecord`, the draft as the session stores it; a function for every relation,
/// `Book::author()`; a constant for every field, `Book::TITLE`, to make criteria of; and the traits of `moored::entity`.
/// An entity none of whose columns the database fills can be persisted as it is, too.
#[proc_macro_derive(Entity, attributes(entity, diesel))]
pub fn derive_entity(input: TokenStream) -> TokenStream {
    derive(&parse_macro_input!(input as DeriveInput))
        .unwrap_or_else(|error| error.into_compile_error())
        .into()
}

fn derive(input: &DeriveInput) -> syn::Result<proc_macro2::TokenStream> {
    let mut errors = diagnostics::Errors::default();
    let entity = model::Entity::read(input, &mut errors);
    if let Some(entity) = &entity {
        checks::check(entity, &mut errors);
    }
    errors.finish()?;
    Ok(entity.as_ref().map(expand::expand).unwrap_or_default())
}

#[cfg(test)]
mod tests;
