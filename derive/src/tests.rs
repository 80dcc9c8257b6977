//! Every mistake that the derive itself reports, and what it says of it.

use syn::{DeriveInput, parse_quote};

use crate::derive;

/// The messages for a struct, in the order they are reported.
fn mistakes(input: &DeriveInput) -> Vec<String> {
    match derive(input) {
        Ok(_) => Vec::new(),
        Err(error) => error.into_iter().map(|one| one.to_string()).collect(),
    }
}

/// Fields in an otherwise right entity `Book` with the key `id`, and the one message they lead to.
macro_rules! rejected {
    ($($test:ident: { $($fields:tt)* } => $message:literal;)*) => {$(
        #[test]
        fn $test() {
            let input = parse_quote! {
                #[diesel(table_name = books)]
                struct Book { #[entity(key, generated)] id: i32, $($fields)* }
            };
            assert_eq!(mistakes(&input), [$message]);
        }
    )*};
}

rejected! {
    two_versions: { #[entity(version)] a: i32, #[entity(version)] b: i32 }
        => "an entity has one version column: remove the second `version`";
    a_nullable_version: { #[entity(version)] a: Option<i32> }
        => "a version cannot be NULL: take the `Option` away";
    a_version_in_the_key: { #[entity(key, version)] a: i32 }
        => "a version moves and a key must not: give the version a field of its own";
    a_version_that_the_database_fills: { #[entity(version, default)] a: i32 }
        => "the library counts the version: remove `generated` and `default`";
    a_version_that_is_a_relation: { #[entity(version, belongs_to = A)] a_id: i32 }
        => "a version is no foreign key: give the version a field of its own";
    a_field_excluded_from_no_version: { #[entity(unversioned)] a: i32 }
        => "`unversioned` excludes a field from the version, and there is none: take it away";
    a_version_excluded_from_itself: { #[entity(version, unversioned)] a: i32 }
        => "no edit changes a key, a version or a generated column: take `unversioned` away";
    a_key_excluded_from_the_version: { #[entity(key, unversioned)] a: i32, #[entity(version)] b: i32 }
        => "no edit changes a key, a version or a generated column: take `unversioned` away";
    a_nullable_key: { #[entity(key)] a: core::option::Option<i32> }
        => "a key cannot be NULL: take the `Option` away";
    a_key_with_a_default: { #[entity(key, default)] a: i32 }
        => "a key that the database fills is `generated`: write `key, generated`";
    a_key_made_of_itself: { #[entity(key)] a: Key<Book> }
        => "`Key<Book>` is made of this field: give it the key's own type";
    generated_and_default: { #[entity(generated, default)] a: i32 }
        => "`generated` never takes a value and `default` may: keep one of them";
    a_generated_relation: { #[entity(generated, belongs_to = A)] a_id: i32 }
        => "a relation is set by the program, not by the database: remove `generated`";
    a_relation_with_a_default: { #[entity(default, belongs_to = A)] a_id: i32 }
        => "a relation left out refers to nothing: remove `default`";
    belongs_to_nobody: { #[entity(belongs_to)] a_id: i32 }
        => "`belongs_to` needs a value: write `belongs_to = Author`";
    belongs_to_nobody_after_an_equals_sign: { #[entity(belongs_to = )] a_id: i32 }
        => "`belongs_to` needs a value: write `belongs_to = Author`";
    belongs_to_a_number: { #[entity(belongs_to = 7)] a_id: i32 }
        => "cannot read `belongs_to`: write `belongs_to = Author`";
    a_relation_without_a_name: { #[entity(belongs_to = A)] owner: i32 }
        => "`owner` does not say what the relation is called: add `name = ..`";
    a_relation_that_cannot_be_named: { #[entity(belongs_to = A)] self_id: i32 }
        => "`self_id` does not say what the relation is called: add `name = ..`";
    two_relations_of_one_name: { #[entity(belongs_to = A)] a_id: i32, #[entity(belongs_to = A, name = a)] b_id: i32 }
        => "a second relation is called `a`: tell them apart with `name = ..`";
    a_relation_named_like_a_field: { #[entity(belongs_to = A)] a_id: i32, a: i32 }
        => "the relation `a` has the name of a field: tell them apart with `name = ..`";
    a_name_without_a_relation: { #[entity(name = a)] a_id: i32 }
        => "`name` is the name of a relation: add `belongs_to = ..`";
    deferred_without_a_relation: { #[entity(deferred)] a_id: i32 }
        => "`deferred` is said of a relation: add `belongs_to = ..`";
    track_that_is_no_bool: { #[entity(track = no)] a: i32 }
        => "cannot read `track`: write `track = false`";
    track_alone: { #[entity(track)] a: i32 }
        => "`track` needs a value: write `track = false`";
    an_unknown_attribute: { #[entity(primary)] a: i32 }
        => "unknown attribute `primary`: a field can have `key`, `generated`, `default`, `version`, `unversioned`, `position`, `unique`, `deferred_unique`, `belongs_to`, `name`, `type`, `deferred` and `track`";
    a_flag_with_a_value: { #[entity(version = true)] a: i32 }
        => "`version` takes no value: write `version` alone";
    an_attribute_given_twice: { #[entity(unique)] #[entity(unique)] a: i32 }
        => "`unique` is given twice: remove one";
    an_empty_attribute: { #[entity()] a: i32 }
        => "empty `#[entity()]`: remove it, or say what the field is";
    a_unique_set_on_a_field: { #[entity(unique(a, id))] a: i32 }
        => "a set of fields is declared on the struct: `#[entity(unique(..))]` above `struct`";
    a_relation_of_several_columns_on_a_field: { #[entity(belongs_to(A, name = a, columns(b, id)))] b: i32 }
        => "a relation of several columns is declared on the struct: `#[entity(belongs_to(..))]` above `struct`";
    a_field_called_like_a_unique_set: { #[entity(unique)] a: i32, by_a: i32 }
        => "the constant `BY_A` of this unique set is that of a field or another set as well: rename a field and give it a `column_name`";
    an_embedded_struct: { #[diesel(embed)] a: Names }
        => "an entity's field is one column of its table: `embed` fits a view model, not an entity";
    a_position_that_may_be_null: { #[entity(position)] a: Option<i32> }
        => "a position cannot be NULL: take the `Option` away";
    a_position_that_is_made: { #[entity(position, generated)] a: i32 }
        => "a row is moved by an edit of its position, which a key, a version or a generated column does not take: give it a field of its own";
    a_position_that_refers: { #[entity(position, belongs_to = A)] a_id: i32 }
        => "a position is no foreign key: give it a field of its own";
    two_positions: { #[entity(position)] a: i32, #[entity(position)] b: i32 }
        => "a row stands in one place: remove the second `position`";
    a_setter_called_new: { #[entity(default)] new: i32 }
        => "a setter `new` would clash with the draft's `new`: rename the field and give it a `column_name`";
}

/// Attributes on an otherwise right struct, and the one message they lead to.
macro_rules! rejected_on_the_struct {
    ($($test:ident: $item:tt => $message:literal;)*) => {$(
        #[test]
        fn $test() {
            let input = parse_quote! {
                #[diesel(table_name = books)]
                #[entity $item]
                struct Book { #[entity(key)] id: i32, shelf: i32, position: i32 }
            };
            assert_eq!(mistakes(&input), [$message]);
        }
    )*};
}

rejected_on_the_struct! {
    a_unique_set_of_an_unknown_field: (unique(shelf, place))
        => "no field `place`: the fields are `id`, `shelf` and `position`";
    a_unique_set_that_names_a_field_twice: (unique(shelf, shelf)) => "`shelf` is named twice: remove one";
    a_unique_set_declared_twice: (unique(shelf, position), unique(position, shelf))
        => "this unique set is declared twice: remove one";
    a_unique_set_of_nothing: (unique()) => "`unique()` names no field: write `unique(shelf, position)`";
    a_unique_set_of_no_names: (unique(7)) => "`unique(..)` takes field names: `unique(shelf, position)`";
    a_deferred_unique_set_of_nothing: (deferred_unique())
        => "`deferred_unique()` names no field: write `deferred_unique(shelf, position)`";
    a_unique_set_declared_in_two_ways: (unique(shelf, position), deferred_unique(shelf, position))
        => "this unique set is declared twice: remove one";
    unique_alone: (unique) => "`unique` on a struct needs fields: write `unique(shelf, position)`";
    a_collection_of_nobody: (has_many) => "`has_many` needs its entity: write `has_many(books: Book, by = author)`";
    a_collection_without_a_name: (has_many(Book, by = author))
        => "cannot read `has_many`: write `has_many(books: Book, by = author)`";
    a_collection_by_nothing: (has_many(books: Book))
        => "`has_many` needs `by`: write `has_many(books: Book, by = author)`";
    a_collection_through_half_of_its_way: (many_to_many(tags: Tag, through = BookTag, by = book))
        => "`many_to_many` needs `to`: write `many_to_many(tags: Tag, through = BookTag, by = book, to = tag)`";
    a_collection_through_another_entity: (has_many(books: Book, by = author, through = Shelf))
        => "unknown attribute `through`: write `has_many(books: Book, by = author)`";
    two_collections_of_one_name: (has_many(books: Book, by = author), has_one(books: Book, by = editor))
        => "a second relation is called `books`: give it another name";
    orphans_that_are_sent_away: (has_many(books: Book, by = author, orphans = adopt))
        => "`orphans` are `keep`, which is the default, or `remove`";
    an_order_of_one: (has_one(profile: Profile, by = author, ordered))
        => "unknown attribute `ordered`: write `has_one(profile: Profile, by = author)`";
    an_order_with_a_value: (has_many(books: Book, by = author, ordered = name))
        => "`ordered` takes no value: write `ordered` alone";
    a_removal_that_is_not_known: (has_many(books: Book, by = author, on_remove = forget))
        => "`on_remove` is `restrict`, `cascade`, `unlink` or `database`";
    rows_in_between_unlinked: (many_to_many(tags: Tag, through = BookTag, by = book, to = tag, on_remove = unlink))
        => "a row in between refers to both ends: write `on_remove = cascade`";
    a_field_attribute_on_the_struct: (key) => "`key` belongs on a field, not on the struct";
    an_unknown_struct_attribute: (table = books) => "unknown attribute `table`: a struct can have `unique`, `deferred_unique`, `belongs_to`, `has_many`, `has_one` and `many_to_many`";
}

rejected_on_the_struct! {
    a_relation_that_says_nothing: (belongs_to)
        => "`belongs_to` on a struct names its columns: write `belongs_to(Seat, name = seat, columns(venue, number))`; a relation of one column is declared on its field";
    a_relation_that_is_declared_as_on_a_field: (belongs_to = Place)
        => "`belongs_to` on a struct names its columns: write `belongs_to(Seat, name = seat, columns(venue, number))`; a relation of one column is declared on its field";
    a_relation_to_nothing: (belongs_to())
        => "cannot read `belongs_to`: write `belongs_to(Seat, name = seat, columns(venue, number))`";
    a_relation_without_an_entity: (belongs_to(columns(shelf, position)))
        => "cannot read `belongs_to`: write `belongs_to(Seat, name = seat, columns(venue, number))`";
    a_relation_without_columns: (belongs_to(Place, name = place))
        => "`belongs_to` on a struct names its columns: write `belongs_to(Seat, name = seat, columns(venue, number))`";
    a_relation_of_several_columns_without_a_name: (belongs_to(Place, columns(shelf, position)))
        => "the relation has no name: write `belongs_to(Seat, name = seat, columns(venue, number))`";
    a_relation_of_unknown_columns: (belongs_to(Place, name = place, columns(shelf, places)))
        => "no field `places`: the fields are `id`, `shelf` and `position`";
    a_relation_of_one_column_twice: (belongs_to(Place, name = place, columns(shelf, id, shelf)))
        => "`shelf` is named twice: remove one";
    a_relation_of_one_column: (belongs_to(Place, name = place, columns(shelf)))
        => "a relation of one column is declared on its field: `#[entity(belongs_to = ..)]`";
    a_relation_of_no_column: (belongs_to(Place, name = place, columns()))
        => "`columns()` names no field: write `columns(venue, number)`";
    a_relation_of_columns_without_a_list: (belongs_to(Place, name = place, columns = shelf))
        => "`columns` needs fields: write `columns(venue, number)`";
    a_relation_of_columns_that_are_no_names: (belongs_to(Place, name = place, columns(7)))
        => "`columns(..)` takes field names: `columns(venue, number)`";
    a_relation_with_an_unknown_attribute: (belongs_to(Place, name = place, columns(shelf, position), unique))
        => "unknown attribute `unique`: `belongs_to(..)` can have `name`, `type`, `columns` and `deferred`";
    a_relation_named_twice: (belongs_to(Place, name = a, name = b, columns(shelf, position)))
        => "`name` is given twice: remove one";
    a_relation_whose_name_is_a_number: (belongs_to(Place, name = 7, columns(shelf, position)))
        => "cannot read `name`: write `name = seat`";
    a_relation_deferred_by_a_value: (belongs_to(Place, name = place, deferred = true, columns(shelf, position)))
        => "`deferred` takes no value: write `deferred` alone";
    two_relations_of_several_columns_of_one_name:
        (belongs_to(A, name = a, columns(shelf, position)), belongs_to(B, name = a, columns(id, position)))
        => "a second relation is called `a`: tell them apart with `name = ..`";
    a_relation_of_several_columns_named_like_a_field: (belongs_to(A, name = id, columns(shelf, position)))
        => "the relation `id` has the name of a field: tell them apart with `name = ..`";
}

/// Marks of a column `b`, which is of a relation of several columns, and the one message they lead to.
#[test]
fn columns_that_no_relation_can_have() {
    let cases: [(syn::Attribute, &str); 3] = [
        (
            parse_quote!(#[entity(generated)]),
            "a relation is set by the program, not by the database: `generated` does not fit",
        ),
        (
            parse_quote!(#[entity(default)]),
            "a column of a relation has no default: remove `default` or take the column out",
        ),
        (parse_quote!(#[entity(version)]), "a version is no foreign key: take the column out"),
    ];
    for (mark, message) in cases {
        let input = parse_quote! {
            #[diesel(table_name = books)]
            #[entity(belongs_to(Place, name = place, columns(a, b)))]
            struct Book { #[entity(key)] id: i32, a: i32, #mark b: i32 }
        };
        assert_eq!(mistakes(&input), [message]);
    }
}

#[test]
fn a_setter_of_a_relation_of_several_columns_called_new() {
    let input = |a: syn::Type| -> DeriveInput {
        parse_quote! {
            #[diesel(table_name = books)]
            #[entity(belongs_to(Place, name = new, columns(a, b)))]
            struct Book { #[entity(key)] id: i32, a: #a, b: i32 }
        }
    };
    assert_eq!(mistakes(&input(parse_quote!(i32))), [""; 0], "a required relation has no setter");
    assert_eq!(
        mistakes(&input(parse_quote!(Option<i32>))),
        ["a setter `new` would clash with the draft's `new`: rename the field and give it a `column_name`"]
    );
}

#[test]
fn a_relation_may_have_the_name_of_a_column_that_it_sets() {
    let input = parse_quote! {
        #[diesel(table_name = books)]
        #[entity(belongs_to(tree::Place<A, B>, columns(shelf, place), name = place))]
        struct Book { #[entity(key)] id: i32, shelf: i32, place: i32 }
    };
    assert_eq!(mistakes(&input), [""; 0]);
    let input = parse_quote! {
        #[diesel(table_name = books)]
        #[entity(belongs_to(Place, columns(shelf, place), name = shelf))]
        struct Book { #[entity(key)] id: i32, shelf: i32, place: Option<i32> }
    };
    assert_eq!(
        mistakes(&input),
        ["the relation `shelf` has the name of a field: tell them apart with `name = ..`"],
        "the draft has the shelf as well"
    );
}

#[test]
fn a_single_key_that_is_unique_besides() {
    let input = parse_quote! {
        #[diesel(table_name = books)]
        struct Book { #[entity(key, unique)] id: i32 }
    };
    assert_eq!(mistakes(&input), ["the primary key is unique as it is, and never deferred: take this away"]);
}

#[test]
fn a_struct_without_table_and_key() {
    let input = parse_quote! { struct Book { id: i32 } };
    assert_eq!(
        mistakes(&input),
        [
            "an entity needs its table: add `#[diesel(table_name = ..)]`",
            "an entity needs a primary key: mark its field with `#[entity(key)]`",
        ]
    );
}

#[test]
fn a_table_that_is_no_path() {
    let input = parse_quote! { #[diesel(table_name = "books")] struct Book { #[entity(key)] id: i32 } };
    let expected = "cannot read `table_name`: write `table_name = crate::schema::books`";
    assert_eq!(mistakes(&input), [expected]);
}

#[test]
fn what_is_no_struct_with_named_fields() {
    let input = parse_quote! { #[diesel(table_name = books)] enum Book { A } };
    assert_eq!(mistakes(&input), ["an entity is a struct with named fields, one for each column"]);
    let input = parse_quote! { #[diesel(table_name = books)] struct Book(i32); };
    assert_eq!(mistakes(&input), ["an entity has named fields: write `struct Book { id: i32, .. }`"]);
}

#[test]
fn generics() {
    let input = parse_quote! { #[diesel(table_name = books)] struct Book<'a> { #[entity(key)] id: &'a str } };
    assert_eq!(mistakes(&input), ["an entity has no generics: one struct mirrors one table"]);
}

#[test]
fn one_column_too_many() {
    let fields = |count: usize| -> DeriveInput {
        let names = (1..count).map(|index| quote::format_ident!("c{index}"));
        parse_quote! {
            #[diesel(table_name = books)]
            struct Book { #[entity(key)] id: i32, #(#names: i32,)* }
        }
    };
    assert_eq!(mistakes(&fields(128)), [""; 0]);
    assert_eq!(
        mistakes(&fields(129)),
        ["an entity has at most 128 columns and this has 129: split the struct in two"]
    );
}

#[test]
fn one_key_part_and_one_unique_part_too_many() {
    let fields = |count: usize| -> DeriveInput {
        let names: Vec<_> = (0..count).map(|index| quote::format_ident!("c{index}")).collect();
        parse_quote! {
            #[diesel(table_name = books)]
            #[entity(unique(#(#names),*))]
            struct Book { #(#[entity(key)] #names: i32,)* }
        }
    };
    assert_eq!(mistakes(&fields(12)), [""; 0]);
    assert_eq!(
        mistakes(&fields(13)),
        [
            "a key of 13 parts is too long: at most 12 fields can be `key`",
            "a unique set has at most 12 fields",
        ]
    );
}

#[test]
fn all_mistakes_are_reported_together() {
    let input = parse_quote! {
        #[entity(unique(nothing))]
        struct Book {
            #[entity(kye)] id: Option<i32>,
            #[entity(version, key)] version: Option<i32>,
            #[entity(belongs_to)] author: i32,
        }
    };
    assert_eq!(mistakes(&input).len(), 7, "{:#?}", mistakes(&input));
}

#[test]
fn a_type_with_commas_and_arrows_is_one_value() {
    let input = parse_quote! {
        #[diesel(table_name = books, check_for_backend(a::B, c::D))]
        struct Book {
            #[entity(key)]
            #[diesel(deserialize_as = Map<fn(i32) -> i32, i32>, column_name = "type")]
            id: i32,
            #[entity(belongs_to = tree::Node<A, B>, name = node)]
            node_id: i32,
        }
    };
    assert_eq!(mistakes(&input), [""; 0]);
}

#[test]
fn a_relation_called_like_a_keyword_is_raw() {
    let input = parse_quote! {
        #[diesel(table_name = books)]
        struct Book { #[entity(key)] id: i32, #[entity(belongs_to = Kind)] type_id: i32 }
    };
    let output = derive(&input).map(|tokens| tokens.to_string()).unwrap_or_default();
    assert!(output.contains("fn r#type ()"), "{output}");
}
