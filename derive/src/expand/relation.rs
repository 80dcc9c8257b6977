//! A unit struct for each relation, and the function of the entity that gives it.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::Type;
use syn::ext::IdentExt;

use super::{Target, at};
use crate::inverse::{Inverse, OnRemove, Way};

pub(super) fn expand(entity: &Target<'_>) -> TokenStream {
    let held = entity.relations().map(|relation| {
        let (index, name, kind) = (relation.index, &relation.name, &relation.type_name);
        let presence = match relation.is_nullable() {
            true => quote!(::moored::relation::Optional),
            false => quote!(::moored::relation::Required),
        };
        let doc = format!("The relation `{}`, held by {}.", name.unraw(), relation.fields());
        let declared =
            declare(entity, name, kind, relation.target, &doc, &quote!(::moored::relation::One<#presence>));
        let ident = &entity.ident;
        let text = name.unraw().to_string();
        let one_to_one = entity.is_to_one(&relation).then(|| {
            quote! {
                #[automatically_derived]
                impl ::moored::relation::OneToOne for #kind {}
            }
        });
        quote! {
            #declared

            #[automatically_derived]
            impl ::moored::relation::ToOne for #kind {
                type Presence = #presence;
                const INDEX: usize = #index;
            }

            #[automatically_derived]
            impl ::moored::relation::Named<{ ::moored::relation::name(#text) }> for #ident {
                type Relation = #kind;
            }

            #one_to_one
        }
    });
    let inverses = entity.inverses.iter().map(|inverse| expand_inverse(entity, inverse));
    let pairs = pairs(entity);
    quote!(#(#held)* #(#inverses)* #pairs)
}

/// The relation's type and the function that gives it.
fn declare(
    entity: &Target<'_>,
    name: &Ident,
    kind: &Ident,
    target: &Type,
    doc: &str,
    way: &TokenStream,
) -> TokenStream {
    let (ident, vis) = (&entity.ident, &entity.vis);
    let text = name.unraw().to_string();
    quote! {
        #[doc = #doc]
        #[derive(
            ::core::clone::Clone, ::core::marker::Copy, ::core::default::Default, ::core::fmt::Debug,
        )]
        #[allow(dead_code, reason = "a program need not name the relations of its entities")]
        #vis struct #kind;

        #[automatically_derived]
        #[allow(dead_code, reason = "a program need not use every relation of its entities")]
        impl #ident {
            #[doc = #doc]
            #[must_use]
            #vis const fn #name() -> #kind {
                #kind
            }
        }

        #[automatically_derived]
        impl ::moored::relation::Relation for #kind {
            type Owner = #ident;
            type Target = #target;
            type Kind = #way;
            const NAME: &'static str = #text;
        }
    }
}

