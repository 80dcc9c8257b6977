//! `docs/catalogue.md` lists every case of `ui-tests` by its header, and every case is complete: a misuse has the
//! compiler's words beside it and a legal use to go to; a legal use is run by `tests/ui.rs`.
//!
//! `MOORED_BLESS=1 cargo test --test catalogue` writes the page and the list anew.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

const PAGE: &str = "docs/catalogue.md";
const LIST: &str = "ui-tests/accepted/all.rs";

/// The subjects, in the order of the page, and what they are about.
const SUBJECTS: &[(&str, &str)] = &[
    ("session", "A handle is used with its own session, and ends with it."),
    ("transaction", "What a transaction makes ends with it."),
    ("requires_new", "A transaction on a connection of its own has nothing of the one around it but keys."),
    ("scope", "What a scope loads ends with it."),
    ("lock", "A row is locked in a transaction, and until it ends."),
    ("event", "What a subscriber does is a part of the flush that calls it."),
    ("version", "A version is compared and moved on where there is one."),
    ("state", "Each state of an entity has its verbs, and no others."),
    ("draft", "A draft has what the caller supplies, and nothing that the database makes."),
    ("relation", "A key, and a relation, is of one entity."),
    ("collection", "A collection is changed as its rows' columns allow."),
    ("loading", "A relation is read where its rows were loaded."),
    ("authority", "Who was handed a unit of work changes things; who opened it writes them."),
    ("context", "What reaches a unit of work by its type has it for one access, as a service has."),
    ("reading", "Entities are borrowed from their session, and handles are not values."),
    ("query", "Queries are Diesel's, of the entity's table."),
    ("bulk", "Statements of many rows are of one table, and go by what is declared unique."),
    ("entity", "A struct mirrors its table."),
];

/// One file: where it is, `session/edited_in_another_session`, and what its header says.
struct Case {
    place: String,
    header: Vec<String>,
}

