//! `impl Positioned`, for an entity whose rows stand in lists.

use proc_macro2::TokenStream;
use quote::quote;

use super::Target;

pub(super) fn expand(entity: &Target<'_>) -> TokenStream {
    let Some(column) = entity.position() else { return TokenStream::new() };
    let (ident, field, ty) = (&entity.ident, &column.field, &column.ty);
    let (of_draft, in_draft) = match column.default {
        Some(_) => (quote!(__draft.#field), quote!(::core::option::Option::Some(__position))),
        None => (quote!(::core::option::Option::Some(__draft.#field)), quote!(__position)),
    };
    quote! {
        #[automatically_derived]
        impl ::moored::entity::Positioned for #ident {
            type Position = #ty;

            fn position(&self) -> #ty {
                self.#field
            }

            fn position_to_be(__draft: &Self::Record) -> ::core::option::Option<#ty> {
                #of_draft
            }

            fn set_position(&mut self, __position: #ty) {
                self.#field = __position;
            }

            fn set_position_to_be(__draft: &mut Self::Record, __position: #ty) {
                __draft.#field = #in_draft;
            }
        }
    }
}
