//! Text keys under collations that take different texts for one: updates and deletes of many hit their own rows.

use diesel::prelude::*;
use moored::prelude::*;
use moored::{Error, Result};
use moored_conformance::Flavour;

use crate::shop::Shop;

on_both!(
    texts_that_differ_under_the_collation_are_different_rows,
    keys_of_two_texts_go_through_every_batch,
    a_key_that_is_spelled_otherwise_finds_its_row,
    statements_of_many_rows_know_rows_that_are_spelled_otherwise,
    upserts_find_rows_that_are_spelled_otherwise,
    texts_of_fixed_length_lose_the_spaces_at_their_end,
    a_relation_by_a_key_that_is_spelled_otherwise_is_refused,
);

diesel::table! { words (word) { word -> Text, note -> Text, seen -> Integer } }
diesel::table! { places (name) { name -> Text, inside -> Nullable<Text> } }
diesel::table! { pairs (left_, right_) { left_ -> Text, right_ -> Text, note -> Text } }

#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = words)]
struct Word {
    #[entity(key)]
    word: String,
    note: String,
    #[entity(default)]
    seen: i32,
}

#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = pairs)]
struct Pair {
    #[entity(key)]
    left_: String,
    #[entity(key)]
    right_: String,
    note: String,
}

/// A collation, and texts that it tells apart although others do not.
fn collations(flavour: Flavour) -> Vec<(&'static str, Vec<&'static str>)> {
    let by_bytes =
        vec!["a", "A", "á", "a\u{301}", "ss", "ß", "ẞ", "i", "İ", "ı", " a", "\ta", "_", "%", "a%"];
    let with_spaces = [by_bytes.clone(), vec!["a ", "a  ", "A ", "ß "]].concat();
    let by_letters = vec!["a", "b", "c ", "ss", " a", "i", "_", "%", "a%", "ab", "z", "漢", "🦀"];
    let no_pad = match flavour {
        Flavour::Mysql => "utf8mb4_0900_bin",
        _ => "utf8mb4_nopad_bin",
    };
    let no_pad_by_letters = match flavour {
        Flavour::Mysql => "utf8mb4_0900_ai_ci",
        _ => "utf8mb4_unicode_nopad_ci",
    };
    vec![
        ("utf8mb4_bin", by_bytes),
        (no_pad, with_spaces),
        ("utf8mb4_unicode_ci", by_letters.clone()),
        (no_pad_by_letters, [by_letters, vec!["a ", "b ", "b  "]].concat()),
    ]
}

fn texts_that_differ_under_the_collation_are_different_rows(flavour: Flavour) {
    for (collation, texts) in collations(flavour) {
        let shop = Shop::open(
            flavour,
            &format!(
                "CREATE TABLE words (word VARCHAR(50) COLLATE {collation} PRIMARY KEY, note VARCHAR(50) NOT NULL,
                    seen INTEGER NOT NULL DEFAULT 7) CHARACTER SET utf8mb4"
            ),
        );
        shop.orm
            .session(|session| {
                let new: Vec<_> = texts
                    .iter()
                    .map(|text| session.persist(NewWord::new(*text, format!("new {text}"))))
                    .collect::<Result<_>>()?;
                session.flush()?;
                let words = new.iter().map(|new| session.promote(new)).collect::<Result<Vec<_>>>()?;
                // Three statements: of all, of two, of one.
                for some in [&words[..], &words[1..3], &words[4..5]] {
                    for word in some {
                        assert_eq!(session[word].seen, 7);
                        session.edit(word)?.note.push('!');
                    }
                    session.flush()?;
                }
                Ok(())
            })
            .unwrap();
        let note = |place: usize| {
            let edits = 1 + usize::from((1..3).contains(&place)) + usize::from(place == 4);
            format!("new {}{}", texts[place], "!".repeat(edits))
        };
        shop.orm
            .session(|session| {
                let words = session.find_many::<Word, _>(texts.iter().copied())?.required()?;
                for (place, word) in words.iter().enumerate() {
                    assert_eq!(
                        (&*session[word].word, session[word].note.clone()),
                        (texts[place], note(place)),
                        "{collation}"
                    );
                }
                for word in words.into_iter().step_by(2) {
                    session.remove(word)?;
                }
                session.flush()
            })
            .unwrap();
        shop.orm
            .read(|session| {
                for (place, text) in texts.iter().enumerate() {
                    let word = session.find::<Word>(*text)?;
                    assert_eq!(word.is_some(), place % 2 == 1, "{collation} {text:?}");
                    assert!(word.is_none_or(|word| session[&word].note == note(place)));
                }
                Ok(())
            })
            .unwrap();
    }
}

