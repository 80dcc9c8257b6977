//! What spells a key of the entity, and what can hold one.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::Target;
use crate::model::is_string;

pub(super) fn expand(entity: &Target<'_>) -> TokenStream {
    let (ident, key) = (&entity.ident, entity.key_type());
    let by_reference = quote! {
        #[automatically_derived]
        impl ::moored::entity::IntoKey<#ident> for &#key {
            fn into_key(self) -> #key {
                ::core::clone::Clone::clone(self)
            }
        }
    };
    let Some(column) = entity.single_key() else {
        let parts = from_parts(entity);
        return quote!(#by_reference #parts);
    };
    let from_str = is_string(&column.ty).then(|| {
        quote! {
            #[automatically_derived]
            impl ::moored::entity::IntoKey<#ident> for &str {
                fn into_key(self) -> #key {
                    ::core::convert::From::from(self)
                }
            }
        }
    });
    quote! {
        #[automatically_derived]
        impl ::moored::entity::IntoKey<#ident> for #key {
            fn into_key(self) -> #key {
                self
            }
        }

        #by_reference
        #from_str

        #[automatically_derived]
        impl ::moored::entity::ForeignKey<#ident> for #key {
            fn from_key(__key: &#key) -> Self {
                ::core::clone::Clone::clone(__key)
            }

            fn to_key(&self) -> ::core::option::Option<#key> {
                ::core::option::Option::Some(::core::clone::Clone::clone(self))
            }
        }
    }
}

/// A composite key out of a tuple: a part that refers to a `P` is anything that spells a key of `P`.
fn from_parts(entity: &Target<'_>) -> TokenStream {
    let (ident, key) = (&entity.ident, entity.key_type());
    let (mut generics, mut types, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for (place, column) in entity.keys().enumerate() {
        let (ty, part) = (&column.ty, syn::Index::from(place));
        let generic = format_ident!("__Part{place}");
        if let Some(target) = &column.belongs_to {
            generics.push(quote!(#generic: ::moored::entity::IntoKey<#target>));
            types.push(quote!(#generic));
            values.push(quote! {
                <#ty as ::moored::entity::ForeignKey<#target>>::from_key(
                    &::moored::entity::IntoKey::<#target>::into_key(self.#part),
                )
            });
        } else if is_string(ty) {
            generics.push(quote!(#generic: ::core::convert::Into<#ty>));
            types.push(quote!(#generic));
            values.push(quote!(::core::convert::Into::into(self.#part)));
        } else {
            types.push(quote!(#ty));
            values.push(quote!(self.#part));
        }
    }
    quote! {
        #[automatically_derived]
        impl<#(#generics),*> ::moored::entity::IntoKey<#ident> for (#(#types,)*) {
            fn into_key(self) -> #key {
                (#(#values,)*)
            }
        }
    }
}
