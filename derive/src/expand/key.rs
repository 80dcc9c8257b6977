//! What spells a key of the entity, and what can hold one.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Type;

use super::Target;
use crate::model::{Column, is_string, last_argument};

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
        let (parts, held) = (from_parts(entity), parts_held(entity));
        return quote!(#by_reference #parts #held);
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
        if let Some(target) = entity_of(column) {
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

/// What holds the key in several columns of another row: every part in a field of its own.
fn parts_held(entity: &Target<'_>) -> TokenStream {
    let (ident, key) = (&entity.ident, entity.key_type());
    let parts = entity.keys().enumerate().map(|(place, column)| part_held(entity, place, column));
    let names: Vec<_> = (0..entity.keys().count()).map(|place| format_ident!("__Part{place}")).collect();
    let bounds = entity.keys().zip(&names).enumerate().map(|(place, (column, name))| {
        let ty = &column.ty;
        quote!(#name: ::moored::entity::KeyPart<#ident, #place, Part = #ty>)
    });
    let places: Vec<_> = (0..names.len()).map(syn::Index::from).collect();
    quote! {
        #(#parts)*

        #[automatically_derived]
        impl<#(#bounds),*> ::moored::entity::CompositeForeignKey<#ident> for (#(#names,)*) {
            fn from_key(__key: &#key) -> Self {
                (#(::moored::entity::KeyPart::from_part(&__key.#places),)*)
            }

            fn to_key(&self) -> ::core::option::Option<#key> {
                ::core::option::Option::Some((#(::moored::entity::KeyPart::to_part(&self.#places)?,)*))
            }
        }
    }
}

/// What holds one part: its own type, and where that is a typed key the bare one, and the other way round.
fn part_held(entity: &Target<'_>, place: usize, column: &Column) -> TokenStream {
    let (ident, ty) = (&entity.ident, &column.ty);
    let implement = |holder: &TokenStream, from: &TokenStream, to: &TokenStream| {
        quote! {
            #[automatically_derived]
            impl ::moored::entity::KeyPart<#ident, #place> for #holder {
                type Part = #ty;

                fn from_part(__part: &#ty) -> Self {
                    #from
                }

                fn to_part(&self) -> ::core::option::Option<#ty> {
                    #to
                }
            }
        }
    };
    let itself = implement(
        &quote!(#ty),
        &quote!(::core::clone::Clone::clone(__part)),
        &quote!(::core::option::Option::Some(::core::clone::Clone::clone(self))),
    );
    let Some(target) = entity_of(column) else { return itself };
    let typed = quote!(::moored::entity::Key<#target>);
    let bare = quote!(<#target as ::moored::entity::Model>::Key);
    let other = if last_argument(ty, "Key").is_some() {
        implement(
            &bare,
            &quote!(::core::clone::Clone::clone(__part.value())),
            &quote!(::core::option::Option::Some(::moored::entity::Key::from_value(
                ::core::clone::Clone::clone(self)
            ))),
        )
    } else {
        implement(
            &typed,
            &quote!(::moored::entity::Key::from_value(::core::clone::Clone::clone(__part))),
            &quote!(::core::option::Option::Some(::core::clone::Clone::clone(self.value()))),
        )
    };
    quote!(#itself #other)
}

/// The entity whose key a part of the key is: it refers to it, or is a typed key of it.
fn entity_of(column: &Column) -> Option<&Type> {
    column.belongs_to.as_ref().or_else(|| last_argument(&column.ty, "Key"))
}