fn keys_of_two_texts_go_through_every_batch(flavour: Flavour) {
    for (collation, texts) in collations(flavour) {
        let shop = Shop::open(
            flavour,
            &format!(
                "CREATE TABLE pairs (left_ VARCHAR(50) COLLATE {collation}, right_ VARCHAR(50) COLLATE {collation},
                    note VARCHAR(120) NOT NULL, PRIMARY KEY (left_, right_)) CHARACTER SET utf8mb4"
            ),
        );
        let keys: Vec<(String, String)> = texts
            .iter()
            .flat_map(|left| texts.iter().map(|right| ((*left).to_owned(), (*right).to_owned())))
            .collect();
        shop.orm
            .session(|session| {
                let pairs: Vec<_> = keys
                    .iter()
                    .map(|(left, right)| {
                        session.persist(Pair {
                            left_: left.clone(),
                            right_: right.clone(),
                            note: String::new(),
                        })
                    })
                    .collect::<Result<_>>()?;
                session.flush()?;
                for (pair, key) in pairs.iter().zip(&keys) {
                    session.edit(pair)?.note = format!("{key:?}");
                }
                session.flush()
            })
            .unwrap();
        shop.orm
            .session(|session| {
                let pairs = session.find_many::<Pair, _>(keys.iter().cloned())?.required()?;
                for (pair, key) in pairs.iter().zip(&keys) {
                    assert_eq!(session[pair].note, format!("{key:?}"), "{collation}");
                }
                for pair in pairs.into_iter().step_by(3) {
                    session.remove(pair)?;
                }
                session.flush()
            })
            .unwrap();
        shop.orm
            .read(|session| {
                let left = session.query::<Pair>(pairs::table).all()?;
                assert_eq!(left.len(), keys.len() - keys.len().div_ceil(3));
                for pair in left {
                    let Pair { left_, right_, note } = &session[&pair];
                    assert_eq!(note, &format!("{:?}", (left_, right_)), "{collation}");
                    let place =
                        keys.iter().position(|(left, right)| (left, right) == (left_, right_)).unwrap();
                    assert!(place % 3 > 0, "{collation} {note}");
                }
                Ok(())
            })
            .unwrap();
    }
}

/// To the database it is the key; in memory the row has one key, which is the stored one.
fn a_key_that_is_spelled_otherwise_finds_its_row(flavour: Flavour) {
    let shop = Shop::open(
        flavour,
        "CREATE TABLE words (word VARCHAR(50) COLLATE utf8mb4_unicode_ci PRIMARY KEY, note VARCHAR(50) NOT NULL,
            seen INTEGER NOT NULL DEFAULT 7) CHARACTER SET utf8mb4;
         INSERT INTO words (word, note) VALUES ('Arya', 'x'), ('Bran', 'x')",
    );
    shop.orm
        .session(|session| {
            let shouted = session.find::<Word>("ARYA")?.required()?;
            let arya = session.find::<Word>("Arya")?.required()?;
            assert!(session.same(&shouted, &arya));
            assert_eq!(session[&shouted].word, "Arya");
            session.edit(&shouted)?.note = "y".into();
            session.edit(&arya)?.note.push('z');
            session.flush()?;
            // The key is taken.
            let twin = session.persist(NewWord::new("árya ", "twin"))?;
            assert!(matches!(session.flush(), Err(Error::Database { .. })));
            session.remove(twin)?;
            let bran = session.find::<Word>("BRAN ")?.required()?;
            session.remove(bran)?;
            session.flush()
        })
        .unwrap();
    assert_eq!(shop.number("SELECT COUNT(*) FROM words WHERE word = 'Arya' AND note = 'yz'"), 1);
    assert_eq!(shop.number("SELECT COUNT(*) FROM words"), 1);
}

