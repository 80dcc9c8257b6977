//! Everything that a struct can get wrong and that its tokens show. What types show is left to the compiler.

use std::collections::BTreeSet;

use proc_macro2::Ident;
use syn::Type;
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use crate::composite::Composite;
use crate::diagnostics::{Errors, list};
use crate::model::{Column, Entity, last_argument};
use crate::relation::Relation;

/// What a set of columns holds.
const MOST_COLUMNS: usize = 128;
/// Up to here tuples have the traits that keys and unique values need.
const MOST_PARTS: usize = 12;

/// Adds every mistake of `entity` to `errors`.
pub(crate) fn check(entity: &Entity, errors: &mut Errors) {
    check_struct(entity, errors);
    for column in &entity.columns {
        check_key(entity, column, errors);
        check_filled(column, errors);
        check_version(column, errors);
        check_unversioned(entity, column, errors);
        check_position(column, errors);
        check_relation(column, errors);
    }
    for composite in &entity.composites {
        check_composite(entity, composite, errors);
    }
    check_relation_names(entity, errors);
    check_setters(entity, errors);
    check_uniques(entity, errors);
}

fn check_struct(entity: &Entity, errors: &mut Errors) {
    let at = entity.ident.span();
    match entity.keys().count() {
        0 => errors.at(at, "an entity needs a primary key: mark its field with `#[entity(key)]`"),
        1..=MOST_PARTS => {}
        parts => errors.at(
            at,
            format_args!("a key of {parts} parts is too long: at most {MOST_PARTS} fields can be `key`"),
        ),
    }
    if let Some(column) = entity.columns.get(MOST_COLUMNS) {
        let count = entity.columns.len();
        errors.at(
            column.field.span(),
            format_args!(
                "an entity has at most {MOST_COLUMNS} columns and this has {count}: split the struct in two"
            ),
        );
    }
    for second in entity.columns.iter().filter_map(|c| c.position).skip(1) {
        errors.at(second, "a row stands in one place: remove the second `position`");
    }
    for second in entity.columns.iter().filter_map(|c| c.version).skip(1) {
        errors.at(second, "an entity has one version column: remove the second `version`");
    }
}

fn check_key(entity: &Entity, column: &Column, errors: &mut Errors) {
    let Some(key) = column.key else { return };
    if column.is_nullable() {
        errors.at(column.ty.span(), "a key cannot be NULL: take the `Option` away");
    }
    if column.default.is_some() && column.generated.is_none() {
        errors.at(key, "a key that the database fills is `generated`: write `key, generated`");
    }
    if entity.single_key().is_some()
        && let Some(unique) = column.unique.or(column.deferred_unique)
    {
        errors.at(unique, "the primary key is unique as it is, and never deferred: take this away");
    }
    let is_own = |target: &Type| matches!(target, Type::Path(path) if path.path.is_ident(&entity.ident) || path.path.is_ident("Self"));
    if last_argument(&column.ty, "Key").is_some_and(is_own) {
        errors.at(
            column.ty.span(),
            format_args!("`Key<{}>` is made of this field: give it the key's own type", entity.ident),
        );
    }
}

fn check_filled(column: &Column, errors: &mut Errors) {
    if let (Some(_), Some(default)) = (column.generated, column.default) {
        errors.at(default, "`generated` never takes a value and `default` may: keep one of them");
    }
    if let (Some(_), Some(generated)) = (&column.belongs_to, column.generated) {
        errors.at(generated, "a relation is set by the program, not by the database: remove `generated`");
    }
    if let (Some(_), Some(default)) = (&column.belongs_to, column.default) {
        errors.at(default, "a relation left out refers to nothing: remove `default`");
    }
}

fn check_version(column: &Column, errors: &mut Errors) {
    let Some(version) = column.version else { return };
    if column.is_nullable() {
        errors.at(column.ty.span(), "a version cannot be NULL: take the `Option` away");
    }
    if column.key.is_some() {
        errors.at(version, "a version moves and a key must not: give the version a field of its own");
    }
    if column.is_filled() {
        errors.at(version, "the library counts the version: remove `generated` and `default`");
    }
    if column.belongs_to.is_some() {
        errors.at(version, "a version is no foreign key: give the version a field of its own");
    }
}

fn check_unversioned(entity: &Entity, column: &Column, errors: &mut Errors) {
    let Some(unversioned) = column.unversioned else { return };
    if entity.version().is_none() {
        errors.at(
            unversioned,
            "`unversioned` excludes a field from the version, and there is none: take it away",
        );
    }
    if column.version.is_some() || column.key.is_some() || column.generated.is_some() {
        errors.at(
            unversioned,
            "no edit changes a key, a version or a generated column: take `unversioned` away",
        );
    }
}

fn check_position(column: &Column, errors: &mut Errors) {
    let Some(position) = column.position else { return };
    if column.is_nullable() {
        errors.at(column.ty.span(), "a position cannot be NULL: take the `Option` away");
    }
    if column.key.is_some() || column.version.is_some() || column.generated.is_some() {
        errors.at(
            position,
            "a row is moved by an edit of its position, which a key, a version or a generated column does not take: give it a field of its own",
        );
    }
    if column.belongs_to.is_some() {
        errors.at(position, "a position is no foreign key: give it a field of its own");
    }
}

