//! `NewBook`: what a caller supplies for a row that does not exist yet.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;

use super::{Target, at};
use crate::model::{Column, is_string};

/// A column as the draft holds it.
struct Member<'a> {
    column: &'a Column,
    /// The field's name, or the relation's.
    name: Ident,
    /// The type of the draft's field.
    ty: TokenStream,
    /// What `new` or the setter takes.
    argument: TokenStream,
    /// The field's value, made of the argument `value`.
    value: fn(&Ident) -> TokenStream,
}

pub(super) fn declare(entity: &Target<'_>) -> TokenStream {
    let (vis, draft, brand) = (&entity.vis, entity.draft(), entity.brand());
    let members: Vec<_> = members(entity).collect();
    let fields = members.iter().map(|member| {
        let (docs, name, ty) = (docs(member.column), &member.name, &member.ty);
        quote!(#docs pub #name: #ty)
    });
    let (required, optional): (Vec<_>, Vec<_>) =
        members.iter().partition(|member| member.column.is_required());
    let setters = optional.iter().map(|member| setter(vis, member));
    let new = constructor(entity, &required, &optional);
    let doc = format!("A `{}` to be: persisting it makes the row.", entity.ident.unraw());
    quote! {
        #[doc = #doc]
        #[must_use = "a draft becomes a row only when it is persisted"]
        #[derive(::core::fmt::Debug)]
        #vis struct #draft #brand {
            #(#fields,)*
        }

        #[automatically_derived]
        #[allow(dead_code, reason = "a program need not use every setter of its drafts")]
        #[allow(clippy::too_many_arguments, reason = "a row has as many required columns as it has")]
        #[allow(clippy::new_without_default, reason = "`new` is the one way that all drafts have in common")]
        impl #brand #draft #brand {
            #new
            #(#setters)*
        }
    }
}

pub(super) fn expand(entity: &Target<'_>) -> TokenStream {
    let (ident, record, draft) = (&entity.ident, entity.record(), entity.draft_type());
    let fields = entity.columns.iter().filter(|c| c.is_stored()).map(|column| {
        let (field, value) = (&column.field, into_record(entity, column));
        quote!(#field: #value)
    });
    let whole = (!entity.columns.iter().any(Column::is_filled)).then(|| {
        quote! {
            #[automatically_derived]
            impl<'s> ::moored::entity::Draft<'s> for #ident {
                type Entity = #ident;
                type State = ::moored::handle::Managed;

                fn into_pending(self, _: &mut ::moored::entity::Links<'s>) -> #ident {
                    self
                }
            }
        }
    });
    quote! {
        #[automatically_derived]
        impl<'s> ::moored::entity::Draft<'s> for #draft {
            type Entity = #ident;
            type State = ::moored::handle::New;

            fn into_pending(self, __links: &mut ::moored::entity::Links<'s>) -> #record {
                #record { #(#fields,)* }
            }
        }

        #whole
    }
}

