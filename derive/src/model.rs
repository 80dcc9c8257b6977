//! The entity as the struct declares it: what the checks look at and the expansion is written from.

use std::collections::HashSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::format_ident;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{
    Attribute, Data, DeriveInput, Fields, GenericArgument, LitBool, LitStr, Path, PathArguments, Token, Type,
    Visibility,
};

use crate::attribute::{Item, Value, diesel_items, entity_items};
use crate::composite::{Composite, FORM};
use crate::diagnostics::{Errors, list};
use crate::inverse::{self, Inverse};

/// What a field can be marked as.
const ON_FIELD: [&str; 13] = [
    "key",
    "generated",
    "default",
    "version",
    "unversioned",
    "position",
    "unique",
    "deferred_unique",
    "belongs_to",
    "name",
    "type",
    "deferred",
    "track",
];
/// What a struct can be marked as.
const ON_STRUCT: [&str; 6] =
    ["unique", "deferred_unique", "belongs_to", "has_many", "has_one", "many_to_many"];

/// A struct that mirrors a row.
pub(crate) struct Entity {
    pub(crate) vis: Visibility,
    pub(crate) ident: Ident,
    pub(crate) table: Option<Path>,
    pub(crate) columns: Vec<Column>,
    pub(crate) uniques: Vec<Unique>,
    /// The relations that are declared on the struct.
    pub(crate) composites: Vec<Composite>,
    /// The relations by columns of other entities.
    pub(crate) inverses: Vec<Inverse>,
}

/// A field and its column.
pub(crate) struct Column {
    pub(crate) index: usize,
    pub(crate) field: Ident,
    pub(crate) ty: Type,
    /// The column's name in the module that `diesel::table!` made.
    pub(crate) column: Ident,
    pub(crate) docs: Vec<Attribute>,
    pub(crate) key: Option<Span>,
    pub(crate) generated: Option<Span>,
    pub(crate) default: Option<Span>,
    pub(crate) version: Option<Span>,
    pub(crate) unversioned: Option<Span>,
    pub(crate) position: Option<Span>,
    pub(crate) unique: Option<Span>,
    pub(crate) deferred_unique: Option<Span>,
    pub(crate) belongs_to: Option<Type>,
    pub(crate) name: Option<Ident>,
    /// What the relation's type is called, where the field says so.
    pub(crate) type_name: Option<Ident>,
    pub(crate) deferred: Option<Span>,
    pub(crate) track: bool,
}

/// A set of fields that is unique in the table, by their names.
pub(crate) struct Unique {
    pub(crate) span: Span,
    pub(crate) fields: Vec<Ident>,
    pub(crate) deferred: bool,
}

impl Unique {
    /// The constant that names the set: `BY_SHELF_POSITION`.
    pub(crate) fn constant(&self) -> Ident {
        let fields: Vec<String> = self.fields.iter().map(|field| field.unraw().to_string()).collect();
        format_ident!("BY_{}", fields.join("_").to_uppercase(), span = self.span)
    }
}

impl Entity {
    /// Reads the struct. `None` when it has no named fields, so that nothing else can be said of it.
    pub(crate) fn read(input: &DeriveInput, errors: &mut Errors) -> Option<Self> {
        if !input.generics.params.is_empty() {
            errors.at(input.generics.span(), "an entity has no generics: one struct mirrors one table");
        }
        let fields = match &input.data {
            Data::Struct(data) => &data.fields,
            _ => {
                errors.at(input.ident.span(), "an entity is a struct with named fields, one for each column");
                return None;
            }
        };
        let Fields::Named(fields) = fields else {
            errors.at(input.ident.span(), "an entity has named fields: write `struct Book { id: i32, .. }`");
            return None;
        };
        let columns: Vec<Column> = fields
            .named
            .iter()
            .enumerate()
            .filter_map(|(index, field)| Column::read(index, field, errors))
            .collect();
        let OnStruct { mut uniques, composites, inverses } = read_struct_items(&input.attrs, errors);
        let single = columns.iter().flat_map(|c| {
            let declared = [(c.unique, false), (c.deferred_unique, true)];
            declared.into_iter().filter_map(|(span, deferred)| {
                Some(Unique { span: span?, fields: vec![c.field.clone()], deferred })
            })
        });
        uniques.splice(0..0, single);
        let table = read_table(input, errors);
        let (vis, ident) = (input.vis.clone(), input.ident.clone());
        Some(Self { vis, ident, table, columns, uniques, composites, inverses })
    }

    /// `NewBook`
    pub(crate) fn draft(&self) -> Ident {
        format_ident!("New{}", self.ident.unraw(), span = self.ident.span())
    }

