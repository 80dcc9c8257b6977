//! A relation of several columns, as the struct declares it: `belongs_to(Seat, name = seat, columns(venue, number))`.

use std::collections::HashSet;

use proc_macro2::{Ident, Span, TokenStream};
use syn::Type;

use crate::attribute::{Item, Value, split_after_type};
use crate::diagnostics::Errors;
use crate::model::read_fields;

/// How it is written.
pub(crate) const FORM: &str = "belongs_to(Seat, name = seat, columns(venue, number))";

/// A relation that is declared on the struct.
pub(crate) struct Composite {
    pub(crate) span: Span,
    pub(crate) target: Type,
    /// Without it a mistake was noted.
    pub(crate) name: Option<Ident>,
    pub(crate) type_name: Option<Ident>,
    pub(crate) fields: Vec<Ident>,
    pub(crate) deferred: Option<Span>,
}

impl Composite {
    /// Reads what is between the parentheses. `None` when it names no entity or no columns.
    pub(crate) fn read(item: &Item, tokens: &TokenStream, errors: &mut Errors) -> Option<Self> {
        let (target, items) = split_after_type(tokens.clone(), FORM, errors)?;
        let span = item.span();
        let (mut name, mut type_name, mut fields, mut deferred) = (None, None, None, None);
        let mut has_columns = false;
        let mut seen = HashSet::new();
        for item in items {
            if !seen.insert(item.name.to_string()) {
                errors.at(item.span(), format_args!("`{}` is given twice: remove one", item.name));
            }
            match (item.name.to_string().as_str(), &item.value) {
                ("columns", Value::List(tokens)) => {
                    has_columns = true;
                    fields = read_fields(&item, tokens, "columns(venue, number)", errors);
                }
                ("columns", _) => {
                    has_columns = true;
                    errors.at(item.span(), "`columns` needs fields: write `columns(venue, number)`");
                }
                ("name", _) => name = item.value("name = seat", errors),
                ("type", _) => type_name = item.value("type = TicketBySeat", errors),
                ("deferred", _) => deferred = item.flag(errors).then(|| item.span()),
                _ => errors.at(
                    item.span(),
                    format_args!(
                        "unknown attribute `{}`: `belongs_to(..)` can have `name`, `type`, `columns` and `deferred`",
                        item.name
                    ),
                ),
            }
        }
        if !has_columns {
            errors.at(span, format_args!("`belongs_to` on a struct names its columns: write `{FORM}`"));
        }
        if !seen.contains("name") {
            errors.at(span, format_args!("the relation has no name: write `{FORM}`"));
        }
        Some(Self { span, target, name, type_name, fields: fields?, deferred })
    }
}