/// Of a row alone, it is known which one came back. Of several, nothing is guessed.
fn texts_of_fixed_length_lose_the_spaces_at_their_end(flavour: Flavour) {
    let shop = Shop::open(
        flavour,
        "CREATE TABLE words (word CHAR(36) COLLATE utf8mb4_bin PRIMARY KEY, note VARCHAR(50) NOT NULL,
            seen INTEGER NOT NULL DEFAULT 7) CHARACTER SET utf8mb4",
    );
    let uuid = |n: usize| format!("{n:08}-0000-4000-8000-0123456789ab");
    shop.orm
        .session(|session| {
            let new: Vec<_> =
                (0..37).map(|n| session.persist(NewWord::new(uuid(n), uuid(n)))).collect::<Result<_>>()?;
            session.flush()?;
            for (n, new) in new.iter().enumerate() {
                let word = session.promote(new)?;
                assert_eq!((&*session[&word].word, session[&word].seen), (&*uuid(n), 7));
                session.edit(&word)?.note.push('!');
            }
            session.flush()
        })
        .unwrap();
    assert_eq!(shop.number("SELECT COUNT(*) FROM words WHERE note = CONCAT(word, '!')"), 37);
    let spaces = shop.orm.session(|session| {
        session.persist(NewWord::new("a ", "with a space"))?;
        session.persist(NewWord::new("b", "without"))?;
        session.flush()
    });
    assert!(matches!(spaces, Err(Error::KeysUnknown { entity: "Word" })), "{spaces:?}");
    assert_eq!(shop.number("SELECT COUNT(*) FROM words"), 37);
}

/// Another writer spells the keys anew, which the collation takes for the same: they are neither deleted nor out of date.
fn statements_of_many_rows_know_rows_that_are_spelled_otherwise(flavour: Flavour) {
    let shop = Shop::open(
        flavour,
        "CREATE TABLE words (word VARCHAR(50) COLLATE utf8mb4_unicode_ci PRIMARY KEY, note VARCHAR(50) NOT NULL,
            seen INTEGER NOT NULL DEFAULT 7) CHARACTER SET utf8mb4;
         INSERT INTO words (word, note) VALUES ('a', 'stays'), ('b', 'stays'), ('c', 'goes'), ('d', 'stays')",
    );
    shop.orm
        .session(|session| {
            let words = session.query::<Word>(words::table.order(words::word)).all()?;
            let [a, b, c, d] = <[_; 4]>::try_from(words).unwrap();
            shop.orm.with_connection(|connection| {
                diesel::sql_query("UPDATE words SET word = UPPER(word) WHERE word IN ('b', 'd')")
                    .execute(connection)
                    .map(drop)
                    .map_err(Error::from)
            })?;
            session.edit(&d)?.seen = 8;
            session.set_flush_mode(FlushMode::Commit);

            let deleted =
                session.delete_all::<Word>(words::table.filter(words::note.eq("goes"))).execute()?;
            assert_eq!(deleted, 1);
            assert!(matches!(session.edit(&c), Err(Error::Removed(_))));
            for word in [&a, &b, &d] {
                assert!(session.edit(word).is_ok(), "{:?}", session[word]);
            }

            let stays = words::table.filter(words::note.eq("stays"));
            let updated = session.update_all::<Word>(stays).set(words::note.eq("is here")).execute()?;
            assert_eq!(updated, 3);
            for (word, spelled) in [(&a, "a"), (&b, "b"), (&d, "d")] {
                // The key is what it was: the row is known by it.
                assert_eq!((session[word].word.as_str(), session[word].note.as_str()), (spelled, "is here"));
                let found = session.find::<Word>(spelled)?.required()?;
                assert!(session.same(&found, word));
            }
            session.edit(&b)?.note = "edited".into();
            session.flush()
        })
        .unwrap();
}

