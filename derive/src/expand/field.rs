//! One constant of the entity for each field, for criteria, and for each unique set, for upserts.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt;

use super::Target;

pub(super) fn expand(entity: &Target<'_>) -> TokenStream {
    let (ident, vis) = (&entity.ident, &entity.vis);
    let constants = entity.columns.iter().map(|column| {
        let (index, ty) = (column.index, &column.ty);
        let name = format_ident!("{}", column.plain_name().to_uppercase(), span = column.field.span());
        let doc = format!("The field `{}`, for criteria.", column.plain_name());
        quote! {
            #[doc = #doc]
            #vis const #name: ::moored::criteria::Field<Self, #ty> = ::moored::criteria::Field::new(#index);
        }
    });
    let sets = entity.uniques.iter().enumerate().map(|(index, set)| {
        let name = set.constant();
        let fields: Vec<_> = set.fields.iter().map(|field| format!("`{}`", field.unraw())).collect();
        let doc = format!("The unique set of {}, for upserts.", fields.join(" and "));
        quote! {
            #[doc = #doc]
            #vis const #name: ::moored::entity::UniqueSet<Self> = ::moored::entity::UniqueSet::new(#index);
        }
    });
    quote! {
        #[automatically_derived]
        #[allow(dead_code, reason = "a program need not use every field of its entities in criteria")]
        impl #ident {
            #(#constants)*
            #(#sets)*
        }
    }
}