fn check_relation(column: &Column, errors: &mut Errors) {
    if column.belongs_to.is_some() {
        if column.relation_name().is_none() {
            errors.at(
                column.field.span(),
                format_args!(
                    "`{}` does not say what the relation is called: add `name = ..`",
                    column.plain_name()
                ),
            );
        }
        return;
    }
    if let Some(name) = &column.name {
        errors.at(name.span(), "`name` is the name of a relation: add `belongs_to = ..`");
    }
    if let Some(type_name) = &column.type_name {
        errors.at(type_name.span(), "`type` is what the type of a relation is called: add `belongs_to = ..`");
    }
    if let Some(deferred) = column.deferred {
        errors.at(deferred, "`deferred` is said of a relation: add `belongs_to = ..`");
    }
}

fn check_composite(entity: &Entity, composite: &Composite, errors: &mut Errors) {
    let mut names = BTreeSet::new();
    for field in &composite.fields {
        if !names.insert(field.unraw().to_string()) {
            errors.at(field.span(), format_args!("`{field}` is named twice: remove one"));
        }
        let Some(column) = check_field(entity, field, errors) else { continue };
        let refused = [
            (
                column.generated,
                "a relation is set by the program, not by the database: `generated` does not fit",
            ),
            (
                column.default,
                "a column of a relation has no default: remove `default` or take the column out",
            ),
            (column.version, "a version is no foreign key: take the column out"),
            (column.position, "a position is no foreign key: take the column out"),
        ];
        if let Some((_, why)) = refused.into_iter().find(|(mark, _)| mark.is_some()) {
            errors.at(field.span(), why);
        }
    }
    if names.len() == 1 {
        errors.at(
            composite.span,
            "a relation of one column is declared on its field: `#[entity(belongs_to = ..)]`",
        );
    }
    if names.len() > MOST_PARTS {
        errors.at(composite.span, format_args!("a key has at most {MOST_PARTS} parts"));
    }
}

/// The column of a field that an attribute of the struct names.
fn check_field<'a>(entity: &'a Entity, field: &Ident, errors: &mut Errors) -> Option<&'a Column> {
    let column = entity.column(field);
    if column.is_none() {
        let fields = list(entity.columns.iter().map(Column::plain_name));
        errors.at(field.span(), format_args!("no field `{field}`: the fields are {fields}"));
    }
    column
}

/// A relation's name is a function of the entity, and a field of the draft in the place of its column.
fn check_relation_names(entity: &Entity, errors: &mut Errors) {
    let mut seen = BTreeSet::new();
    for inverse in &entity.inverses {
        let name = inverse.name.unraw().to_string();
        let clashes = entity.relations().any(|relation| relation.name.unraw() == name);
        if !seen.insert(name.clone()) || clashes {
            errors
                .at(inverse.span, format_args!("a second relation is called `{name}`: give it another name"));
        }
    }
    let mut seen = BTreeSet::new();
    for relation in entity.relations() {
        let name = relation.name.unraw().to_string();
        if !seen.insert(name.clone()) {
            errors.at(
                relation.name.span(),
                format_args!("a second relation is called `{name}`: tell them apart with `name = ..`"),
            );
        }
        let mut others = entity.columns.iter().filter(|c| !entity.is_linked(c));
        if others.any(|c| c.plain_name() == name) {
            errors.at(
                relation.name.span(),
                format_args!(
                    "the relation `{name}` has the name of a field: tell them apart with `name = ..`"
                ),
            );
        }
    }
}

/// A setter is called like its field or relation, beside the function `new`.
fn check_setters(entity: &Entity, errors: &mut Errors) {
    let fields = entity.columns.iter().filter(|c| c.is_drafted() && !c.is_required() && !entity.is_linked(c));
    let relations = entity.relations().filter(Relation::is_nullable).map(|relation| relation.name);
    for name in fields.map(|column| column.field.clone()).chain(relations) {
        if name == "new" {
            errors.at(
                name.span(),
                "a setter `new` would clash with the draft's `new`: rename the field and give it a `column_name`",
            );
        }
    }
}

fn check_uniques(entity: &Entity, errors: &mut Errors) {
    let mut declared = BTreeSet::new();
    let mut constants: BTreeSet<_> = entity.columns.iter().map(|c| c.plain_name().to_uppercase()).collect();
    for set in &entity.uniques {
        let mut names = BTreeSet::new();
        for field in &set.fields {
            check_field(entity, field, errors);
            if !names.insert(field.unraw().to_string()) {
                errors.at(field.span(), format_args!("`{field}` is named twice: remove one"));
            }
        }
        if set.fields.len() > MOST_PARTS {
            errors.at(set.span, format_args!("a unique set has at most {MOST_PARTS} fields"));
        }
        if !declared.insert(names) {
            errors.at(set.span, "this unique set is declared twice: remove one");
        } else if !constants.insert(set.constant().to_string()) {
            errors.at(
                set.span,
                format_args!(
                    "the constant `{}` of this unique set is that of a field or another set as well: rename a field \
                     and give it a `column_name`",
                    set.constant()
                ),
            );
        }
    }
}
