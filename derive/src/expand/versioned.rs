//! `impl Versioned`, for an entity with a version column.

use proc_macro2::TokenStream;
use quote::quote;

use super::Target;

pub(super) fn expand(entity: &Target<'_>) -> TokenStream {
    let Some(column) = entity.version() else { return TokenStream::new() };
    let (ident, field, ty) = (&entity.ident, &column.field, &column.ty);
    quote! {
        #[automatically_derived]
        impl ::moored::entity::Versioned for #ident {
            type Version = #ty;

            fn version(&self) -> &#ty {
                &self.#field
            }
        }
    }
}