/// The body of `Model::draft`.
pub(super) fn from_record(entity: &Target<'_>) -> TokenStream {
    let draft = entity.draft();
    let fields = members(entity).map(|member| {
        let (name, column) = (&member.name, member.column);
        let (field, ty) = (&column.field, &column.ty);
        let Some(relation) = entity.relation_of(column) else {
            return quote!(#name: __record.#field);
        };
        let (index, target) = (relation.index, relation.target);
        let link = quote! {
            __links.take::<#target>(#index).or_else(|| {
                __record
                    .#field
                    .get()
                    .and_then(<#ty as ::moored::entity::ForeignKey<#target>>::to_key)
                    .map(::moored::entity::Link::<'s, #target>::to)
            })
        };
        if column.is_nullable() {
            quote!(#name: #link)
        } else {
            quote!(#name: #link.unwrap_or_else(::moored::entity::Link::nowhere))
        }
    });
    quote!(#draft { #(#fields,)* })
}

/// The documentation of a field, or its column's name where the user wrote none.
pub(super) fn docs(column: &Column) -> TokenStream {
    let docs = &column.docs;
    if docs.is_empty() {
        let doc = format!("The column `{}`.", column.plain_name());
        quote!(#[doc = #doc])
    } else {
        quote!(#(#docs)*)
    }
}

fn members<'a>(entity: &'a Target<'_>) -> impl Iterator<Item = Member<'a>> {
    entity.columns.iter().filter(|c| c.is_drafted()).map(|column| member(entity, column))
}

fn member<'a>(entity: &'a Target<'_>, column: &'a Column) -> Member<'a> {
    let ty = &column.ty;
    let into = |ty: &dyn quote::ToTokens| quote!(impl ::core::convert::Into<#ty>);
    let some = |ty: TokenStream| quote!(::core::option::Option<#ty>);
    let (name, held, argument, value): (_, _, _, fn(&Ident) -> TokenStream) =
        if let Some(relation) = entity.relation_of(column) {
            let target = relation.target;
            let at = at(target);
            let link = quote_spanned!(at=> ::moored::entity::Link<'s, #target>);
            let argument = quote_spanned!(at=> impl ::moored::entity::IntoLink<'s, #target>);
            if column.is_nullable() {
                (relation.name, some(link), argument, some_of_link)
            } else {
                (relation.name, link, argument, of_link)
            }
        } else {
            let name = column.field.clone();
            match (column.default.is_some(), column.inner()) {
                (true, Some(_)) => (name, some(quote!(#ty)), into(ty), some_of_into),
                (true, None) if is_string(ty) => (name, some(quote!(#ty)), into(ty), some_of_into),
                (true, None) => (name, some(quote!(#ty)), quote!(#ty), some_of),
                (false, Some(inner)) if is_string(inner) => (name, quote!(#ty), into(inner), some_of_into),
                (false, Some(_)) => (name, quote!(#ty), into(ty), of_into),
                (false, None) if is_string(ty) => (name, quote!(#ty), into(ty), of_into),
                (false, None) => (name, quote!(#ty), quote!(#ty), itself),
            }
        };
    Member { column, name, ty: held, argument, value }
}

fn itself(value: &Ident) -> TokenStream {
    quote!(#value)
}

fn some_of(value: &Ident) -> TokenStream {
    quote!(::core::option::Option::Some(#value))
}

fn of_into(value: &Ident) -> TokenStream {
    quote!(::core::convert::Into::into(#value))
}

fn of_link(value: &Ident) -> TokenStream {
    quote!(::moored::entity::IntoLink::into_link(#value))
}

fn some_of_link(value: &Ident) -> TokenStream {
    quote!(::core::option::Option::Some(::moored::entity::IntoLink::into_link(#value)))
}

fn some_of_into(value: &Ident) -> TokenStream {
    quote!(::core::option::Option::Some(::core::convert::Into::into(#value)))
}

fn constructor(entity: &Target<'_>, required: &[&Member<'_>], optional: &[&Member<'_>]) -> TokenStream {
    let vis = &entity.vis;
    let arguments: Vec<_> = required.iter().map(|member| format_ident!("{}_", member.name.unraw())).collect();
    let types = required.iter().map(|member| &member.argument);
    let names = required.iter().map(|member| &member.name);
    let values = required.iter().zip(&arguments).map(|(member, argument)| (member.value)(argument));
    let rest = optional.iter().map(|member| &member.name);
    let doc = format!("What every `{}` must have; a setter adds each of the rest.", entity.ident.unraw());
    quote! {
        #[doc = #doc]
        #vis fn new(#(#arguments: #types),*) -> Self {
            Self {
                #(#names: #values,)*
                #(#rest: ::core::option::Option::None,)*
            }
        }
    }
}

fn setter(vis: &syn::Visibility, member: &Member<'_>) -> TokenStream {
    let (name, argument) = (&member.name, &member.argument);
    let value = (member.value)(&format_ident!("value_"));
    let docs = docs(member.column);
    quote! {
        #docs
        #vis fn #name(mut self, value_: #argument) -> Self {
            self.#name = #value;
            self
        }
    }
}

/// The value of the stored draft's field.
fn into_record(entity: &Target<'_>, column: &Column) -> TokenStream {
    let (field, ty) = (&column.field, &column.ty);
    if column.version.is_some() {
        return quote!(<#ty as ::moored::entity::Version>::initial());
    }
    let Some(relation) = entity.relation_of(column) else {
        return quote!(self.#field);
    };
    let (index, name, target) = (relation.index, &relation.name, relation.target);
    let put = |link: TokenStream| {
        quote! {
            match __links.put::<#target>(#index, #link) {
                ::core::option::Option::Some(__key) => ::moored::entity::LinkedColumn::of(
                    <#ty as ::moored::entity::ForeignKey<#target>>::from_key(&__key),
                ),
                ::core::option::Option::None => ::moored::entity::LinkedColumn::unset(),
            }
        }
    };
    if column.is_nullable() {
        let put = put(quote!(__link));
        quote! {
            match self.#name {
                ::core::option::Option::Some(__link) => #put,
                ::core::option::Option::None => ::moored::entity::LinkedColumn::of(::core::option::Option::None),
            }
        }
    } else {
        put(quote!(self.#name))
    }
}