impl Case {
    fn subject(&self) -> &str {
        self.place.split('/').next().unwrap_or_default()
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &str) -> Vec<PathBuf> {
    let subjects = fs::read_dir(root().join("ui-tests").join(folder)).unwrap();
    let subjects = subjects.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let mut files: Vec<PathBuf> = subjects
        .flat_map(|subject| fs::read_dir(subject).unwrap())
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

/// The cases of a folder; each must open with a header of exactly these words.
fn cases(folder: &str, words: &[&str]) -> Vec<Case> {
    let sources = files(folder).into_iter().filter(|path| path.extension().is_some_and(|name| name == "rs"));
    sources.map(|path| read(&path, folder, words)).collect()
}

fn read(path: &Path, folder: &str, words: &[&str]) -> Case {
    let inside = path.strip_prefix(root().join("ui-tests").join(folder)).unwrap();
    let place = inside.with_extension("").to_str().unwrap().to_owned();
    let text = fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    let header = words.iter().map(|word| {
        let line = lines.next().unwrap_or_default();
        match line.strip_prefix("// ").and_then(|line| line.strip_prefix(word)) {
            Some(said) if !said.trim().is_empty() => said.trim().to_owned(),
            _ => panic!("{folder}/{place}.rs: expected `// {word} ..`, found `{line}`"),
        }
    });
    let header = header.collect();
    let next = lines.next().unwrap_or_default();
    assert!(!next.starts_with("//"), "{folder}/{place}.rs: the header has a line too many: `{next}`");
    Case { place, header }
}

fn rejected() -> Vec<Case> {
    cases("rejected", &["Rejected:", "Because:", "Instead:"])
}

fn accepted() -> Vec<Case> {
    cases("accepted", &["Accepted:"])
}

/// The legal use that a misuse is sent to.
fn twin(case: &Case) -> Option<&str> {
    let said = case.header.last()?;
    said.strip_prefix("accepted/")?.strip_suffix(".rs")
}

#[test]
fn every_misuse_has_the_compilers_words() {
    let words = |case: &Case| root().join("ui-tests/rejected").join(&case.place).with_extension("stderr");
    let silent: Vec<String> =
        rejected().into_iter().filter(|case| !words(case).exists()).map(|case| case.place).collect();
    assert!(silent.is_empty(), "without a .stderr: {silent:#?}");
    let left: Vec<PathBuf> = files("rejected")
        .into_iter()
        .filter(|path| {
            path.extension().is_some_and(|name| name != "rs") && !path.with_extension("rs").exists()
        })
        .collect();
    assert!(left.is_empty(), "without a case: {left:#?}");
}

#[test]
fn every_misuse_is_sent_to_a_legal_use() {
    let there: BTreeSet<String> = accepted().into_iter().map(|case| case.place).collect();
    let rejected = rejected();
    let lost: Vec<_> = rejected
        .iter()
        .filter(|case| !twin(case).is_some_and(|twin| there.contains(twin)))
        .map(|case| (&case.place, case.header.last()))
        .collect();
    assert!(lost.is_empty(), "`Instead:` leads nowhere: {lost:#?}");
    let named: BTreeSet<&str> = rejected.iter().filter_map(twin).collect();
    let unnamed: Vec<&String> = there.iter().filter(|place| !named.contains(place.as_str())).collect();
    assert!(unnamed.is_empty(), "no misuse leads to: {unnamed:#?}");
}

#[test]
fn every_subject_is_introduced() {
    let introduced: BTreeSet<&str> = SUBJECTS.iter().map(|(subject, _)| *subject).collect();
    for case in rejected().iter().chain(&accepted()) {
        assert!(
            introduced.contains(case.subject()),
            "a subject that the page does not introduce: {}",
            case.place
        );
    }
}

#[test]
fn every_legal_use_is_run() {
    let mut by_subject: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for case in accepted() {
        let (subject, name) = case.place.split_once('/').unwrap();
        by_subject.entry(subject.to_owned()).or_default().push(name.to_owned());
    }
    let mut list = String::from(
        "// Every legal use, for `tests/ui.rs` to run. Written by `MOORED_BLESS=1 cargo test --test catalogue`.\naccepted! {\n",
    );
    for (subject, names) in by_subject {
        writeln!(list, "    {subject}:\n        {};", names.join(",\n        ")).unwrap();
    }
    list.push_str("}\n");
    current(LIST, &list);
}

#[test]
fn the_page_is_current() {
    let (rejected, accepted) = (rejected(), accepted());
    let mut page = format!(
        "# What the compiler refuses\n\n\
         {} misuses that do not compile, and {} legal uses to write instead. Each is a file in `ui-tests` that is\n\
         built and run by `cargo test`; the compiler's words are beside it. This page is made of their headers by\n\
         `MOORED_BLESS=1 cargo test --test catalogue`.\n",
        rejected.len(),
        accepted.len(),
    );
    for (subject, about) in SUBJECTS {
        write!(page, "\n## {}\n\n{about}\n\n", capital(subject)).unwrap();
        page.push_str("| refused | because | write instead |\n|---|---|---|\n");
        for case in rejected.iter().filter(|case| case.subject() == *subject) {
            writeln!(page, "{}", row(case, &accepted)).unwrap();
        }
    }
    current(PAGE, &page);
}

fn row(case: &Case, accepted: &[Case]) -> String {
    let twin = twin(case).unwrap_or_default();
    let instead = accepted.iter().find(|other| other.place == twin);
    let instead = instead.map_or(String::new(), |other| {
        format!("[{}](../ui-tests/accepted/{}.rs)", capital(&other.header.concat()), other.place)
    });
    let [what, why, ..] = &case.header[..] else { return String::new() };
    format!(
        "| [{}](../ui-tests/rejected/{}.rs) | {} | {instead} |",
        capital(what.trim_end_matches('.')),
        case.place,
        capital(why),
    )
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Fails when a generated file is not what it should be, or makes it so.
fn current(file: &str, content: &str) {
    let path = root().join(file);
    if std::env::var_os("MOORED_BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        return;
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == content, "{file} is not current: run `MOORED_BLESS=1 cargo test --test catalogue`");
}
