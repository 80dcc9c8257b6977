//! A relation by columns of another entity, as the struct declares it: `has_many(books: Book, by = author)`.

use std::collections::HashSet;

use proc_macro2::{Ident, Span, TokenStream};
use syn::Type;

use crate::attribute::{Item, split_after_name_and_type};
use crate::diagnostics::Errors;

/// How many rows there are on the other side, and which columns lead there.
pub(crate) enum Way {
    /// `by` is the name of their relation to this entity.
    Many {
        by: Ident,
        removes_orphans: bool,
        is_ordered: bool,
    },
    One {
        by: Ident,
    },
    /// The rows in between, and the names of their relations to this entity and to the other.
    Through {
        link: Box<Type>,
        by: Ident,
        to: Ident,
        is_ordered: bool,
    },
}

/// What becomes of the rows that refer to one which is removed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnRemove {
    /// Nothing: the database has its say.
    Restrict,
    Cascade,
    Unlink,
    /// The database removes them.
    Database,
}

/// A relation without a column of its own.
pub(crate) struct Inverse {
    pub(crate) span: Span,
    pub(crate) name: Ident,
    pub(crate) target: Type,
    pub(crate) way: Way,
    pub(crate) on_remove: OnRemove,
    /// What its type is called, where the struct says so.
    pub(crate) type_name: Option<Ident>,
}

/// How each is written.
pub(crate) fn form(kind: &str) -> &'static str {
    match kind {
        "has_many" => "has_many(books: Book, by = author)",
        "has_one" => "has_one(profile: Profile, by = author)",
        _ => "many_to_many(tags: Tag, through = BookTag, by = book, to = tag)",
    }
}

impl Inverse {
    /// Reads what is between the parentheses. `None` where something is missing, which was noted.
    pub(crate) fn read(item: &Item, tokens: &TokenStream, errors: &mut Errors) -> Option<Self> {
        let kind = item.name.to_string();
        let form = form(&kind);
        let (name, target, items) = split_after_name_and_type(item, tokens.clone(), form, errors)?;
        let (mut link, mut by, mut to, mut type_name) = (None, None, None, None);
        let (mut removes_orphans, mut is_ordered) = (false, false);
        let mut on_remove = OnRemove::Restrict;
        let mut seen = HashSet::new();
        for item in items {
            if !seen.insert(item.name.to_string()) {
                errors.at(item.span(), format_args!("`{}` is given twice: remove one", item.name));
            }
            match item.name.to_string().as_str() {
                "by" => by = item.value(form, errors),
                "to" if kind == "many_to_many" => to = item.value(form, errors),
                "through" if kind == "many_to_many" => link = item.value(form, errors),
                "orphans" if kind == "has_many" => {
                    let said: Option<Ident> = item.value("orphans = remove", errors);
                    removes_orphans = said.as_ref().is_some_and(|said| said == "remove");
                    if let Some(said) = said.filter(|said| said != "remove" && said != "keep") {
                        errors.at(said.span(), "`orphans` are `keep`, which is the default, or `remove`");
                    }
                }
                "ordered" if kind != "has_one" => is_ordered = item.flag(errors),
                "on_remove" => on_remove = read_on_remove(&item, &kind, errors),
                "type" => type_name = item.value("type = AuthorOfBooks", errors),
                _ => {
                    errors.at(item.span(), format_args!("unknown attribute `{}`: write `{form}`", item.name))
                }
            }
        }
        let needed: &[&str] = if kind == "many_to_many" { &["through", "by", "to"] } else { &["by"] };
        for missing in needed.iter().filter(|needed| !seen.contains(**needed)) {
            errors.at(item.span(), format_args!("`{kind}` needs `{missing}`: write `{form}`"));
        }
        let way = match kind.as_str() {
            "has_many" => Way::Many { by: by?, removes_orphans, is_ordered },
            "has_one" => Way::One { by: by? },
            _ => Way::Through { link: Box::new(link?), by: by?, to: to?, is_ordered },
        };
        Some(Self { span: item.span(), name, target, way, on_remove, type_name })
    }
}

fn read_on_remove(item: &Item, kind: &str, errors: &mut Errors) -> OnRemove {
    let said: Option<Ident> = item.value("on_remove = cascade", errors);
    let Some(said) = said else { return OnRemove::Restrict };
    match said.to_string().as_str() {
        "restrict" => return OnRemove::Restrict,
        "cascade" => return OnRemove::Cascade,
        "database" => return OnRemove::Database,
        "unlink" if kind != "many_to_many" => return OnRemove::Unlink,
        "unlink" => {
            errors.at(said.span(), "a row in between refers to both ends: write `on_remove = cascade`")
        }
        _ => errors.at(said.span(), "`on_remove` is `restrict`, `cascade`, `unlink` or `database`"),
    }
    OnRemove::Restrict
}
