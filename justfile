# `just` lists the recipes.
default:
    @just --list

# All that must hold before a change lands.
ci:
    .ci/run

# Format the sources.
fmt:
    cargo fmt --all

# Lints of every target.
lint:
    cargo clippy --workspace --all-targets -- -D warnings

# What the backends link, where it is missing (needs root on Debian).
install:
    cargo run -p moored-servers -- install

# Every test, or those whose names contain a word, with the servers up.
test *words:
    cargo run -p moored-servers -- test {{words}}

# Any command with the servers up, such as `just servers cargo test -p moored`.
servers *command:
    cargo run -p moored-servers -- {{command}}

# The documentation, as docs.rs would show it.
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --open

# The example of the README's first command.
quickstart:
    cargo run --example quickstart

# Licences, advisories and duplicate dependencies (needs cargo-deny).
deny:
    cargo deny check

# What would be published.
package:
    cargo package --workspace --list --allow-dirty