/// What `impl Entity` says of the rows that refer to one which is removed, and the bounds that this takes.
pub(super) fn cascade(entity: &Target<'_>) -> (TokenStream, TokenStream) {
    let (mut bounds, mut calls) = (Vec::new(), Vec::new());
    for inverse in &entity.inverses {
        let relation = entity.relation_type(&inverse.name, inverse.type_name.as_ref());
        let (holder, via) = via(inverse);
        let call = match inverse.on_remove {
            OnRemove::Restrict => continue,
            OnRemove::Cascade => quote!(remove::<#relation, #via>),
            OnRemove::Unlink => quote!(unlink::<#relation, #via>),
            OnRemove::Database => quote!(remove_in_memory::<#via>),
        };
        calls.push(quote!(__cascade.#call(__slots)?;));
        for other in [holder, &inverse.target] {
            if !matches!(other, Type::Path(path) if path.path.is_ident(&entity.ident)) {
                bounds.push(quote!(#other: ::moored::entity::Entity<__B>,));
            }
        }
    }
    if calls.is_empty() {
        return (TokenStream::new(), TokenStream::new());
    }
    let method = quote! {
        const CASCADES: bool = true;

        fn cascade(__cascade: &mut ::moored::Cascade<'_, __B>, __slots: &[u32]) -> ::moored::Result<()> {
            #(#calls)*
            ::core::result::Result::Ok(())
        }
    };
    (quote!(#(#bounds)*), method)
}

/// The entity that refers to this one, and its relation.
pub(super) fn via(inverse: &Inverse) -> (&Type, TokenStream) {
    let (holder, by) = match &inverse.way {
        Way::Many { by, .. } | Way::One { by } => (&inverse.target, by),
        Way::Through { link, by, .. } => (&**link, by),
    };
    (holder, named(holder, by))
}

/// The relation of that name.
fn named(holder: &Type, by: &Ident) -> TokenStream {
    let text = by.unraw().to_string();
    let at = by.span();
    quote_spanned!(at=> <#holder as ::moored::relation::Named<{ ::moored::relation::name(#text) }>>::Relation)
}

fn expand_inverse(entity: &Target<'_>, inverse: &Inverse) -> TokenStream {
    let (name, target) = (&inverse.name, &inverse.target);
    let kind = entity.relation_type(name, inverse.type_name.as_ref());
    let (way, doc) = match &inverse.way {
        Way::Many { by, removes_orphans, is_ordered } => {
            let via = named(target, by);
            let orphans = match removes_orphans {
                true => quote!(::moored::relation::RemoveOrphans),
                false => quote!(::moored::relation::Keep),
            };
            let order = order(*is_ordered);
            let doc = format!("The rows that refer to this one by `{by}`.");
            (quote!(::moored::relation::Many<#via, #orphans, #order>), doc)
        }
        Way::One { by } => {
            let via = named(target, by);
            (quote!(::moored::relation::Single<#via>), format!("The row that refers to this one by `{by}`."))
        }
        Way::Through { link, by, to, is_ordered } => {
            let order = order(*is_ordered);
            let (near, far) = (named(link, by), named(link, to));
            let doc = format!("The rows that rows in between link to this one, by `{by}` and `{to}`.");
            (quote!(::moored::relation::Through<#near, #far, #order>), doc)
        }
    };
    let declared = declare(entity, name, &kind, target, &doc, &way);
    let to_one = match &inverse.way {
        Way::One { by } => {
            let via = named(target, by);
            let at = at(target);
            Some(quote_spanned! {at=>
                const _: fn() = || {
                    fn __one_to_one<V: ::moored::relation::OneToOne>() {}
                    __one_to_one::<#via>();
                };
            })
        }
        _ => None,
    };
    quote!(#declared #to_one)
}

fn order(is_ordered: bool) -> TokenStream {
    match is_ordered {
        true => quote!(::moored::relation::Ordered),
        false => quote!(::moored::relation::Unordered),
    }
}

/// For each ordered pair of relations: what was loaded before the second stays loaded.
fn pairs(entity: &Target<'_>) -> TokenStream {
    let held = entity.relations().map(|relation| (relation.type_name, false));
    let inverses = entity.inverses.iter().map(|inverse| {
        let is_tree = matches!(inverse.way, Way::Many { .. })
            && matches!(&inverse.target, Type::Path(path) if path.path.is_ident(&entity.ident));
        (entity.relation_type(&inverse.name, inverse.type_name.as_ref()), is_tree)
    });
    let all: Vec<(Ident, bool)> = held.chain(inverses).collect();
    let pairs = all.iter().flat_map(|(one, _)| {
        all.iter().filter(move |(other, _)| other != one).map(move |(other, is_tree)| {
            let stays = |witness: TokenStream, each: TokenStream| {
                quote! {
                    #[automatically_derived]
                    #[diagnostic::do_not_recommend]
                    impl<#each __Before> ::moored::relation::Has<#one> for #witness
                    where
                        __Before: ::moored::relation::Has<#one>,
                    {
                        type Each = __Before::Each;
                    }
                }
            };
            let with = stays(
                quote!(::moored::relation::With<#other, __Each, __Before>),
                quote!(__Each: ::moored::relation::Witness,),
            );
            let deep = is_tree
                .then(|| stays(quote!(::moored::relation::Deep<#other, __Before>), TokenStream::new()));
            quote!(#with #deep)
        })
    });
    quote!(#(#pairs)*)
}
