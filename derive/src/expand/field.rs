//! One constant of the entity for each field, for criteria.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

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
    quote! {
        #[automatically_derived]
        #[allow(dead_code, reason = "a program need not use every field of its entities in criteria")]
        impl #ident {
            #(#constants)*
        }
    }
}
