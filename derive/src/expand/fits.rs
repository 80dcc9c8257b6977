//! Type checks whose errors point at the field that is wrong.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::Target;

pub(super) fn expand(entity: &Target<'_>) -> TokenStream {
    let calls = entity.columns.iter().map(|column| {
        let (ty, name, table) = (&column.ty, &column.column, entity.table);
        let at = Span::call_site().located_at(ty.span());
        let mut located = name.clone();
        located.set_span(name.span().located_at(ty.span()));
        let mut calls = quote_spanned!(at=> __fits::<#table::#name, #ty>(););
        if !column.is_nullable() {
            calls.extend(quote_spanned!(at=> __never_null::<#table::#located>();));
        }
        if column.version.is_some() {
            calls.extend(quote_spanned!(at=> __version::<#ty>();));
        }
        if let Some(target) = &column.belongs_to {
            calls.extend(quote_spanned!(at=> __foreign_key::<#target, #ty>();));
        }
        calls
    });
    quote! {
        const _: fn() = || {
            fn __fits<C, T: ::moored::entity::Fits<C>>() {}
            fn __never_null<C>()
            where
                C: ::diesel::Expression,
                C::SqlType: ::diesel::sql_types::SqlType,
                <C::SqlType as ::diesel::sql_types::SqlType>::IsNull: ::moored::entity::NeverNull<C>,
            {
            }
            fn __version<T: ::moored::entity::Version>() {}
            fn __foreign_key<P: ::moored::entity::Model, T: ::moored::entity::ForeignKey<P>>() {}
            #(#calls)*
        };
    }
}