/// The drafts meet rows that spell their keys otherwise: all of them are updated, and given in the order of the drafts.
fn upserts_find_rows_that_are_spelled_otherwise(flavour: Flavour) {
    let shop = Shop::open(
        flavour,
        "CREATE TABLE words (word VARCHAR(50) COLLATE utf8mb4_unicode_ci PRIMARY KEY, note VARCHAR(50) NOT NULL,
            seen INTEGER NOT NULL DEFAULT 7) CHARACTER SET utf8mb4;
         INSERT INTO words (word, note) VALUES ('a', 'old'), ('b', 'old'), ('c', 'old')",
    );
    for in_memory in [false, true] {
        shop.orm
            .session(|session| {
                if in_memory {
                    session.query::<Word>(words::table).all()?;
                }
                let drafts = [("C", "third"), ("A", "first"), ("new", "fourth"), ("b", "second")]
                    .map(|(word, note)| NewWord::new(word, note));
                let words =
                    session.upsert_many(drafts).on_conflict(UniqueSet::KEY).update(Word::NOTE).execute()?;
                let found: Vec<_> = words
                    .iter()
                    .map(|word| (session[word].word.as_str(), session[word].note.as_str()))
                    .collect();
                assert_eq!(found, [("c", "third"), ("a", "first"), ("new", "fourth"), ("b", "second")]);
                let kept = session
                    .upsert_many([NewWord::new("A", "not taken"), NewWord::new("NEW", "not taken")])
                    .on_conflict(UniqueSet::KEY)
                    .keep()
                    .execute()?;
                assert!(session.same(&kept[0], &words[1]) && session.same(&kept[1], &words[2]));
                assert_eq!(session[&kept[0]].note, "first");
                assert_eq!(session.query::<Word>(words::table).count()?, 4);
                Ok(())
            })
            .unwrap();
    }
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = places)]
#[entity(has_many(parts: Place, by = inside))]
struct Place {
    #[entity(key)]
    name: String,
    #[entity(belongs_to = Place, name = inside)]
    inside: Option<Key<Place>>,
}

/// The foreign key accepts it, and memory would not find the row on the other side: that is told when it is loaded.
fn a_relation_by_a_key_that_is_spelled_otherwise_is_refused(flavour: Flavour) {
    let shop = Shop::open(
        flavour,
        "CREATE TABLE places (name VARCHAR(50) COLLATE utf8mb4_unicode_ci PRIMARY KEY,
            inside VARCHAR(50) COLLATE utf8mb4_unicode_ci, FOREIGN KEY (inside) REFERENCES places (name))
            CHARACTER SET utf8mb4;
         INSERT INTO places VALUES ('Earth', NULL);
         INSERT INTO places VALUES ('Europe', 'Earth');
         INSERT INTO places VALUES ('Oslo', 'EUROPE')",
    );
    let told = |result: Error| match result {
        Error::KeySpelling { entity: "Place", relation: "inside", row } => row.to_string(),
        other => other.to_string(),
    };
    shop.orm
        .session(|session| {
            let [earth, europe] = ["Earth", "Europe"].map(|name| session.find::<Place>(name));
            let (earth, europe) = (earth?.required()?, europe?.required()?);
            let many = session.populate(&europe, Place::parts()).unwrap_err();
            assert_eq!(told(many), "Place \"Oslo\"");
            let tree = session.populate(&earth, Place::parts().all_levels()).unwrap_err();
            assert_eq!(told(tree), "Place \"Oslo\"");
            let joined = Place::parts().then_joined(Place::parts());
            let first = session.populate(&europe, joined).unwrap_err();
            assert_eq!(told(first), "Place \"Oslo\"");
            let second = session.populate(&earth, joined).unwrap_err();
            assert_eq!(told(second), "Place \"Oslo\"");
            let each = session.select_each(&europe, Place::parts(), Select::all()).unwrap_err();
            assert_eq!(told(each), "Place \"Oslo\"");
            Ok(())
        })
        .unwrap();
    shop.orm
        .session(|session| {
            let oslo = session.find::<Place>("Oslo")?.required()?;
            let one = session.populate(&oslo, Place::inside()).unwrap_err();
            assert_eq!(told(one), "Place \"Europe\"");
            Ok(())
        })
        .unwrap();
}
