//! No backend leaves the suite out, and the suite leaves no part out.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::fs;
use std::path::{Path, PathBuf};

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect()
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap().to_str().unwrap().to_owned()
}

/// What a file says outside of its comments.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_backend_runs_the_suite() {
    let backends: Vec<PathBuf> = entries(here().parent().unwrap())
        .into_iter()
        .filter(|path| path.join("Cargo.toml").exists() && path != here())
        .collect();
    assert!(!backends.is_empty());
    for backend in backends {
        let test = backend.join("tests/conformance.rs");
        assert!(
            code(&test).contains("moored_conformance::suite! {"),
            "{} does not call moored_conformance::suite!",
            test.display()
        );
    }
}

#[test]
fn every_flavour_is_run_by_a_backend() {
    let flavours = code(&here().join("src/flavour.rs"));
    let (_, variants) = flavours.split_once("pub enum Flavour {").unwrap();
    let (variants, _) = variants.split_once('}').unwrap();
    let backends: String = entries(here().parent().unwrap())
        .iter()
        .map(|path| code(&path.join("tests/conformance.rs")))
        .collect();
    let mut count = 0;
    for variant in variants.split(',').map(str::trim).filter(|variant| !variant.is_empty()) {
        count += 1;
        assert!(backends.contains(&format!("Flavour::{variant};")), "no backend runs the suite as {variant}");
    }
    assert!(count >= 4, "where are the flavours?");
}

#[test]
fn every_part_is_in_the_suite_and_among_the_modules() {
    let suite = code(&here().join("src/suite.rs"));
    let modules = code(&here().join("src/behaviours/mod.rs"));
    let mut parts = 0;
    for file in entries(&here().join("src/behaviours")) {
        let part = stem(&file);
        if part == "mod" {
            continue;
        }
        parts += 1;
        assert!(modules.contains(&format!("mod {part};")), "src/behaviours/mod.rs has no `mod {part}`");
        assert!(
            suite.contains(&format!("$crate::{part}_behaviours!($backend, $harness);")),
            "suite! leaves {part} out"
        );
        let code = code(&file);
        assert!(code.contains(&format!("mod {part} {{")), "{part} makes no module of its name");
        assert!(!code.contains("#[ignore"), "{part} ignores a behaviour");
    }
    assert!(parts >= 9, "where are the parts?");
}
