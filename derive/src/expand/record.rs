//! `BookRecord`: the draft as the session stores it.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt;

use super::Target;
use crate::model::Column;

pub(super) fn declare(entity: &Target<'_>) -> TokenStream {
    let (vis, record) = (&entity.vis, entity.record());
    let fields = entity.columns.iter().filter(|c| c.is_stored()).map(|column| {
        let (field, ty) = (&column.field, &column.ty);
        let docs = super::draft::docs(column);
        if entity.is_linked(column) {
            quote!(#field: ::moored::entity::LinkedColumn<#ty>)
        } else if column.version.is_some() {
            quote!(#field: #ty)
        } else if column.default.is_some() {
            quote!(#docs pub #field: ::core::option::Option<#ty>)
        } else {
            quote!(#docs pub #field: #ty)
        }
    });
    let doc = format!(
        "A `{}` that was persisted and has no row yet: what `draft` shows and `edit_draft` edits.",
        entity.ident.unraw()
    );
    quote! {
        #[doc = #doc]
        #[derive(::core::clone::Clone, ::core::fmt::Debug)]
        #vis struct #record {
            #(#fields,)*
        }
    }
}

pub(super) fn expand(entity: &Target<'_>) -> TokenStream {
    let (ident, record) = (&entity.ident, entity.record());
    let always = entity.columns.iter().filter(|c| !c.is_filled()).map(|c| c.index);
    let sometimes = entity.columns.iter().filter(|c| c.is_stored() && c.default.is_some()).map(|column| {
        let (index, field) = (column.index, &column.field);
        quote! {
            if self.#field.is_some() {
                __columns.insert(#index);
            }
        }
    });
    let key = key(entity);
    let complete = complete(entity);
    quote! {
        #[automatically_derived]
        impl ::moored::entity::Record for #record {
            type Entity = #ident;

            fn columns(&self) -> ::moored::entity::ColumnSet {
                let mut __columns = ::moored::entity::ColumnSet::EMPTY;
                #(__columns.insert(#always);)*
                #(#sometimes)*
                __columns
            }

            fn key(&self) -> ::core::option::Option<<#ident as ::moored::entity::Model>::Key> {
                #key
            }

            fn complete(
                self,
                __returned: ::core::option::Option<<#ident as ::moored::entity::Model>::Returned>,
            ) -> ::core::option::Option<#ident> {
                #complete
            }
        }
    }
}

fn key(entity: &Target<'_>) -> TokenStream {
    if entity.keys().any(|column| !column.is_stored()) {
        return quote!(::core::option::Option::None);
    }
    let parts = entity.keys().map(|column| {
        let field = &column.field;
        match entity.is_linked(column) {
            true => quote!(::core::clone::Clone::clone(self.#field.get()?)),
            false => quote!(::core::clone::Clone::clone(&self.#field)),
        }
    });
    match entity.single_key() {
        Some(_) => quote!(::core::option::Option::Some(#(#parts)*)),
        None => quote!(::core::option::Option::Some((#(#parts,)*))),
    }
}

fn complete(entity: &Target<'_>) -> TokenStream {
    let local = |column: &Column| format_ident!("__column_{}", column.index);
    // A key that the caller made comes back as well, to match rows by; the record's own is the same.
    let returned = entity.returned().into_iter().map(|column| {
        if column.is_filled() {
            let name = local(column);
            quote!(#name)
        } else {
            quote!(_)
        }
    });
    let fields = entity.columns.iter().map(|column| {
        let field = &column.field;
        if column.is_filled() {
            let value = local(column);
            quote!(#field: #value)
        } else if entity.is_linked(column) {
            quote!(#field: self.#field.into_value()?)
        } else {
            quote!(#field: self.#field)
        }
    });
    let ident = &entity.ident;
    let returned: Vec<TokenStream> = returned.collect();
    let take = if returned.is_empty() {
        quote!(let _ = __returned;)
    } else {
        quote!(let (#(#returned,)*) = __returned?;)
    };
    quote! {
        #take
        ::core::option::Option::Some(#ident { #(#fields,)* })
    }
}
