//! The Diesel CLI: installed once under the target directory, and run in a folder.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// What the page tells to install. SQLite is compiled in, since nothing else here needs it installed.
const INSTALL: &str =
    "diesel_cli --version ~2.3 --locked --no-default-features --features sqlite-bundled,postgres,mysql";

fn target() -> PathBuf {
    // `target/tmp` is made for tests.
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("diesel-cli")
}

/// The program. Whoever comes first installs it, which takes minutes; others wait.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let root = target();
        fs::create_dir_all(&root).unwrap();
        let lock = File::create(root.join("lock")).unwrap();
        lock.lock().unwrap();
        let program = root.join("bin").join(format!("diesel{}", std::env::consts::EXE_SUFFIX));
        if !program.exists() {
            let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
            let mut install = Command::new(cargo);
            install.arg("install").args(INSTALL.split(' ')).arg("--root").arg(&root);
            run(&mut install);
        }
        program
    })
}

/// Runs a line such as `diesel migration run`, and gives what it printed.
pub(crate) fn diesel(line: &str, folder: &Path, url: &str) -> String {
    let arguments = line.strip_prefix("diesel ").unwrap().split(' ');
    run(Command::new(program()).args(arguments).current_dir(folder).env("DATABASE_URL", url))
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}\n{said}\n{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stdout).unwrap()
}

/// The page says the same.
#[test]
fn the_page_installs_what_is_run_here() {
    let line = format!("cargo install {}", INSTALL.replace("~2.3", "'~2.3'"));
    assert!(crate::page::PAGE.contains(&line));
}
