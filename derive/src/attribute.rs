//! Splits `#[entity(..)]` and `#[diesel(..)]` into their items, without knowing what the items mean.

use proc_macro2::{Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Attribute, Token, Type, token};

use crate::diagnostics::Errors;

/// One item of an attribute: `key`, `belongs_to = Author` or `unique(shelf, position)`.
pub(crate) struct Item {
    pub(crate) name: Ident,
    pub(crate) value: Value,
}

/// What follows an item's name.
pub(crate) enum Value {
    Nothing,
    Equals(TokenStream),
    List(TokenStream),
}

/// The items of all `#[entity(..)]`. What cannot be split is a mistake.
pub(crate) fn entity_items(attributes: &[Attribute], errors: &mut Errors) -> Vec<Item> {
    let mut items = Vec::new();
    for attribute in attributes.iter().filter(|a| a.path().is_ident("entity")) {
        match attribute.meta.require_list().and_then(|list| split.parse2(list.tokens.clone())) {
            Ok(found) if found.is_empty() => {
                errors
                    .at(attribute.path().span(), "empty `#[entity()]`: remove it, or say what the field is");
            }
            Ok(found) => items.extend(found),
            Err(error) => errors.add(error),
        }
    }
    items
}

/// The items of all `#[diesel(..)]`. What cannot be split is Diesel's to report.
pub(crate) fn diesel_items(attributes: &[Attribute]) -> Vec<Item> {
    let of_diesel = attributes.iter().filter(|a| a.path().is_ident("diesel"));
    let lists = of_diesel.filter_map(|a| a.meta.require_list().ok());
    lists.filter_map(|list| split.parse2(list.tokens.clone()).ok()).flatten().collect()
}

impl Item {
    pub(crate) fn span(&self) -> Span {
        self.name.span()
    }

    /// Whether the item stands alone, as it has to.
    pub(crate) fn flag(&self, errors: &mut Errors) -> bool {
        let alone = matches!(self.value, Value::Nothing);
        if !alone {
            errors.at(self.span(), format_args!("`{0}` takes no value: write `{0}` alone", self.name));
        }
        alone
    }

    /// What follows the `=`. `form` shows how the item is written.
    pub(crate) fn value<T: Parse>(&self, form: &str, errors: &mut Errors) -> Option<T> {
        match &self.value {
            Value::Equals(tokens) if !tokens.is_empty() => match syn::parse2(tokens.clone()) {
                Ok(value) => return Some(value),
                Err(error) => {
                    errors.at(error.span(), format_args!("cannot read `{}`: write `{form}`", self.name));
                }
            },
            _ => errors.at(self.span(), format_args!("`{}` needs a value: write `{form}`", self.name)),
        }
        None
    }
}

/// A type, and the items that follow it after commas. `form` shows how the whole is written.
pub(crate) fn split_after_type(
    tokens: TokenStream,
    form: &str,
    errors: &mut Errors,
) -> Option<(Type, Vec<Item>)> {
    let parser = |input: ParseStream<'_>| {
        let target = input.parse()?;
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
        Ok((target, split(input)?))
    };
    match parser.parse2(tokens) {
        Ok(read) => Some(read),
        Err(error) => {
            errors.at(error.span(), format_args!("cannot read `belongs_to`: write `{form}`"));
            None
        }
    }
}

/// A name and a type, and the items that follow them after commas. `form` shows how the whole is written.
pub(crate) fn split_after_name_and_type(
    item: &Item,
    tokens: TokenStream,
    form: &str,
    errors: &mut Errors,
) -> Option<(Ident, Type, Vec<Item>)> {
    let parser = |input: ParseStream<'_>| {
        let name = input.parse()?;
        input.parse::<Token![:]>()?;
        let target = input.parse()?;
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
        Ok((name, target, split(input)?))
    };
    match parser.parse2(tokens) {
        Ok(read) => Some(read),
        Err(error) => {
            errors.at(error.span(), format_args!("cannot read `{}`: write `{form}`", item.name));
            None
        }
    }
}

fn split(input: ParseStream<'_>) -> syn::Result<Vec<Item>> {
    let mut items = Vec::new();
    while !input.is_empty() {
        let name = input.call(Ident::parse_any)?;
        let value = if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            Value::Equals(until_comma(input)?)
        } else if input.peek(token::Paren) {
            let content;
            syn::parenthesized!(content in input);
            Value::List(content.parse()?)
        } else {
            Value::Nothing
        };
        items.push(Item { name, value });
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(items)
}

/// The tokens before the next comma that is not between `<` and `>`.
fn until_comma(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut tokens = TokenStream::new();
    let mut depth = 0_usize;
    let mut arrow = false;
    while !(input.is_empty() || depth == 0 && input.peek(Token![,])) {
        let token: TokenTree = input.parse()?;
        if let TokenTree::Punct(punct) = &token {
            match punct.as_char() {
                '<' => depth += 1,
                '>' if !arrow => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        arrow = matches!(&token, TokenTree::Punct(punct) if is_arrow_stem(punct));
        token.to_tokens(&mut tokens);
    }
    Ok(tokens)
}

fn is_arrow_stem(punct: &Punct) -> bool {
    punct.as_char() == '-' && punct.spacing() == Spacing::Joint
}
