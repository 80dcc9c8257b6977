//! `NewBook`: what a caller supplies for a row that does not exist yet.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;

use super::references::composite_key;
use super::settle::{is_settled, settle_columns, settled};
use super::{Target, at};
use crate::model::{Column, is_string};
use crate::relation::Relation;

/// A column or a relation as the draft holds it.
struct Member<'a> {
    held: Held<'a>,
    /// The field's name, or the relation's.
    name: Ident,
    /// The type of the draft's field.
    ty: TokenStream,
    /// What `new` or the setter takes.
    argument: TokenStream,
    /// The field's value, made of the argument `value`.
    value: fn(&Ident) -> TokenStream,
}

enum Held<'a> {
    Column(&'a Column),
    Relation(Relation<'a>),
}

impl Member<'_> {
    /// Whether `new` takes it.
    fn is_required(&self) -> bool {
        match &self.held {
            Held::Column(column) => column.is_required(),
            Held::Relation(relation) => !relation.is_nullable(),
        }
    }

    fn docs(&self) -> TokenStream {
        match &self.held {
            Held::Column(column) => docs(column),
            Held::Relation(relation) => match relation.columns.as_slice() {
                [column] => docs(column),
                _ => {
                    let doc =
                        format!("The relation `{}`, which sets {}.", self.name.unraw(), relation.fields());
                    quote!(#[doc = #doc])
                }
            },
        }
    }
}

pub(super) fn declare(entity: &Target<'_>) -> TokenStream {
    let (vis, draft, brand) = (&entity.vis, entity.draft(), entity.brand());
    let members: Vec<_> = members(entity).collect();
    let fields = members.iter().map(|member| {
        let (docs, name, ty) = (member.docs(), &member.name, &member.ty);
        quote!(#docs pub #name: #ty)
    });
    let (required, optional): (Vec<_>, Vec<_>) = members.iter().partition(|member| member.is_required());
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
    let settled = settle_columns(entity);
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
                #settled
                #record { #(#fields,)* }
            }
        }

        #whole
    }
}

/// The body of `Model::draft`.
pub(super) fn from_record(entity: &Target<'_>) -> TokenStream {
    let draft = entity.draft();
    let (mut links, mut fields) = (Vec::new(), Vec::new());
    for member in members(entity) {
        let name = &member.name;
        match &member.held {
            Held::Column(column) => {
                let field = &column.field;
                fields.push(quote!(#name: __record.#field));
            }
            Held::Relation(relation) => {
                let (link, local) = (link_of(entity, relation), format_ident!("__link_{}", relation.index));
                links.push(quote!(let #local = #link;));
                fields.push(quote!(#name: #local));
            }
        }
    }
    // Keys are read off several fields before any of them is moved.
    quote! {
        #(#links)*
        #draft { #(#fields,)* }
    }
}

/// The link of a stored draft.
fn link_of(entity: &Target<'_>, relation: &Relation<'_>) -> TokenStream {
    let (index, target) = (relation.index, relation.target);
    let key = match relation.columns.as_slice() {
        [column] => {
            let (field, ty) = (&column.field, &column.ty);
            quote! {
                __record
                    .#field
                    .get()
                    .and_then(<#ty as ::moored::entity::ForeignKey<#target>>::to_key)
            }
        }
        _ => composite_key(entity, relation, &quote!(__record), true),
    };
    let link = quote! {
        __links.take::<#target>(#index).or_else(|| {
            #key.map(::moored::entity::Link::<'s, #target>::from_value)
        })
    };
    if relation.is_nullable() { link } else { quote!(#link.unwrap_or_else(::moored::entity::Link::nowhere)) }
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

/// The fields of the draft: columns in their order, and relations in the place of one that they set.
/// `impl Between`, for an entity whose draft needs two relations and nothing else.
pub(super) fn between(entity: &Target<'_>) -> TokenStream {
    let required: Vec<_> = members(entity).filter(Member::is_required).collect();
    let [Member { held: Held::Relation(one), .. }, Member { held: Held::Relation(other), .. }] =
        required.as_slice()
    else {
        return TokenStream::new();
    };
    let (ident, draft) = (&entity.ident, entity.draft());
    let of = |near: &Relation<'_>, far: &Relation<'_>, arguments: TokenStream| {
        let (near, far) = (&near.type_name, &far.type_name);
        quote! {
            #[automatically_derived]
            impl ::moored::relation::Between<#near> for #ident {
                type Far = #far;

                fn between<'s>(
                    __near: ::moored::entity::Link<'s, <#near as ::moored::relation::Relation>::Target>,
                    __far: ::moored::entity::Link<'s, <#far as ::moored::relation::Relation>::Target>,
                ) -> <Self as ::moored::entity::Model>::Draft<'s> {
                    #draft::new(#arguments)
                }
            }
        }
    };
    let forth = of(one, other, quote!(__near, __far));
    let back = of(other, one, quote!(__far, __near));
    quote!(#forth #back)
}

fn members<'a>(entity: &'a Target<'_>) -> impl Iterator<Item = Member<'a>> {
    let relations: Vec<_> =
        entity.relations().map(|relation| (entity.place_of(&relation), relation)).collect();
    entity.columns.iter().flat_map(move |column| {
        let here = relations.iter().filter(|(place, _)| *place == Some(column.index));
        let mut members: Vec<_> = here.map(|(_, relation)| linked(relation.clone())).collect();
        if column.is_drafted() && !entity.is_linked(column) {
            members.push(plain(column));
        }
        members
    })
}

fn linked(relation: Relation<'_>) -> Member<'_> {
    let target = relation.target;
    let at = at(target);
    let link = quote_spanned!(at=> ::moored::entity::Link<'s, #target>);
    let argument = quote_spanned!(at=> impl ::moored::entity::IntoLink<'s, #target>);
    let (ty, value): (_, fn(&Ident) -> TokenStream) = if relation.is_nullable() {
        (quote!(::core::option::Option<#link>), some_of_link)
    } else {
        (link, of_link)
    };
    Member { name: relation.name.clone(), held: Held::Relation(relation), ty, argument, value }
}

fn plain(column: &Column) -> Member<'_> {
    let (name, ty) = (column.field.clone(), &column.ty);
    let into = |ty: &dyn quote::ToTokens| quote!(impl ::core::convert::Into<#ty>);
    let some = |ty: TokenStream| quote!(::core::option::Option<#ty>);
    let (held, argument, value): (_, _, fn(&Ident) -> TokenStream) =
        match (column.default.is_some(), column.inner()) {
            (true, Some(_)) => (some(quote!(#ty)), into(ty), some_of_into),
            (true, None) if is_string(ty) => (some(quote!(#ty)), into(ty), some_of_into),
            (true, None) => (some(quote!(#ty)), quote!(#ty), some_of),
            (false, Some(inner)) if is_string(inner) => (quote!(#ty), into(inner), some_of_into),
            (false, Some(_)) => (quote!(#ty), into(ty), of_into),
            (false, None) if is_string(ty) => (quote!(#ty), into(ty), of_into),
            (false, None) => (quote!(#ty), quote!(#ty), itself),
        };
    Member { held: Held::Column(column), name, ty: held, argument, value }
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
    let docs = member.docs();
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
    if is_settled(entity, column) {
        let local = settled(column);
        return quote!(#local);
    }
    let linked = entity.relations_of(column).into_iter().next().filter(|_| entity.is_linked(column));
    let Some(relation) = linked else { return quote!(self.#field) };
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
