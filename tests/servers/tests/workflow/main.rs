//! `docs/migrations.md`, followed on every database with the real Diesel CLI: from an empty directory to the first entity.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test")]

mod cli;
mod page;

use std::fs;
use std::path::{Path, PathBuf};

use moored::Backend;
use moored_conformance::Flavour;
use moored_server_tests::Place;

/// A directory that is gone afterwards.
struct Folder(PathBuf);

impl Folder {
    /// With what `cargo new` makes of it.
    fn new(flavour: Flavour) -> Self {
        let name = format!("moored-workflow-{}-{flavour:?}", std::process::id());
        let folder = Self(std::env::temp_dir().join(name));
        let _ = fs::remove_dir_all(&folder.0);
        fs::create_dir_all(folder.0.join("src")).unwrap();
        fs::write(folder.0.join("Cargo.toml"), "[package]\nname = \"library\"\n").unwrap();
        folder
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn here(database: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/workflow").join(database)
}

/// The folders of a directory of migrations, in their order.
fn migrations(directory: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    all.sort();
    all
}

/// Follows the page in an empty directory; the SQL and the schema are those of a section of it.
fn follow(heading: &str, database: &str, flavour: Flavour, url: &str) {
    let (folder, section) = (Folder::new(flavour), page::section(heading));
    let root = &folder.0;
    let config = page::blocks(page::section("From an empty directory"), "toml");
    fs::write(root.join("diesel.toml"), config.last().unwrap()).unwrap();
    // What is embedded here is what the page shows.
    let shown = page::blocks(section, "sql");
    let kept = migrations(&here(database).join("migrations"));
    assert_eq!(
        kept.iter().map(|path| fs::read_to_string(path.join("up.sql")).unwrap()).collect::<Vec<_>>(),
        shown
    );
    let schema = page::blocks(section, "rust").concat();
    assert_eq!(fs::read_to_string(here(database).join("schema.rs")).unwrap(), schema);

    let mut printed = String::new();
    for command in page::commands() {
        printed = cli::diesel(command, root, url);
        let Some(name) = command.strip_prefix("diesel migration generate ") else { continue };
        // Of today; that which is embedded has another date.
        let is_it = |path: &Path| path.to_string_lossy().ends_with(&format!("_{name}"));
        let made = migrations(&root.join("migrations")).into_iter().find(|path| is_it(path)).unwrap();
        let kept = kept.iter().find(|path| is_it(path)).unwrap();
        let place = root.join("migrations").join(kept.file_name().unwrap());
        fs::rename(made, &place).unwrap();
        for file in ["up.sql", "down.sql"] {
            assert!(place.join(file).exists(), "{name} {file}");
            fs::copy(kept.join(file), place.join(file)).unwrap();
        }
    }
    assert_eq!(printed, schema, "diesel print-schema");
    assert_eq!(fs::read_to_string(root.join("src/schema.rs")).unwrap(), schema, "diesel migration run");
}

fn place<B: Backend>(flavour: Flavour) -> Place<B> {
    Place::of(flavour)
}

/// A module for each backend, and in it two tests for each of its databases.
macro_rules! library {
    ($database:ident, $backend:ty, $migrations:literal, $heading:literal, { $($flavour:ident: $test:ident),+ }) => {
        mod $database {
            use diesel::prelude::*;
            use diesel_migrations::{EmbeddedMigrations, embed_migrations};
            use moored::prelude::*;
            use moored::schema::Drift;

            type Database = $backend;

            const MIGRATIONS: EmbeddedMigrations = embed_migrations!($migrations);

            mod schema {
                include!(concat!(stringify!($database), "/schema.rs"));
            }
            include!("library.rs");

            $(mod $test {
                use super::Database;
                use crate::{Flavour, follow, place};

                #[test]
                fn the_cli_makes_the_tables_that_the_entities_declare() {
                    let place = place::<Database>(Flavour::$flavour);
                    follow($heading, stringify!($database), Flavour::$flavour, place.url());
                    super::go(place.url(), true).unwrap();
                }

                #[test]
                fn the_program_makes_them_itself() {
                    let place = place::<Database>(Flavour::$flavour);
                    super::go(place.url(), false).unwrap();
                }
            })+
        }
    };
}

library!(sqlite, moored_sqlite::Sqlite, "tests/workflow/sqlite/migrations", "SQLite", { Sqlite: on_sqlite });
library!(postgres, moored_postgres::Postgres, "tests/workflow/postgres/migrations", "PostgreSQL", {
    Postgres: on_postgres
});
library!(mysql, moored_mysql::Mysql, "tests/workflow/mysql/migrations", "MySQL and MariaDB", {
    Mysql: on_mysql,
    Mariadb: on_mariadb
});