    /// `BookRecord`
    pub(crate) fn record(&self) -> Ident {
        format_ident!("{}Record", self.ident.unraw(), span = self.ident.span())
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|c| c.key.is_some())
    }

    /// The only column of the key, when it has one.
    pub(crate) fn single_key(&self) -> Option<&Column> {
        let mut keys = self.keys();
        keys.next().filter(|_| keys.next().is_none())
    }

    pub(crate) fn version(&self) -> Option<&Column> {
        self.columns.iter().find(|c| c.version.is_some())
    }

    /// The column that says where a row stands in a list.
    pub(crate) fn position(&self) -> Option<&Column> {
        self.columns.iter().find(|c| c.position.is_some())
    }

    /// The columns of a unique set, in the order of declaration.
    pub(crate) fn columns_of<'a>(&'a self, set: &Unique) -> Vec<&'a Column> {
        set.fields.iter().filter_map(|field| self.column(field)).collect()
    }

    /// The column of that field.
    pub(crate) fn column(&self, field: &Ident) -> Option<&Column> {
        self.columns.iter().find(|c| c.field.unraw() == field.unraw())
    }

    /// The columns that an INSERT reads back: what the database fills, and the key to match rows by.
    pub(crate) fn returned(&self) -> Vec<&Column> {
        let filled = self.columns.iter().any(Column::is_filled);
        self.columns.iter().filter(|c| filled && (c.is_filled() || c.key.is_some())).collect()
    }
}

impl Column {
    fn read(index: usize, field: &syn::Field, errors: &mut Errors) -> Option<Self> {
        let ident = field.ident.clone()?;
        let mut column = Self {
            index,
            column: ident.clone(),
            field: ident,
            ty: field.ty.clone(),
            docs: field.attrs.iter().filter(|a| a.path().is_ident("doc")).cloned().collect(),
            key: None,
            generated: None,
            default: None,
            version: None,
            unversioned: None,
            position: None,
            unique: None,
            deferred_unique: None,
            belongs_to: None,
            name: None,
            type_name: None,
            deferred: None,
            track: true,
        };
        column.read_diesel(&field.attrs, errors);
        let mut seen = HashSet::new();
        for item in entity_items(&field.attrs, errors) {
            if !seen.insert(item.name.to_string()) {
                errors.at(item.span(), format_args!("`{}` is given twice: remove one", item.name));
            }
            column.read_item(&item, errors);
        }
        Some(column)
    }

    fn read_item(&mut self, item: &Item, errors: &mut Errors) {
        let flag = |errors: &mut Errors| item.flag(errors).then(|| item.span());
        match item.name.to_string().as_str() {
            "key" => self.key = flag(errors),
            "generated" => self.generated = flag(errors),
            "default" => self.default = flag(errors),
            "version" => self.version = flag(errors),
            "unversioned" => self.unversioned = flag(errors),
            "position" => self.position = flag(errors),
            "unique" | "deferred_unique" if matches!(item.value, Value::List(_)) => errors.at(
                item.span(),
                format_args!(
                    "a set of fields is declared on the struct: `#[entity({}(..))]` above `struct`",
                    item.name
                ),
            ),
            "unique" => self.unique = flag(errors),
            "deferred_unique" => self.deferred_unique = flag(errors),
            "belongs_to" if matches!(item.value, Value::List(_)) => errors.at(
                item.span(),
                "a relation of several columns is declared on the struct: `#[entity(belongs_to(..))]` above `struct`",
            ),
            "belongs_to" => self.belongs_to = item.value("belongs_to = Author", errors),
            "name" => self.name = item.value("name = editor", errors),
            "type" => self.type_name = item.value("type = BookByAuthor", errors),
            "deferred" => self.deferred = flag(errors),
            "track" => {
                let value = item.value::<LitBool>("track = false", errors);
                self.track = value.is_none_or(|value| value.value);
            }
            _ => errors.at(
                item.span(),
                format_args!("unknown attribute `{}`: a field can have {}", item.name, list(ON_FIELD)),
            ),
        }
    }

    fn read_diesel(&mut self, attributes: &[Attribute], errors: &mut Errors) {
        for item in diesel_items(attributes) {
            match item.name.to_string().as_str() {
                "column_name" => {
                    let Value::Equals(tokens) = &item.value else { continue };
                    let written = syn::parse2::<LitStr>(tokens.clone())
                        .ok()
                        .and_then(|text| identifier(&text.value(), text.span()));
                    match written.or_else(|| syn::parse2(tokens.clone()).ok()) {
                        Some(column) => self.column = column,
                        None => errors.at(item.span(), "cannot read `column_name`: write `column_name = type_`"),
                    }
                }
                name @ ("embed" | "select_expression") => errors.at(
                    item.span(),
                    format_args!("an entity's field is one column of its table: `{name}` fits a view model, not an entity"),
                ),
                _ => {}
            }
        }
    }

    /// What is inside the `Option` of a nullable column.
    pub(crate) fn inner(&self) -> Option<&Type> {
        last_argument(&self.ty, "Option")
    }

    pub(crate) fn is_nullable(&self) -> bool {
        self.inner().is_some()
    }

    /// Whether the database fills the column of a row that leaves it out.
    pub(crate) fn is_filled(&self) -> bool {
        self.generated.is_some() || self.default.is_some()
    }

    /// Whether a stored draft has a field for the column.
    pub(crate) fn is_stored(&self) -> bool {
        self.generated.is_none()
    }

    /// Whether the caller supplies the column.
    pub(crate) fn is_drafted(&self) -> bool {
        self.is_stored() && self.version.is_none()
    }

