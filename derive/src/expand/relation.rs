//! One function of the entity for each relation.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt;

use super::Target;

pub(super) fn expand(entity: &Target<'_>) -> TokenStream {
    let (ident, vis) = (&entity.ident, &entity.vis);
    let functions: Vec<_> = entity
        .relations()
        .map(|relation| {
            let (index, name, target) = (relation.index, &relation.name, relation.target);
            let presence =
                if relation.is_nullable() { format_ident!("Optional") } else { format_ident!("Required") };
            let doc = format!("The relation `{}`, held by {}.", name.unraw(), relation.fields());
            quote! {
                #[doc = #doc]
                #[must_use]
                #vis const fn #name() -> ::moored::entity::BelongsTo<
                    Self,
                    #target,
                    ::moored::entity::#presence,
                    #index,
                > {
                    ::moored::entity::BelongsTo::new()
                }
            }
        })
        .collect();
    let to_one = entity.relations().filter(|relation| entity.is_to_one(relation)).map(|relation| {
        let index = relation.index;
        quote! {
            #[automatically_derived]
            impl ::moored::entity::OneToOne<#index> for #ident {}
        }
    });
    if functions.is_empty() {
        return TokenStream::new();
    }
    quote! {
        #[automatically_derived]
        #[allow(dead_code, reason = "a program need not use every relation of its entities")]
        impl #ident {
            #(#functions)*
        }

        #(#to_one)*
    }
}
