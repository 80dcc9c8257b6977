//! Type checks whose errors point at the field that is wrong.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::{Target, at};

pub(super) fn expand(entity: &Target<'_>) -> TokenStream {
    let calls = entity.columns.iter().map(|column| {
        let (ty, at, name) = (&column.ty, at(&column.ty), entity.column_of(column));
        let mut calls = quote_spanned! {at=>
            __fits::<#name, #ty>();
            __unshared::<#ty>();
        };
        if !column.is_nullable() {
            calls.extend(quote_spanned! {at=>
                __never_null::<
                    #name,
                    <<#name as ::diesel::Expression>::SqlType as ::diesel::sql_types::SqlType>::IsNull,
                >();
            });
        }
        if column.version.is_some() {
            calls.extend(quote_spanned!(at=> __version::<#ty>();));
        }
        if column.position.is_some() {
            calls.extend(quote_spanned!(at=> __position::<#ty>();));
        }
        if let Some(target) = &column.belongs_to {
            calls.extend(quote_spanned!(at=> __foreign_key::<#target, #ty>();));
        }
        calls
    });
    quote! {
        const _: fn() = || {
            fn __fits<C, T: ::moored::entity::Fits<C>>() {}
            fn __unshared<T: ::moored::entity::Unshared>() {}
            fn __never_null<C, N: ::moored::entity::NeverNull<C>>() {}
            fn __version<T: ::moored::entity::Version>() {}
            fn __position<T: ::moored::entity::Position>() {}
            fn __foreign_key<P: ::moored::entity::Model, T: ::moored::entity::ForeignKey<P>>() {}
            #(#calls)*
        };
    }
}