    /// Whether `New..::new` takes the column.
    pub(crate) fn is_required(&self) -> bool {
        self.is_drafted() && self.default.is_none() && !self.is_nullable()
    }

    /// The relation's name: as given, or the field's without `_id`.
    pub(crate) fn relation_name(&self) -> Option<Ident> {
        self.belongs_to.as_ref()?;
        self.name.clone().or_else(|| {
            let field = self.field.unraw().to_string();
            identifier(field.strip_suffix("_id")?, self.field.span())
        })
    }

    /// The field's name without `r#`.
    pub(crate) fn plain_name(&self) -> String {
        self.field.unraw().to_string()
    }
}

/// Whether the type is written `String`.
pub(crate) fn is_string(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.qself.is_none()
        && path.path.segments.last().is_some_and(|s| s.ident == "String" && s.arguments.is_none()))
}

/// The `T` of a type that is written `Name<T>`, by whatever path.
pub(crate) fn last_argument<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    let ty = match ty {
        // A type that came through a `macro_rules!` fragment is wrapped in an invisible group.
        Type::Group(group) => return last_argument(&group.elem, name),
        Type::Paren(paren) => return last_argument(&paren.elem, name),
        Type::Path(path) if path.qself.is_none() => path,
        _ => return None,
    };
    let segment = ty.path.segments.last().filter(|segment| segment.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(inner) if arguments.args.len() == 1 => Some(inner),
        _ => None,
    }
}

/// An identifier, raw where it is a keyword. `None` where it cannot be one.
fn identifier(name: &str, span: Span) -> Option<Ident> {
    let mut ident = syn::parse_str::<Ident>(name).ok().or_else(|| {
        let can_be_raw = !matches!(name, "self" | "Self" | "super" | "crate" | "_");
        can_be_raw.then(|| syn::parse_str::<Ident>(&format!("r#{name}")).ok()).flatten()
    })?;
    ident.set_span(span);
    Some(ident)
}

/// What is declared on the struct.
struct OnStruct {
    uniques: Vec<Unique>,
    composites: Vec<Composite>,
    inverses: Vec<Inverse>,
}

fn read_struct_items(attributes: &[Attribute], errors: &mut Errors) -> OnStruct {
    let (mut uniques, mut composites, mut inverses) = (Vec::new(), Vec::new(), Vec::new());
    for item in entity_items(attributes, errors) {
        let name = item.name.to_string();
        match (&item.value, name.as_str()) {
            (Value::List(tokens), "belongs_to") => composites.extend(Composite::read(&item, tokens, errors)),
            (Value::List(tokens), "has_many" | "has_one" | "many_to_many") => {
                inverses.extend(Inverse::read(&item, tokens, errors));
            }
            (_, kind @ ("has_many" | "has_one" | "many_to_many")) => errors
                .at(item.span(), format_args!("`{kind}` needs its entity: write `{}`", inverse::form(kind))),
            (_, "belongs_to") => errors.at(
                item.span(),
                format_args!(
                    "`belongs_to` on a struct names its columns: write `{FORM}`; a relation of one column is \
                     declared on its field"
                ),
            ),
            (Value::List(tokens), "unique" | "deferred_unique") => {
                let form = format!("{name}(shelf, position)");
                if let Some(fields) = read_fields(&item, tokens, &form, errors) {
                    uniques.push(Unique { span: item.span(), fields, deferred: name != "unique" });
                }
            }
            (_, "unique" | "deferred_unique") => errors.at(
                item.span(),
                format_args!("`{name}` on a struct needs fields: write `{name}(shelf, position)`"),
            ),
            (_, on_field) if ON_FIELD.contains(&on_field) => {
                errors.at(item.span(), format_args!("`{name}` belongs on a field, not on the struct"));
            }
            _ => errors.at(
                item.span(),
                format_args!("unknown attribute `{name}`: a struct can have {}", list(ON_STRUCT)),
            ),
        }
    }
    OnStruct { uniques, composites, inverses }
}

/// The field names of a list. `form` shows how the item is written.
pub(crate) fn read_fields(
    item: &Item,
    tokens: &TokenStream,
    form: &str,
    errors: &mut Errors,
) -> Option<Vec<Ident>> {
    let name = &item.name;
    let fields = syn::punctuated::Punctuated::<Ident, Token![,]>::parse_terminated;
    match syn::parse::Parser::parse2(fields, tokens.clone()) {
        Ok(fields) if !fields.is_empty() => return Some(fields.into_iter().collect()),
        Ok(_) => errors.at(item.span(), format_args!("`{name}()` names no field: write `{form}`")),
        Err(error) => errors.at(error.span(), format_args!("`{name}(..)` takes field names: `{form}`")),
    }
    None
}

/// The table; without it a mistake was noted.
fn read_table(input: &DeriveInput, errors: &mut Errors) -> Option<Path> {
    let Some(item) = diesel_items(&input.attrs).into_iter().find(|item| item.name == "table_name") else {
        errors.at(input.ident.span(), "an entity needs its table: add `#[diesel(table_name = ..)]`");
        return None;
    };
    item.value("table_name = crate::schema::books", errors)
}
