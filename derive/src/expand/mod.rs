//! Writes the output, one file for each part of it.
//!
//! Names that the output binds start with `__`, or end with `_` where a user sees them: `use books::dsl::*` puts a
//! unit struct for every column into scope, and a parameter called `title` would then be a pattern for that struct.

mod bind;
mod draft;
mod entity;
mod field;
mod fits;
mod key;
mod meta;
mod model;
mod positioned;
mod record;
mod references;
mod relation;
mod settle;
mod versioned;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Path;
use syn::spanned::Spanned;

use crate::model::{Column, Entity};

/// The whole output for a struct without mistakes.
pub(crate) fn expand(entity: &Entity) -> TokenStream {
    // The checks refuse a struct without a table.
    let Some(table) = &entity.table else { return TokenStream::new() };
    let entity = &Target { entity, table };
    let types =
        [draft::declare(entity), record::declare(entity), relation::expand(entity), field::expand(entity)];
    let impls = [
        meta::expand(entity),
        fits::expand(entity),
        model::expand(entity),
        versioned::expand(entity),
        positioned::expand(entity),
        references::expand(entity),
        draft::expand(entity),
        draft::between(entity),
        record::expand(entity),
        bind::expand(entity),
        key::expand(entity),
        entity::expand(entity),
    ];
    quote! {
        #(#types)*

        const _: () = {
            #(#impls)*
        };
    }
}

/// An entity and its table.
struct Target<'a> {
    entity: &'a Entity,
    table: &'a Path,
}

impl std::ops::Deref for Target<'_> {
    type Target = Entity;

    fn deref(&self) -> &Entity {
        self.entity
    }
}

impl Target<'_> {
    /// `books::title`
    fn column_of(&self, column: &Column) -> TokenStream {
        let (table, name) = (self.table, &column.column);
        quote!(#table::#name)
    }

    /// The SQL type of a column.
    fn sql_type(&self, column: &Column) -> TokenStream {
        let column = self.column_of(column);
        quote!(<#column as ::diesel::Expression>::SqlType)
    }

    /// The SQL types of columns, as a tuple.
    fn sql_types<'c>(&self, columns: impl IntoIterator<Item = &'c Column>) -> TokenStream {
        tuple(columns.into_iter().map(|column| self.sql_type(column)))
    }

    /// The type of the key: the field's, or a tuple.
    fn key_type(&self) -> TokenStream {
        match self.single_key() {
            Some(key) => key.ty.to_token_stream(),
            None => tuple(self.keys().map(|key| &key.ty)),
        }
    }

    /// The draft with the lifetime `'s`, if it has links.
    fn draft_type(&self) -> TokenStream {
        let (draft, brand) = (self.draft(), self.brand());
        quote!(#draft #brand)
    }

    /// `<'s>` when the draft has links.
    fn brand(&self) -> Option<TokenStream> {
        self.relations().next().map(|_| quote!(<'s>))
    }
}

/// A tuple, of one part too: `(A,)`.
fn tuple(parts: impl IntoIterator<Item = impl ToTokens>) -> TokenStream {
    let parts = parts.into_iter();
    quote!((#(#parts,)*))
}

/// Where errors about `tokens` are shown; names still resolve as the derive's own.
fn at(tokens: &impl Spanned) -> Span {
    Span::call_site().located_at(tokens.span())
}

/// `Err(..)` of Diesel, for what only a mistake of the library brings about.
fn mistake(message: &str) -> TokenStream {
    quote!(::core::result::Result::Err(::diesel::result::Error::QueryBuilderError(::core::convert::Into::into(#message))))
}
